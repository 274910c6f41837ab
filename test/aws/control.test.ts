import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import setting from '../../functions/thermostat/controls/setting.ts';
import thermostat from '../../functions/thermostat/thermostat.ts';
import type { DecisionRecord } from '../../lib/core/decision.ts';
import type { Envelope } from '../../lib/core/envelope.ts';
import { buildGraph } from '../../lib/core/graph.ts';
import { connect, connectControl } from '../../lib/index.ts';
import type { Cloud } from '../../lib/ports/cloud.ts';
import type { Queue } from '../../lib/ports/queue.ts';
import { controlHandler } from '../../lib/runtime/handler.ts';
import { COMMANDS, EVENTS } from '../thermostat/golden.ts';
import { type AwsBackend, awsBackend, ENDPOINT, SKIPPED } from './endpoint.ts';
import { deliver, instanceOf } from './thermostat.ts';

type Setting = { default: typeof setting };
const graph = buildGraph(
  'heat',
  [thermostat, setting].map((definition) => ({ file: 'f.ts', version: '1', definition: definition as never })),
);
const value = (desired: number, sensorID = '1') => ({ sensorID, desired, upDelta: 1, downDelta: 1 });

describe.skipIf(!ENDPOINT)(`controls and keyed state on SQS and DynamoDB${ENDPOINT ? '' : ` (${SKIPPED})`}`, () => {
  let backend: AwsBackend;
  let cloud: Cloud;
  let later = 0;
  const records: DecisionRecord[] = [];
  const queues = new Map<string, Queue>();

  beforeAll(async () => {
    backend = await awsBackend({});
    for (const { name } of graph.queues) queues.set(name, (await backend.queue({})).queue);
    const { clock } = backend.cloud;
    cloud = {
      ...backend.cloud,
      queue: (name) => queues.get(name)!,
      clock: { ...clock, now: () => clock.now() + later },
      decisions: { write: async (written) => void records.push(...written), flow: async () => [] },
    };
  }, 60_000);
  afterAll(() => backend?.remove());

  async function answers(): Promise<readonly Envelope[]> {
    const messages = await cloud.queue('answers').receive({ max: 10, visibilityMs: 60_000, waitMs: 1_000 });
    await cloud.queue('answers').delete(messages.map(({ receipt }) => receipt));
    return messages.map(({ body }) => JSON.parse(body) as Envelope);
  }

  test('the golden trace, every reading at two instances at the same time', { timeout: 120_000 }, async () => {
    const both = [instanceOf(graph, cloud), instanceOf(graph, cloud)];
    const client = connect('thermostat', { cloud });
    const settings = connectControl<Setting>('setting', { cloud });
    const commands: unknown[] = [];
    for (const [i, event] of EVENTS.entries()) {
      later += 60_000;
      if (event.kind === 'control') {
        const { kind, version, ...setting } = event;
        await settings.set(setting, { version });
        await deliver(cloud, 'controls', [controlHandler(graph.controls!, cloud)]);
      } else {
        const { kind, ...reading } = event;
        await client.send(reading, { flowId: `f${i}`, objects: {} });
        await deliver(cloud, 'thermostat', both);
      }
      if (!COMMANDS.some((command) => command.i === i)) continue;
      const said = await answers();
      expect(new Set(said.map(({ id }) => id)).size).toBe(1);
      commands.push({ i, ...(said[0]!.signal!.output as object) });
    }
    expect(commands).toEqual(COMMANDS);
    const decided = records.filter(({ decision }) => decision === 'accepted');
    expect(new Set(decided.map(({ controls }) => JSON.stringify(controls)))).toEqual(
      new Set(['{"setting":1}', '{"setting":2}']),
    );
  });

  test('writers that race leave the highest version, whatever order they come in', { timeout: 60_000 }, async () => {
    const settings = connectControl<Setting>('setting', { cloud });
    const versions = [3, 9, 1, 7, 5, 9, 2, 8];
    await settings.setBatch(versions.map((version) => ({ value: value(version, 'race'), version })));
    const queue = cloud.queue('controls');
    for (let left = versions.length; left > 0; ) {
      const messages = await queue.receive({ max: 10, visibilityMs: 60_000, waitMs: 5_000 });
      const halves = [messages.filter((_, i) => i % 2 === 0), messages.filter((_, i) => i % 2 === 1)];
      await Promise.all(halves.map((half) => controlHandler(graph.controls!, cloud)(half)));
      await queue.delete(messages.map(({ receipt }) => receipt));
      left -= messages.length;
    }
    expect(await settings.get('race')).toEqual({ value: value(9, 'race'), version: 9, key: 'race' });
    const history = (await settings.history('race')).map(({ version }) => version);
    expect(history).toEqual(history.toSorted((a, b) => a - b));
  });
});
