import { afterEach, describe, expect, test, vi } from 'vitest';
import * as z from 'zod';
import type { AnyTier } from '../../lib/index.ts';
import { defineTier, drop, tier } from '../../lib/index.ts';
import { type TestCascade, type TestCascadeOptions, testCascade } from '../support/cascade.ts';
import { type Crash, crashing } from '../support/crash.ts';
import { carrying, cheap, Guess, Item, joining } from '../support/tiers.ts';

const open: TestCascade[] = [];
afterEach(async () => {
  for (const cascade of open.splice(0)) await cascade.close();
});
async function start(options: TestCascadeOptions): Promise<TestCascade> {
  const cascade = await testCascade(options);
  open.push(cascade);
  return cascade;
}

const flows = (cascade: TestCascade): readonly string[] => cascade.answers.map((a) => a.flowId).sort();
const ids = (cascade: TestCascade): readonly string[] => [...new Set(cascade.answers.map((a) => a.id))].sort();

describe('acceptance', () => {
  test.each([
    ['carry', carrying()],
    ['join', joining()],
  ])('1 two-tier cascade (%s), 4 items all unsure: 4 answers', async (mode, dear) => {
    const cascade = await start({ tiers: [cheap(), dear as AnyTier] });
    for (const n of [0, 1, 2, 3]) {
      await cascade.send('cheap', { n }, { flowId: `f${n}` });
      if (mode === 'join') await cascade.send('dear.photos', { photo: `p${n}` }, { flowId: `f${n}` });
    }
    await cascade.drain();
    expect(flows(cascade)).toEqual(['f0', 'f1', 'f2', 'f3']);
    expect(cascade.answers.every((a) => a.tier === 'dear')).toBe(true);
  });

  test('2 two replicas of a joining tier, the halves of a flow split between them: 1 answer', async () => {
    const dear = joining();
    const cascade = await start({ tiers: [cheap(), dear] });
    const replica = await testCascade({ tiers: [cheap(), dear], wrap: () => cascade.cloud });
    open.push(replica);
    await cascade.send('cheap', { n: 1 }, { flowId: 'f' });
    await cascade.deliver('cheap');
    await cascade.deliver('dear');
    await cascade.send('dear.photos', { photo: 'p' }, { flowId: 'f' });
    await replica.deliver('dear.photos');
    await cascade.drain();
    expect(flows(cascade)).toEqual(['f']);
  });

  test('3 burst of 5 with a minimal interval: 5 answers, spaced', async () => {
    const ran: number[] = [];
    const paced = defineTier({
      name: 'paced',
      input: Item,
      output: Item,
      predict: ({ data }) => {
        ran.push(cascade.clock.now());
        return data;
      },
      pace: { minInterval: '200ms' },
    });
    const cascade = await start({ tiers: [paced] });
    for (const n of [1, 2, 3, 4, 5]) await cascade.send('paced', { n });
    await cascade.drain();
    expect(cascade.answers).toHaveLength(5);
    const gaps = ran.slice(1).map((at, i) => at - ran[i]!);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(200);
    expect(Math.max(...gaps)).toBeLessThan(400);
    expect(await cascade.deadLetters()).toEqual([]);
  });

  test('4 gates see the right verdict only', async () => {
    const seen: string[] = [];
    const spy = (name: string) => (value: { guess: string }) => {
      seen.push(`${name} ${value.guess}`);
      return value;
    };
    const first = cheap({
      sure: (n) => n,
      extra: { gates: { destination: spy('destination'), escalate: spy('escalate') } },
    });
    const cascade = await start({ tiers: [first, joining()] });
    await cascade.send('cheap', { n: 1 }, { flowId: 'sure' });
    await cascade.send('cheap', { n: 0 }, { flowId: 'unsure' });
    await cascade.deliver('cheap');
    await cascade.drain();
    expect(seen.sort()).toEqual(['destination cheap 1', 'escalate cheap 0']);
  });

  test('5 an empty unsatisfied output escalates', async () => {
    const empty = defineTier({
      name: 'cheap',
      input: Item,
      output: z.string(),
      predict: () => '',
      satisfied: { score: () => 0, atLeast: 1 },
    });
    const dear = defineTier({
      name: 'dear',
      input: tier<{ default: typeof empty }>('cheap'),
      output: z.object({ signal: z.string() }),
      predict: ({ signal }) => ({ signal }),
    });
    const cascade = await start({ tiers: [empty, dear] });
    await cascade.send('cheap', { n: 1 });
    await cascade.drain();
    expect(cascade.answers.map((a) => a.output)).toEqual([{ signal: '' }]);
  });

  test.each([
    ['carry', carrying()],
    ['join', joining()],
  ])('6 duplicate delivery of every message (%s): identical output set', async (mode, dear) => {
    const run = async (times: number): Promise<readonly string[]> => {
      const cascade = await start({ tiers: [cheap({ sure: (n) => n % 2 }), dear as AnyTier] });
      for (let n = 0; n < 6; n += 1) {
        await cascade.send('cheap', { n }, { flowId: `f${n}` });
        if (mode === 'join') await cascade.send('dear.photos', { photo: `p${n}` }, { flowId: `f${n}` });
      }
      await cascade.drain({ times });
      expect(new Set(flows(cascade)).size).toBe(6);
      return ids(cascade);
    };
    expect(await run(3)).toEqual(await run(1));
  });

  describe('7 a crash at every effect boundary: no loss, no extra output ids', () => {
    test.each([
      ['carry', carrying()],
      ['carry, once', carrying({ delivery: 'once' })],
      ['join', joining()],
    ])('%s', async (mode, dear) => {
      const run = async (crash?: Crash): Promise<{ cascade: TestCascade; calls: number }> => {
        const crasher = crashing(crash);
        const cascade = await start({ tiers: [cheap({ sure: (n) => n % 2 }), dear as AnyTier], wrap: crasher.wrap });
        for (let n = 0; n < 3; n += 1) {
          await cascade.send('cheap', { n }, { flowId: `f${n}` });
          if (mode === 'join') await cascade.send('dear.photos', { photo: 'p' }, { flowId: `f${n}` });
        }
        await crasher.drain(cascade);
        return { cascade, calls: crasher.calls() };
      };
      const clean = await run();
      expect(new Set(flows(clean.cascade)).size).toBe(3);
      for (let at = 1; at <= clean.calls; at += 1) {
        for (const when of ['before', 'after'] as const) {
          const { cascade } = await run({ at, when });
          expect(ids(cascade), `crash ${when} call ${at}`).toEqual(ids(clean.cascade));
          expect(await cascade.deadLetters()).toEqual([]);
        }
      }
    });
  });

  test('8 the skew bound holds on event time, and the skewed half is counted', async () => {
    const cascade = await start({ tiers: [cheap(), joining({}, { maxTimeDiff: '1s' })] });
    const at = (ms: number): Date => new Date(cascade.clock.now() + ms);
    await cascade.send('cheap', { n: 1 }, { flowId: 'near', at: at(0) });
    await cascade.send('dear.photos', { photo: 'p' }, { flowId: 'near', at: at(999) });
    await cascade.send('cheap', { n: 2 }, { flowId: 'far', at: at(0) });
    await cascade.send('dear.photos', { photo: 'p' }, { flowId: 'far', at: at(1_001) });
    await cascade.drain();
    expect(flows(cascade)).toEqual(['near']);
    expect(cascade.decisions('far')).toContain('dear:skewed');
  });

  test('9 flows that never escalate leave no state after the TTL', async () => {
    const cascade = await start({ tiers: [cheap({ sure: () => 1 }), joining()] });
    for (let n = 0; n < 20; n += 1) {
      await cascade.send('cheap', { n }, { flowId: `f${n}` });
      await cascade.send('dear.photos', { photo: 'p' }, { flowId: `f${n}` });
    }
    await cascade.drain();
    expect(cascade.answers).toHaveLength(20);
    cascade.clock.advance(3_600_000 + 1_000);
    await cascade.sweep();
    expect(cascade.records.filter((r) => r.decision === 'expired')).toHaveLength(20);
    for (let n = 0; n < 20; n += 1) expect(await cascade.cloud.table.get(`join#dear#f${n}`)).toBeUndefined();
  });

  test('10 an object is fetched at most once a use, never by a tier that does not read it, deleted only after the answer', async () => {
    const order: string[] = [];
    const noting = <A extends readonly unknown[], R>(what: string, call: (...args: A) => R): ((...args: A) => R) => {
      return (...args) => {
        order.push(what);
        return call(...args);
      };
    };
    const first = defineTier({
      name: 'cheap',
      input: Item,
      objects: { photo: { deleteAfter: 'accepted' } },
      output: Guess,
      predict: () => ({ guess: 'x', sure: 0 }),
      satisfied: { score: ({ output }) => output.sure, atLeast: 0.5 },
    });
    const dear = defineTier({
      name: 'dear',
      input: tier<{ default: typeof first }>('cheap'),
      output: z.object({ length: z.number() }),
      predict: async ({ objects }) => {
        const [bytes] = await Promise.all([objects.photo.bytes(), objects.photo.text(), objects.photo.bytes()]);
        return { length: bytes.length };
      },
    });
    const cascade = await start({
      tiers: [first, dear],
      wrap: (cloud) => ({
        ...cloud,
        queue: (name) => {
          const queue = cloud.queue(name);
          return { ...queue, send: noting(`send ${name}`, queue.send) };
        },
        objects: {
          ...cloud.objects,
          get: noting('get', cloud.objects.get),
          delete: noting('delete', cloud.objects.delete),
        },
      }),
    });
    await cascade.send('cheap', { n: 1 }, { flowId: 'f', objects: { photo: new Uint8Array([1, 2, 3]) } });
    await cascade.drain();
    expect(cascade.answers.map((a) => a.output)).toEqual([{ length: 3 }]);
    expect(order).toEqual(['send cheap', 'send dear', 'get', 'send answers', 'delete']);
  });

  test('11 flow ids of any bytes that are text round-trip unchanged and never collide', async () => {
    const every = String.fromCodePoint(...Array.from({ length: 60 }, (_, i) => i));
    const odd = [
      '\u0001\u0000\u0002',
      '\u0001\u0000\u0003',
      '\u0000\u0001',
      every,
      '\uFFFF\uFFFE',
      '𝔘#/é\n',
      'é'.repeat(64),
      'a'.repeat(128),
    ];
    const cascade = await start({ tiers: [cheap(), joining()] });
    for (const flowId of odd) {
      await cascade.send('cheap', { n: 1 }, { flowId });
      await cascade.send('dear.photos', { photo: 'p' }, { flowId });
    }
    await cascade.drain();
    expect(flows(cascade)).toEqual([...odd].sort());
  });

  test('a drop is a drop, counted and acknowledged; undefined is a value', async () => {
    const gate = vi.fn((signal: { guess: string }) => (signal.guess === 'cheap 1' ? drop : signal));
    const cascade = await start({ tiers: [cheap(), carrying({ gates: { signal: gate } })] });
    await cascade.send('cheap', { n: 1 }, { flowId: 'dropped' });
    await cascade.send('cheap', { n: 2 }, { flowId: 'kept' });
    await cascade.drain();
    expect(flows(cascade)).toEqual(['kept']);
    expect(cascade.decisions('dropped')).toEqual(['cheap:escalated', 'dear:dropped']);
  });
});
