import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import {
  connectControl,
  control,
  defineControl,
  defineDestination,
  defineTier,
  drop,
  stream,
  tier,
} from '../../lib/index.ts';
import type { TestCascade } from '../support/cascade.ts';
import { started } from '../support/started.ts';
import { type Cheap, cheap } from '../support/tiers.ts';

/** What stream processors are used for, as tiers: each under redelivery of every message. */
const Pair = z.object({ key: z.string(), n: z.number() });

/** Sends in turn, so that what comes out has one right order; answers that come again under their id count once. */
async function outputsOf(cascade: TestCascade, entry: string, items: readonly object[]): Promise<readonly unknown[]> {
  for (const item of items) {
    await cascade.send(entry, item);
    await cascade.drain({ times: 2 });
  }
  return [...new Map(cascade.answers.map(({ id, output }) => [id, output])).values()];
}
const pairs = (...said: readonly (readonly [string, number])[]) => said.map(([key, n]) => ({ key, n }));

describe('keyed operators', () => {
  test('filter, key by, and a rolling sum: 0 and what falls to 0 are values', async () => {
    const sum = defineTier({
      name: 'sum',
      input: Pair,
      gates: { data: (data) => (data.n > 100 ? drop : data) },
      state: { schema: z.number(), initial: 0, keyBy: ({ data }) => data.key },
      output: Pair,
      predict: ({ data, state }) => {
        state.set(state.value + data.n);
        return { key: data.key, n: state.value + data.n };
      },
    });
    const cascade = await started({ tiers: [sum] });
    const items = pairs(['a', 1], ['b', 2], ['a', 3], ['b', -2], ['a', 101], ['__proto__', 5], ['a', 0]);
    expect(await outputsOf(cascade, 'sum', items)).toEqual(
      pairs(['a', 1], ['b', 2], ['a', 4], ['b', 0], ['__proto__', 5], ['a', 4]),
    );
  });

  test('a broadcast reaches every instance, and every key without a value of its own', async () => {
    const factor = defineControl({
      name: 'factor',
      schema: z.object({ key: z.string(), by: z.number() }),
      keyBy: ({ key }) => key,
      beforeControl: 'default',
      initial: { key: '*', by: 1 },
      maxStaleness: '0s',
    });
    const scale = defineTier({
      name: 'scale',
      input: Pair,
      controls: { factor: control<{ default: typeof factor }>('factor') },
      output: Pair,
      predict: async ({ data, controls }) => {
        const { value } = await controls.factor.get(data.key);
        return { key: data.key, n: data.n * value.by };
      },
    });
    const one = await started({ tiers: [scale], controls: [factor] });
    const two = await started({ tiers: [scale], controls: [factor], wrap: () => one.cloud });
    const factors = connectControl<{ default: typeof factor }>('factor', { cloud: one.cloud });
    const said: unknown[] = [];
    const ask = async () => {
      for (const instance of [one, two]) {
        for (const item of pairs(['a', 1], ['b', 1])) await one.send('scale', item);
        await instance.deliver('scale');
      }
      await one.drain();
      said.push(one.answers.splice(0).map(({ output }) => (output as { n: number }).n));
    };
    await ask();
    await factors.set({ key: '*', by: 2 }, { version: 1 });
    await one.drain();
    await ask();
    await factors.set({ key: 'b', by: 3 }, { version: 1 });
    await one.drain();
    await ask();
    expect(said).toEqual([
      [1, 1, 1, 1],
      [2, 2, 2, 2],
      [2, 3, 2, 3],
    ]);
  });
});

describe('an inference pipeline: parse, window, ask the model, write', () => {
  test('a window of three of a key is predicted on once, whatever comes twice; what does not fill one waits', async () => {
    const window = defineTier({
      name: 'window',
      input: Pair,
      state: { schema: z.array(z.number()), initial: [] as number[], keyBy: ({ data }) => data.key },
      output: z.object({ key: z.string(), items: z.array(z.number()) }),
      predict: ({ data: { key, n }, state }) => {
        const items = [...state.value, n];
        const full = items.length === 3;
        state.set(full ? [] : items);
        return { key, items: full ? items : [] };
      },
      satisfied: { score: () => 0, atLeast: 1 },
      gates: { escalate: (output) => (output.items.length === 0 ? drop : output) },
    });
    const model = defineTier({
      name: 'model',
      input: tier<{ default: typeof window }>('window'),
      output: z.object({ key: z.string(), mean: z.number() }),
      predict: ({ signal: { key, items } }) => ({ key, mean: items.reduce((sum, n) => sum + n, 0) / items.length }),
    });
    const written = new Map<string, unknown>();
    const sink = defineDestination({
      name: 'sink',
      of: [tier<{ default: typeof model }>('model')],
      handler: ({ id, output }) => void written.set(id, output),
    });
    const cascade = await started({ tiers: [window, model], destination: sink });
    await outputsOf(
      cascade,
      'window',
      [1, 2, 3, 4, 5, 6, 7].flatMap((n) => pairs(['x', n], ['y', 10 * n])),
    );
    expect([...written.values()]).toEqual([
      { key: 'x', mean: 2 },
      { key: 'y', mean: 20 },
      { key: 'x', mean: 5 },
      { key: 'y', mean: 50 },
    ]);
  });
});

describe('two streams that join, whatever comes first, twice, late or never', () => {
  const joins = (signals: 'first' | 'latest') =>
    defineTier({
      name: 'dear',
      input: tier<Cheap>('cheap'),
      join: { data: stream('photos', z.object({ photo: z.string() })), ttl: '1m', signals },
      output: z.string(),
      predict: ({ data, signal }) => `${data.photo} ${signal.guess}`,
    });
  const from = { name: 'cheap', version: 'v1' };

  test.each([
    // s: a signal, d: the data, w: they wait for longer than the ttl
    ['sd', 'p1 s1', 'p1 s1'],
    ['ds', 'p1 s1', 'p1 s1'],
    ['ssd', 'p1 s1', 'p1 s2'],
    ['dds', 'p1 s1', 'p1 s1'],
    ['sds', 'p1 s1', 'p1 s1'],
    ['dsd', 'p1 s1', 'p1 s1'],
    ['s', undefined, undefined],
    ['d', undefined, undefined],
    ['ss', undefined, undefined],
    ['swd', undefined, undefined],
    ['dws', undefined, undefined],
    ['swds', 'p1 s2', 'p1 s2'],
    ['dwsd', 'p2 s1', 'p2 s1'],
  ])('%s: the first signal counts %j, the latest %j', async (order, first, latest) => {
    for (const [signals, expected] of [
      ['first', first],
      ['latest', latest],
    ] as const) {
      const cascade = await started({ tiers: [cheap(), joins(signals)] });
      let [s, d] = [0, 0];
      for (const what of order) {
        const ts = cascade.clock.now() + s + d;
        const envelope = { v: 1, flow: 'f', from, ts };
        if (what === 'w') cascade.clock.advance(61_000);
        else if (what === 'd') {
          d += 1;
          const body = { ...envelope, id: `d${d}`, kind: 'data', data: { photo: `p${d}` } };
          await cascade.put('dear.photos', JSON.stringify(body));
        } else {
          s += 1;
          const signal = { output: { guess: `s${s}`, sure: 0 }, tier: 'cheap', version: 'v1' };
          await cascade.put('dear', JSON.stringify({ ...envelope, id: `s${s}`, kind: 'signal', signal }));
        }
        await cascade.drain({ times: 2 });
      }
      cascade.clock.advance(61_000);
      await cascade.sweep();
      const answers = new Map(cascade.answers.map(({ id, output }) => [id, output]));
      expect([...answers.values()], signals).toEqual(expected === undefined ? [] : [expected]);
      // Each message came to an end that the log tells of.
      const used = cascade.records.filter(({ decision }) => decision === 'accepted').length;
      const ended = new Set(
        cascade.records
          .filter(({ decision }) => decision !== 'parked')
          .flatMap((record) => record.in.map(({ id }) => id)),
      );
      expect(used).toBe(expected === undefined ? 0 : 1);
      expect(ended.size).toBe(s + d);
      expect(await cascade.deadLetters()).toEqual([]);
    }
  });
});

describe('a burst of 5 at a tier that joins, paced 200 ms apart', () => {
  test.each([
    ['queue', ['f0', 'f1', 'f2', 'f3', 'f4'], 0],
    ['latest', ['f0', 'f4'], 3],
    ['drop', ['f0'], 4],
  ] as const)('%s: %j are answered, and %i end told of', async (onThrottle, answered, lost) => {
    const ran: number[] = [];
    const dear = defineTier({
      name: 'dear',
      input: tier<Cheap>('cheap'),
      join: { data: stream('photos', z.object({ photo: z.string() })), ttl: '1m' },
      output: z.string(),
      pace: { minInterval: '200ms', onThrottle },
      predict: ({ flowId }) => {
        ran.push(cascade.clock.now());
        return flowId;
      },
    });
    const cascade: TestCascade = await started({ tiers: [cheap(), dear] });
    for (let n = 0; n < 5; n += 1) {
      const about = { flowId: `f${n}`, at: new Date(cascade.clock.now() + n) };
      await cascade.send('cheap', { n }, about);
      await cascade.send('dear.photos', { photo: 'p' }, about);
    }
    await cascade.drain();
    expect(cascade.answers.map(({ output }) => output)).toEqual(answered);
    for (const [i, at] of ran.slice(1).entries()) expect(at - ran[i]!).toBeGreaterThanOrEqual(200);
    const ended = cascade.records.filter(({ decision, until }) => decision === 'throttled' && until === undefined);
    expect(ended).toHaveLength(lost);
    const told = cascade.records.length;
    cascade.clock.advance(120_000);
    await cascade.sweep();
    expect(cascade.records).toHaveLength(told);
  });
});
