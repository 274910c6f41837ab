import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { awsCloud } from '../../lib/aws/index.ts';
import type { ModelUse } from '../../lib/cli/control-uses.ts';
import type { CostReport } from '../../lib/cli/cost.ts';
import { type Cloud, connect, type DecisionRecord, readDecisions, redecide } from '../../lib/index.ts';
import { loadApplication, openCloud, startCascade } from '../../lib/local/index.ts';
import { ENDPOINT, isMiniStack, SKIPPED } from '../aws/endpoint.ts';
import { eventually } from './answers.ts';
import { deployedProject } from './project.ts';

const STACK = `SluiceWords${randomUUID().slice(0, 8)}`;
const APP = `
import { App, Stack } from 'aws-cdk-lib';
import { bundleApplication, Cascade } from './infra/index.ts';

const app = new App();
new Cascade(new Stack(app, '${STACK}'), 'Words', { application: await bundleApplication('functions/words') });
app.synth();
`;
const FILES = ['quick.ts', 'careful.ts', 'archive.ts', 'controls/model.ts'];
const FOLDER = fileURLToPath(new URL('./fixtures/words', import.meta.url));
const TEXTS = ['a b', 'one two three', 'x', 'four and five words here', 'y z', 'the end of it all'];

async function sendAll(cloud: Cloud): Promise<void> {
  const client = connect<typeof import('./fixtures/words/quick.ts')>('quick', { cloud });
  await client.sendBatch(TEXTS.map((text, i) => ({ data: { text }, flowId: `f${i}` })));
}

async function embedded(): Promise<readonly DecisionRecord[]> {
  const records: DecisionRecord[] = [];
  const cloud = await openCloud({ dir: ':memory:', onDecisions: (some) => records.push(...some) });
  const cascade = await startCascade({ application: await loadApplication(FOLDER), cloud });
  await sendAll(cloud);
  await cascade.settled();
  await cascade.stop();
  await cloud.close();
  return records;
}

/** A record without its times and its share of an invocation, which no two runs have in common. */
function timeless(records: readonly DecisionRecord[]): readonly object[] {
  return records
    .map(({ at, latencyMs, modelMs, in: inputs, ...record }) => ({
      ...record,
      billed: undefined,
      in: inputs.map(({ ts, ...input }) => input),
    }))
    .sort((a, b) => `${a.flow} ${a.tier}`.localeCompare(`${b.flow} ${b.tier}`));
}

const where = `the decision log of a deployed cascade${ENDPOINT ? '' : ` (${SKIPPED})`}`;
describe.skipIf(!(await isMiniStack()))(where, { timeout: 180_000 }, () => {
  const project = deployedProject('thermostat', {
    'app.ts': APP,
    'cdk.json': '{"app":"node --conditions=sluice-source app.ts"}',
    'seven.txt': '7',
    ...Object.fromEntries(FILES.map((file) => [`functions/words/${file}`, readFileSync(`${FOLDER}/${file}`, 'utf8')])),
  });
  let cloud: Cloud;
  let expected: readonly DecisionRecord[];
  beforeAll(async () => {
    await project.deploy();
    const { output } = project.open('words');
    expect(output.log).toEqual({ prefix: 'decisions/words/' });
    cloud = awsCloud(output);
    await sendAll(cloud);
    expected = await embedded();
  }, 180_000);
  afterAll(() => project.remove());

  const read = async (): Promise<readonly DecisionRecord[]> => {
    const records: DecisionRecord[] = [];
    for await (const record of readDecisions(cloud, { unique: true })) records.push(record);
    return records;
  };

  test('lies in the bucket, and says what the embedded cloud says of the same flows', async () => {
    const records = await eventually(read, (some) => some.length >= expected.length);
    expect(timeless(records)).toEqual(timeless(expected));
    const names: string[] = [];
    for await (const { name } of cloud.decisions.files!({ tiers: ['careful'] })) names.push(name);
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) {
      expect(name).toMatch(/\/decisions\/words\/dt=\d{4}-\d\d-\d\d\/tier=careful\/[^/]+\.ndjson\.gz$/);
    }
  });

  test('is read by time', async () => {
    const last = (await read()).reduce((most, { at }) => Math.max(most, at), 0);
    const count = async (options: object): Promise<number> => {
      const reading = readDecisions(cloud, options);
      for await (const _ of reading);
      return reading.summary.records;
    };
    expect(await count({ from: last - 600_000 })).toBe(expected.length);
    expect(await count({ from: last + 1 })).toBe(0);
    expect(await count({ to: last - 3_600_000 })).toBe(0);
  });

  test('is decided again, in code and on the command line', async () => {
    const here = await redecide(cloud, { with: { quick: 0.05 } });
    const { code, json } = await project.sluice('redecide', '--application', 'words', '--with', 'quick=0.05', '--json');
    expect([code, json]).toEqual([0, JSON.parse(JSON.stringify(here))]);
    expect(here.changed).toBeGreaterThan(0);
    expect(here.unknown).toBe(0);
  });

  test('says what a million flows would cost, by what the functions counted', async () => {
    const { code, out, json } = await project.sluice('cost', '--application', 'words', '--compare', '--json');
    expect([code, out]).toEqual([0, out]);
    const { usage, perMillion, alternatives } = json as CostReport;
    expect(usage).toMatchObject({ flows: TEXTS.length, answered: TEXTS.length });
    const tiers = perMillion.tiers.filter(({ name }) => FILES.includes(`${name}.ts`));
    expect(tiers.map(({ msFrom }) => msFrom)).toEqual(['measured', 'measured', 'measured']);
    const { money, total } = perMillion;
    for (const service of ['lambda', 'sqs', 'logs'] as const) expect(money[service]).toBeGreaterThan(0);
    expect(total).toBeCloseTo(Object.values(money).reduce((sum, dollars) => sum + dollars, 0));
    expect(alternatives!.length).toBeGreaterThan(3);
  });

  test('is replayed through the files of this checkout', async () => {
    const args = ['replay', '--application', 'words', '--fail-on-change', '--json'];
    expect(await project.sluice(...args)).toMatchObject({ code: 0, json: { flows: TEXTS.length, changed: 0 } });
    project.edit('functions/words/quick.ts', 'atLeast: 0.1', 'atLeast: 0.9');
    expect(await project.sluice(...args)).toMatchObject({ code: 1, json: { flows: TEXTS.length } });
  });

  test('tells how the models of a tier were used', async () => {
    const control = (...args: readonly string[]) =>
      project.sluice('control', ...args, '--application', 'words', '--json');
    expect(await control('set', 'model', '--file', 'seven.txt', '--tier', 'quick')).toMatchObject({ code: 0 });
    const client = connect<typeof import('./fixtures/words/quick.ts')>('quick', { cloud });
    let sent = 0;
    const used = async () => {
      await client.send({ text: 'a b' }, { flowId: `more-${++sent}` });
      const { json } = await control('get', 'model', '--tier', 'quick');
      return (json as { readonly uses: readonly ModelUse[] }).uses;
    };
    const [first, second] = await eventually(used, (uses) => uses.length > 1);
    expect(first).toMatchObject({ version: 0 });
    expect(first!.uses).toBeGreaterThanOrEqual(TEXTS.length);
    expect(second).toMatchObject({ version: 1, minMs: expect.any(Number) });
    expect(second!.since).toBeGreaterThan(first!.since);
  });

  test('tells the story of a flow', async () => {
    const { code, out } = await project.sluice('flow', 'f1', '--application', 'words');
    expect([code, out]).toEqual([0, out]);
    expect(out).toContain('flow f1: answered by careful');
    expect(await project.sluice('flow', 'f99', '--application', 'words', '--json')).toMatchObject({ code: 3 });
  });
});
