import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Answer } from '../../lib/core/tier-types.ts';
import { type Cloud, connect, connectControl, type model } from '../../lib/index.ts';
import { ENDPOINT, isMiniStack, SKIPPED } from '../aws/endpoint.ts';
import { COMMANDS, EVENTS } from '../thermostat/golden.ts';
import { eventually } from './answers.ts';
import { type FunctionLines, functionLines } from './log.ts';
import { deployedProject } from './project.ts';

/** Another each time, for what an earlier run has set stays in its table. */
const STACK = `SluiceControls${randomUUID().slice(0, 8)}`;
const APP = `
import { App, Stack } from 'aws-cdk-lib';
import { bundleApplication, Cascade } from './infra/index.ts';

const app = new App();
const stack = new Stack(app, '${STACK}');
// Decisions stay in the log groups, where a test can read them at once.
const application = await bundleApplication('functions/thermostat');
new Cascade(stack, 'Thermostat', { application, decisions: false });
app.synth();
`;
/**
 * Beside the example's own files: a cascade of two tiers, whose threshold and model controls set; and a tier that decides
 * with a control, and again when it moves.
 */
const MORE = ['scale.ts', 'exact.ts', 'controls/threshold.ts', 'controls/model.ts'].map((file) => ['scaled', file]);
MORE.push(...['alarm.ts', 'controls/limit.ts'].map((file) => ['fridges', file]));
const fixture = (...path: readonly string[]) =>
  readFileSync(new URL(`./fixtures/${path.join('/')}`, import.meta.url), 'utf8');
/** Longest a warm function goes on with what it has read. */
const STALENESS_MS = 5_000;

interface MetricName {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}
type Control = Extract<(typeof EVENTS)[number], { kind: 'control' }>;
type Reading = Exclude<(typeof EVENTS)[number], Control>;

/** Needs MiniStack, whose functions write logs that can be read: `npm run test:cloud` brings one along. */
const where = `controls on a cascade deployed with cdk deploy${ENDPOINT ? '' : ` (${SKIPPED})`}`;
describe.skipIf(!(await isMiniStack()))(where, { timeout: 180_000 }, () => {
  const project = deployedProject('thermostat', {
    'app.ts': APP,
    'cdk.json': '{"app":"node --conditions=sluice-source app.ts"}',
    'seven.txt': '7',
    ...Object.fromEntries(MORE.map(([of, file]) => [`functions/thermostat/${file}`, fixture(of!, file!)])),
  });
  let cloud: Cloud;
  beforeAll(async () => {
    ({ cloud } = await project.deploy());
  }, 180_000);
  afterAll(() => project.remove());

  const control = async (...args: readonly string[]): Promise<unknown> => {
    const { code, out, json } = await project.sluice('control', ...args, '--json');
    expect([code, out]).toEqual([0, out]);
    return json;
  };
  const lines = (): Promise<FunctionLines> => functionLines(ENDPOINT!, STACK);

  /** The command that a reading led to, if any; all others are dropped, and told. */
  async function read(flowId: string, { kind: _, ...reading }: Reading): Promise<object | undefined> {
    const sensors = connect<typeof import('../../functions/thermostat/thermostat.ts')>('thermostat', { cloud });
    await sensors.send(reading, { flowId, reply: true });
    try {
      const { output, controls } = await sensors.result(flowId, { timeout: '30s' });
      const { version } = output as { readonly version: number };
      expect(controls).toEqual({ setting: version });
      return output as object;
    } catch (error) {
      expect(error).toMatchObject({ code: 'flow-not-answered', details: { status: 'dropped' } });
      return undefined;
    }
  }

  /** What `scale` or the tier after it makes of 1. */
  async function scale(flowId: string): Promise<Pick<Answer, 'tier' | 'output' | 'controls'>> {
    const client = connect('scale', { cloud });
    await client.send({ n: 1 }, { flowId, reply: true, objects: {} });
    const { tier, output, controls } = await client.result(flowId, { timeout: '30s' });
    return { tier, output, ...(controls && { controls }) };
  }

  test.concurrent('plays the golden trace: settings by the command line, readings by the client', async () => {
    const commands: unknown[] = [];
    for (const [i, event] of EVENTS.entries()) {
      if (event.kind === 'control') {
        const { kind, version, ...setting } = event;
        const sent = await control('set', 'setting', JSON.stringify(setting));
        expect(sent).toMatchObject({ key: '1', version, applied: true });
        await sleep(STALENESS_MS);
        continue;
      }
      const command = await read(`reading-${i}`, event);
      if (command) commands.push({ i, ...command });
    }
    expect(commands).toEqual(COMMANDS);
  });

  test.concurrent('a threshold and a model move while functions are warm; a model of another hash stays away', async () => {
    // 1 is below the threshold of the file.
    expect(await scale('before')).toMatchObject({ tier: 'exact', output: { product: 1 } });
    await control('set', 'threshold', '{"atLeast":6.5}', '--tier', 'scale');
    await control('set', 'model', '--file', 'seven.txt', '--tier', 'scale');
    await sleep(STALENESS_MS);
    let asked = 0;
    const after = await eventually(
      () => scale(`after-${++asked}`),
      ({ tier }) => tier === 'scale',
    );
    expect(after).toEqual({ tier: 'scale', output: { product: 7 }, controls: { threshold: 1, model: 1 } });

    const models = connectControl<{ default: typeof model }>('model', { cloud });
    const object = await cloud.objects.put('models/changed', Buffer.from('9'));
    await models.set({ object: { ...object, sha256: '0'.repeat(64) } }, { key: 'scale', version: 2 });
    const rejected = async (): Promise<string | undefined> => {
      expect(await scale(`bad-${++asked}`)).toEqual(after);
      const { decisions } = await lines();
      return decisions.find(({ decision }) => decision === 'rejected')?.reason;
    };
    expect(await eventually(rejected, Boolean)).toMatch(/^model version 2: .*SHA-256/);
  });

  test.concurrent('a gate decides with a control, and again on the same data when that moves', async () => {
    const client = connect<typeof import('./fixtures/fridges/alarm.ts')>('alarm', { cloud });
    await client.send({ fridge: 'f1', degrees: 7 }, { flowId: 'noon' });
    const decided = async (of: string) => {
      const { decisions } = await lines();
      return decisions.filter(({ flow, tier }) => flow === of && tier === 'alarm');
    };
    const ofNoon = () => decided('noon');
    expect(await eventually(ofNoon, (some) => some.length > 0)).toMatchObject([{ decision: 'dropped' }]);
    await control('set', 'limit', '{"fridge":"f1","most":5}');
    const [, again] = await eventually(ofNoon, (some) => some.length > 1);
    expect(again).toMatchObject({ decision: 'accepted', controls: { limit: 1 } });
    expect(again?.reason).toBe('again: version 1 of control "limit" counts for key "f1"');

    // One for all: the function finds the keys below it in the table, and `f1` has its own.
    await client.send({ fridge: 'f2', degrees: 7 }, { flowId: 'night' });
    expect(
      await eventually(
        () => decided('night'),
        (some) => some.length > 0,
      ),
    ).toMatchObject([{ decision: 'dropped' }]);
    await control('set', 'limit', '{"fridge":"*","most":4}', '--key', '*');
    const [, below] = await eventually(
      () => decided('night'),
      (some) => some.length > 1,
    );
    expect(below).toMatchObject({ decision: 'accepted', controls: { limit: 1 } });
    expect(below?.reason).toBe('again: version 1 of control "limit", set for "*", counts for key "f2"');
    const passed = await eventually(
      async () => (await lines()).decisions.find(({ reason }) => reason?.includes('what is set for "f1" counts')),
      Boolean,
    );
    expect(passed).toMatchObject({ decision: 'dropped', flow: 'control#limit' });
  });

  test('sluice control shows, lists, goes back and deletes', async () => {
    const key = ['setting', '--key', '1'];
    expect(await control('get', ...key)).toMatchObject({ version: 2, value: { desired: 50 } });
    expect(await control('rollback', ...key)).toMatchObject({ version: 3, applied: true });
    expect(await control('delete', ...key)).toMatchObject({ version: 4, applied: true });
    expect(await control('history', ...key)).toMatchObject({
      history: [
        { version: 1, value: { desired: 45 } },
        { version: 2, value: { desired: 50 } },
        { version: 3, value: { desired: 45 }, restores: 1 },
        { version: 4, deleted: true },
      ],
    });
    expect(await project.sluice('control', 'get', ...key)).toMatchObject({ code: 3 });
    expect(await control('ls', 'threshold')).toMatchObject({ key: 'scale', version: 1, value: { atLeast: 6.5 } });
  });

  test('records and metrics of the functions tell which threshold and model counted, and how long models took', async () => {
    const { decisions, metrics } = await lines();
    const scaled = decisions.filter(({ tier, modelMs }) => tier === 'scale' && modelMs !== undefined);
    expect(scaled[0]).toMatchObject({ flow: 'before', threshold: 5, decision: 'escalated' });
    const used = scaled.filter(({ controls }) => controls?.model === 1);
    expect(used.length).toBeGreaterThan(1);
    for (const record of used) expect(record).toMatchObject({ threshold: 6.5, controls: { threshold: 1, model: 1 } });
    const own = metrics.filter(({ tier, model: version }) => tier === 'scale' && version === '1');
    expect(own.flatMap(({ modelMs }) => modelMs).toSorted()).toEqual(used.map(({ modelMs }) => modelMs).toSorted());
    // The command line says which metric that is, and so which dimensions each line must have.
    const { metric } = (await control('get', 'model', '--tier', 'scale')) as { readonly metric: MetricName };
    expect(metric).toMatchObject({ namespace: 'sluice', name: 'modelMs' });
    for (const { _aws, ...line } of own) {
      expect(line).toMatchObject({ ...metric.dimensions, model: '1', [metric.name]: expect.anything() });
      const [{ Namespace, Dimensions }] = _aws.CloudWatchMetrics;
      expect([Namespace, Dimensions]).toEqual([metric.namespace, [[...Object.keys(metric.dimensions), 'model']]]);
    }
    expect(metrics.some(({ tier, applied }) => tier === 'controls' && applied === 1)).toBe(true);
  });
});
