import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { AnyTier } from '../../lib/index.ts';
import { defineTier, tier } from '../../lib/index.ts';
import type { TestCascade } from '../support/cascade.ts';
import { started } from '../support/started.ts';
import { carrying, cheap, Guess, Item, joining } from '../support/tiers.ts';

const counts = (cascade: TestCascade) => ({ ...cascade.calls });

/** Delivers queue after queue; a list of them at the same time. */
function inTurn(...queues: readonly (string | readonly string[])[]): (cascade: TestCascade) => Promise<void> {
  return async (cascade) => {
    for (const at of queues) await Promise.all([at].flat().map((queue) => cascade.deliver(queue)));
  };
}

/** What the decision records say was called: the cost of a flow as its owner sees it. */
function recorded(cascade: TestCascade, flow: string) {
  const total = { queue: 0, table: 0, object: 0 };
  for (const { calls } of cascade.records.filter((r) => r.flow === flow)) {
    total.queue += calls.queue;
    total.table += calls.table;
    total.object += calls.object;
  }
  return total;
}

const unsure = (): number => 0;
const sure = (): number => 1;

describe('exact calls of one flow', () => {
  test('satisfied at once: the client’s message, the answer, and nothing else', async () => {
    const cascade = await started({ tiers: [cheap({ sure }), carrying()] });
    await cascade.send('cheap', { n: 1 }, { flowId: 'f' });
    await cascade.drain();
    expect(counts(cascade)).toEqual({ queue: 2, table: 0, object: 0 });
    expect(recorded(cascade, 'f')).toEqual({ queue: 1, table: 0, object: 0 });
  });

  test('escalated, data carried along: three messages and still no table call', async () => {
    const cascade = await started({ tiers: [cheap({ sure: unsure }), carrying()] });
    await cascade.send('cheap', { n: 1 }, { flowId: 'f' });
    await cascade.drain();
    expect(counts(cascade)).toEqual({ queue: 3, table: 0, object: 0 });
    expect(recorded(cascade, 'f')).toEqual({ queue: 2, table: 0, object: 0 });
  });

  const joined: readonly (readonly [string, (cascade: TestCascade) => Promise<unknown>])[] = [
    ['data first', inTurn('dear.photos', 'cheap', 'dear')],
    ['signal first', inTurn('cheap', 'dear', 'dear.photos')],
    ['both at once', inTurn('cheap', ['dear', 'dear.photos'])],
  ];
  test.each(joined)('joined, %s: four table calls', async (_, arrive) => {
    const cascade = await started({ tiers: [cheap({ sure: unsure }), joining()] });
    await cascade.send('cheap', { n: 1 }, { flowId: 'f' });
    await cascade.send('dear.photos', { photo: 'p' }, { flowId: 'f' });
    await arrive(cascade);
    await cascade.drain();
    expect(cascade.answers).toHaveLength(1);
    expect(counts(cascade)).toEqual({ queue: 4, table: 4, object: 0 });
    expect(recorded(cascade, 'f')).toEqual({ queue: 2, table: 4, object: 0 });
  });

  test('parked and never escalated: one table call', async () => {
    const cascade = await started({ tiers: [cheap({ sure }), joining()] });
    await cascade.send('cheap', { n: 1 }, { flowId: 'f' });
    await cascade.send('dear.photos', { photo: 'p' }, { flowId: 'f' });
    await cascade.drain();
    expect(counts(cascade)).toEqual({ queue: 3, table: 1, object: 0 });
    expect(recorded(cascade, 'f').table).toBe(1);
  });

  test.each([
    ['the first tier', cheap({ sure: unsure, extra: { delivery: 'once' } }), carrying(), 2],
    ['the last tier', cheap({ sure: unsure }), carrying({ delivery: 'once' }), 2],
    ['both tiers', cheap({ sure: unsure, extra: { delivery: 'once' } }), carrying({ delivery: 'once' }), 4],
    ['a tier that joins', cheap({ sure: unsure }), joining({ delivery: 'once' }), 4],
  ])('once at %s', async (_, first, last, table) => {
    const cascade = await started({ tiers: [first, last as AnyTier] });
    await cascade.send('cheap', { n: 1 }, { flowId: 'f' });
    if (cascade.graph.tiers[1]!.mode === 'join') await cascade.send('dear.photos', { photo: 'p' }, { flowId: 'f' });
    await cascade.drain();
    expect(cascade.answers).toHaveLength(1);
    expect(counts(cascade).table).toBe(table);
    expect(recorded(cascade, 'f').table).toBe(table);
  });

  test.each([
    ['carry', carrying(), 1],
    ['join', joining(), 5],
  ])('reply: true (%s) costs one table call more', async (mode, last, table) => {
    const cascade = await started({ tiers: [cheap({ sure: unsure }), last as AnyTier] });
    await cascade.send('cheap', { n: 1 }, { flowId: 'f', reply: true });
    if (mode === 'join') await cascade.send('dear.photos', { photo: 'p' }, { flowId: 'f' });
    await cascade.drain();
    expect(counts(cascade).table).toBe(table);
    expect(recorded(cascade, 'f').table).toBe(table);
  });

  describe('objects', () => {
    const Length = z.object({ length: z.number() });
    const first = (reads: boolean, extra: object = {}) =>
      defineTier({
        name: 'cheap',
        input: Item,
        objects: { photo: {} },
        output: Guess,
        predict: async ({ objects }) => {
          if (reads) await Promise.all([objects.photo.bytes(), objects.photo.text(), objects.photo.bytes()]);
          return { guess: '', sure: 0 };
        },
        satisfied: { score: ({ output }) => output.sure, atLeast: 0.5 },
        ...extra,
      });
    const second = (reads: boolean) =>
      defineTier({
        name: 'dear',
        input: tier<{ default: ReturnType<typeof first> }>('cheap'),
        output: Length,
        predict: async ({ objects }) => ({ length: reads ? (await objects.photo.bytes()).length : 0 }),
      });

    test.each([
      [false, false, 1],
      [true, false, 2],
      [false, true, 2],
      [true, true, 3],
    ])('one put, and one get for each tier that reads (first %s, last %s)', async (a, b, object) => {
      const cascade = await started({ tiers: [first(a), second(b)] });
      await cascade.send('cheap', { n: 1 }, { flowId: 'f', objects: { photo: new Uint8Array(5) } });
      await cascade.drain();
      expect(counts(cascade)).toEqual({ queue: 3, table: 0, object });
      expect(recorded(cascade, 'f').object).toBe(object - 1);
      const fetched = cascade.records.map((r) => r.bytes);
      expect(fetched).toEqual([
        { declared: 5, fetched: a ? 5 : 0 },
        { declared: 5, fetched: b ? 5 : 0 },
      ]);
    });

    test('deleted after the answer: one delete, and a claim at each tier', async () => {
      const cascade = await started({
        tiers: [first(false, { objects: { photo: { deleteAfter: 'accepted' } } }), second(true)],
      });
      await cascade.send('cheap', { n: 1 }, { flowId: 'f', objects: { photo: new Uint8Array(5) } });
      await cascade.drain();
      expect(counts(cascade)).toEqual({ queue: 3, table: 4, object: 3 });
    });
  });

  test('a body too large for a message: one put by its sender, one get by its reader', async () => {
    const Text = z.object({ text: z.string() });
    const long = defineTier({ name: 'long', input: Text, output: z.number(), predict: ({ data }) => data.text.length });
    const cascade = await started({ tiers: [long] });
    await cascade.send('long', { text: 'x'.repeat(100_000) }, { flowId: 'f' });
    await cascade.drain();
    expect(cascade.answers.map((a) => a.output)).toEqual([100_000]);
    expect(counts(cascade)).toEqual({ queue: 2, table: 0, object: 2 });
    expect(recorded(cascade, 'f').object).toBe(1);
  });

  test('a batch goes out in one call a queue and is predicted on in one', async () => {
    const sends: string[] = [];
    const batches: number[] = [];
    const first = cheap({
      sure: (n) => n % 2,
      extra: {
        predict: undefined,
        predictBatch: (contexts: readonly { data: { n: number } }[]) => {
          batches.push(contexts.length);
          return contexts.map(({ data }) => ({ guess: '', sure: data.n % 2 }));
        },
      },
    });
    const cascade = await started({
      tiers: [first, carrying()],
      wrap: (cloud) => ({
        ...cloud,
        queue: (name) => {
          const queue = cloud.queue(name);
          return {
            ...queue,
            send: (messages) => {
              sends.push(`${name} ${messages.length}`);
              return queue.send(messages);
            },
          };
        },
      }),
    });
    for (let n = 0; n < 10; n += 1) await cascade.send('cheap', { n });
    sends.length = 0;
    await cascade.deliver('cheap');
    expect(batches).toEqual([10]);
    expect(sends.sort()).toEqual(['answers 5', 'dear 5']);
  });
});
