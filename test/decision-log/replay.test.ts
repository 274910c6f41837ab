import { describe, expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';
import type { DecisionRecord } from '../../lib/core/decision.ts';
import { buildGraph } from '../../lib/core/graph.ts';
import { logScanner } from '../../lib/core/log/scan.ts';
import { logTiers } from '../../lib/core/log/verdict.ts';
import type { TierDefinition } from '../../lib/core/tier-definition.ts';
import {
  type AnyTier,
  connect,
  type Destination,
  defineDestination,
  defineTier,
  readDecisions,
  stream,
  tier,
} from '../../lib/index.ts';
import { openCloud, replay, startCascade } from '../../lib/local/index.ts';
import type { Application } from '../../lib/runtime/application.ts';
import { testCascade } from '../support/cascade.ts';
import { type Cheap, cheap, joining } from '../support/tiers.ts';
import { linesOf, logOf } from './logs.ts';

const Numbered = z.object({ n: z.number() });
const Guess = z.object({ guess: z.string(), sure: z.number() });

/** A cascade of two whose first model is as sure as `sure` says. */
function tiersWith(options: { sure?: (n: number) => number; guess?: string; first?: object; last?: object } = {}) {
  const { sure = (n) => n / 10, guess = 'cheap' } = options;
  const cheap = defineTier({
    name: 'cheap',
    input: Numbered,
    output: Guess,
    predict: ({ data }) => ({ guess: `${guess} ${data.n}`, sure: sure(data.n) }),
    satisfied: { score: ({ output }) => output.sure, atLeast: 0.5 },
    capture: 1,
    ...options.first,
  });
  const dear = defineTier({
    name: 'dear',
    input: tier<{ default: typeof cheap }>('cheap'),
    output: z.object({ guess: z.string() }),
    predict: ({ data }) => ({ guess: `dear ${data.n}` }),
    capture: 1,
    ...options.last,
  });
  return [cheap, dear] as readonly AnyTier[];
}

function applicationOf(tiers: readonly (AnyTier | Destination)[]): Application {
  const files = tiers.map((one) => ({
    file: `functions/test/${one.name}.ts`,
    version: 'v2',
    definition: one as unknown as TierDefinition,
  }));
  return { name: 'test', dir: '/functions/test', graph: buildGraph('test', files), files: new Map() };
}

/** What the flows `f0`, `f1`, … with the data 0, 1, … leave in the log. */
async function logged(tiers: readonly AnyTier[], flows = 10): Promise<readonly DecisionRecord[]> {
  const cascade = await testCascade({ tiers });
  onTestFinished(() => cascade.close());
  for (let n = 0; n < flows; n += 1) await cascade.send('cheap', { n }, { flowId: `f${n}` });
  await cascade.drain();
  return cascade.records;
}

describe('replaying a log', () => {
  test('through the same application changes nothing', async () => {
    const log = logOf([linesOf(await logged(tiersWith()))]);
    const result = await replay({ application: applicationOf(tiersWith()), log });
    expect(result).toMatchObject({
      flows: 10,
      same: 10,
      changed: 0,
      changes: [],
      notLogged: 0,
      notSent: [],
      more: false,
    });
    expect(result.answers).toEqual({ same: 10, changed: 0, unknown: 0 });
    expect(result.tiers).toEqual([
      {
        tier: 'cheap',
        compared: 10,
        same: 10,
        changed: 0,
        onlyLogged: 0,
        onlyNow: 0,
        meanScoreDelta: 0,
        maxScoreDelta: 0,
      },
      {
        tier: 'dear',
        compared: 5,
        same: 5,
        changed: 0,
        onlyLogged: 0,
        onlyNow: 0,
        meanScoreDelta: 0,
        maxScoreDelta: 0,
      },
    ]);
  });

  test('shows which decisions another model changes, and by how much its scores move', async () => {
    const log = logOf([linesOf(await logged(tiersWith()))]);
    const surer = tiersWith({ sure: (n) => n / 10 + 0.25 });
    const result = await replay({ application: applicationOf(surer), log });
    // 0.3 and 0.4 are below the threshold, 0.55 and 0.65 are not.
    expect(result).toMatchObject({ flows: 10, same: 8, changed: 2 });
    expect(result.changes).toEqual([
      {
        flow: 'f3',
        tier: 'cheap',
        logged: { decision: 'escalated', score: 0.3 },
        now: { decision: 'accepted', score: 0.55 },
      },
      { flow: 'f3', tier: 'dear', logged: { decision: 'accepted' } },
      {
        flow: 'f4',
        tier: 'cheap',
        logged: { decision: 'escalated', score: 0.4 },
        now: { decision: 'accepted', score: 0.65 },
      },
      { flow: 'f4', tier: 'dear', logged: { decision: 'accepted' } },
    ]);
    expect(result.tiers[0]).toMatchObject({ same: 8, changed: 2, meanScoreDelta: expect.closeTo(0.25, 9) });
    expect(result.tiers[1]).toMatchObject({ compared: 3, onlyLogged: 2, onlyNow: 0 });
  });

  test('tells another answer apart from another decision', async () => {
    const log = logOf([linesOf(await logged(tiersWith()))]);
    const { same, answers } = await replay({ application: applicationOf(tiersWith({ guess: 'new' })), log });
    expect([same, answers]).toEqual([10, { same: 5, changed: 5, unknown: 0 }]);
  });

  test('takes the flows that were captured, and those of one tier at the others too', async () => {
    const some = tiersWith({ first: { capture: 0.3 }, last: { capture: 0.6 } });
    const records = await logged(some, 200);
    const captured = (name: string): readonly string[] =>
      records.filter(({ tier: of, data }) => of === name && data !== undefined).map(({ flow }) => flow!);
    const escalated = new Set(records.filter(({ tier: of }) => of === 'dear').map(({ flow }) => flow));
    expect(captured('cheap').length).toBeGreaterThan(30);
    expect(captured('cheap').length).toBeLessThan(90);
    for (const flow of captured('cheap')) if (escalated.has(flow)) expect(captured('dear')).toContain(flow);
    expect((await logged(some, 200)).filter(({ data }) => data !== undefined)).toHaveLength(
      captured('cheap').length + captured('dear').length,
    );
    const { flows, changed } = await replay({ application: applicationOf(some), log: logOf([linesOf(records)]) });
    expect(flows).toBe(new Set([...captured('cheap'), ...captured('dear')]).size);
    expect(changed).toBe(0);
  });

  test('takes no more flows than it may, and says that there are more', async () => {
    const log = logOf([linesOf(await logged(tiersWith()))]);
    const result = await replay({ application: applicationOf(tiersWith()), log, flows: 3 });
    expect(result).toMatchObject({ flows: 3, changed: 0, more: true });
  });

  test('takes what was sent from elsewhere, where the log has captured nothing', async () => {
    const bare = { first: { capture: 0 }, last: { capture: 0 } };
    const log = logOf([linesOf(await logged(tiersWith(bare)))]);
    const application = applicationOf(tiersWith(bare));
    expect(await replay({ application, log })).toMatchObject({ flows: 0, notLogged: 0 });
    const inputs = [1, 7, 99].map((n) => ({ flowId: `f${n}`, entry: 'cheap', data: { n } }));
    const result = await replay({ application, log, inputs });
    expect(result).toMatchObject({ flows: 2, same: 2, notLogged: 1 });
    expect(result.answers).toEqual({ same: 0, changed: 0, unknown: 2 });
  });

  test('meets both halves of a join again', async () => {
    const halves = (sees: string): readonly AnyTier[] => [
      cheap({ extra: { capture: 1 } }),
      joining(
        { capture: 1, predict: ({ data }: { data: { photo: string } }) => ({ guess: `${sees} ${data.photo}` }) },
        { maxTimeDiff: '1s' },
      ),
    ];
    const cascade = await testCascade({ tiers: halves('a') });
    onTestFinished(() => cascade.close());
    const at = new Date(Date.now() - 86_400_000);
    await cascade.send('cheap', { n: 1 }, { flowId: 'f', at });
    await cascade.send('dear.photos', { photo: 'cat' }, { flowId: 'f', at: new Date(at.getTime() + 500) });
    await cascade.drain();
    const log = logOf([linesOf(cascade.records)]);
    const same = await replay({ application: applicationOf(halves('a')), log });
    expect(same).toMatchObject({ flows: 1, same: 1, answers: { same: 1, changed: 0, unknown: 0 } });
    expect(await replay({ application: applicationOf(halves('b')), log })).toMatchObject({ answers: { changed: 1 } });
  });

  describe('whose flows came with objects, which no log captures', () => {
    const specs = { photo: { contentType: 'image/png' } } as const;
    const seeing = (): readonly AnyTier[] => [
      cheap({ sure: (n) => n, extra: { capture: 1 } }),
      defineTier({
        name: 'dear',
        input: tier<Cheap>('cheap'),
        join: { data: stream('photos', z.object({ shop: z.string() }), { objects: specs }), ttl: '1h' },
        output: z.object({ guess: z.string() }),
        predict: async ({ objects }) => ({ guess: await objects.photo.text() }),
        capture: 1,
      }),
    ];

    /** The flow `sure` ends at the first tier; `f0` and `f1` are answered by their photos. */
    async function loggedWithPhotos() {
      const cascade = await testCascade({ tiers: seeing() });
      onTestFinished(() => cascade.close());
      await cascade.send('cheap', { n: 1 }, { flowId: 'sure' });
      for (const flowId of ['f0', 'f1']) {
        await cascade.send('cheap', { n: 0 }, { flowId });
        await cascade.send('dear.photos', { shop: 'oslo' }, { flowId, objects: { photo: Buffer.from('cat') } });
      }
      await cascade.drain();
      return logOf([linesOf(cascade.records)]);
    }

    test('counts them apart instead of letting them fail', async () => {
      const result = await replay({ application: applicationOf(seeing()), log: await loggedWithPhotos() });
      expect(result).toMatchObject({ flows: 1, same: 1, changed: 0, withoutObjects: 2, changes: [] });
    });

    test('compares those that are sent with their objects', async () => {
      const inputs = [
        { flowId: 'f0', entry: 'cheap', data: { n: 0 } },
        { flowId: 'f0', entry: 'dear.photos', data: { shop: 'oslo' }, objects: { photo: Buffer.from('cat') } },
      ];
      const result = await replay({ application: applicationOf(seeing()), log: await loggedWithPhotos(), inputs });
      expect(result).toMatchObject({ flows: 1, same: 1, withoutObjects: 0, answers: { same: 1 } });
    });

    test('says by which code a flow failed', async () => {
      const inputs = [
        { flowId: 'f0', entry: 'cheap', data: { n: 0 } },
        { flowId: 'f0', entry: 'dear.photos', data: { shop: 'oslo' } },
      ];
      const { changes } = await replay({ application: applicationOf(seeing()), log: await loggedWithPhotos(), inputs });
      expect(changes).toEqual([
        {
          flow: 'f0',
          tier: 'dear',
          logged: { decision: 'accepted' },
          now: { decision: 'failed', code: 'data-invalid' },
        },
      ]);
    });
  });
});

test('a running cascade writes its records as they can be read without JSON', async () => {
  const cloud = await openCloud({ dir: ':memory:' });
  const bare = { first: { capture: 0 }, last: { capture: 0 } };
  const application = applicationOf([...tiersWith(bare), defineDestination({ name: 'archive', handler: () => {} })]);
  const cascade = await startCascade({ application, cloud });
  const client = connect('cheap', { cloud });
  for (let n = 0; n < 10; n += 1) await client.send({ n }, { flowId: `f${n}` });
  await cascade.settled();
  await cascade.stop();
  const records: DecisionRecord[] = [];
  for await (const record of readDecisions(cloud)) records.push(record);
  await cloud.close();
  // Ten at the first tier, half of them at the second, and ten at the destination.
  expect(records).toHaveLength(25);
  // Records that differ only in these are all read as the first of them was.
  const differs =
    /"(at|ts|score|threshold|modelMs|latencyMs|invocations|ms|requests|writes|reads)":[-.e0-9]+|"(id|flow)":"[^"]*"/g;
  const shapes = new Set(records.map((record) => JSON.stringify(record).replace(differs, '"$1$2"')));
  const log = Buffer.from(linesOf(records));
  expect(shapes.size).toBeLessThan(15);
  let asJson = 0;
  const scanner = logScanner(logTiers(), {
    onVerdict: () => {},
    onLine: (_, from, to) => {
      asJson += 1;
      return JSON.parse(log.toString('utf8', from, to));
    },
  });
  expect(scanner.scan(log, 0, log.length)).toBe(log.length);
  expect([asJson, scanner.records()]).toEqual([shapes.size, 25 - shapes.size]);
});

test.each([
  [{ flow: 10 }, 'replay has no option "flow"'],
  [{ flows: 0 }, 'replay: flows is 0 and must be a whole number from 1'],
])('a log is not replayed with %j', async (options, message) => {
  const replayed = replay({ application: applicationOf(tiersWith({})), log: logOf([]), ...options });
  await expect(replayed).rejects.toThrow(message);
});
