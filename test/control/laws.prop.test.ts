import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { controlKey, keysFor } from '../../lib/core/control/keys.ts';
import { connectControl, control, defineControl, defineTier, type TierState } from '../../lib/index.ts';
import { type TestCascade, testCascade } from '../support/cascade.ts';

const level = defineControl({ name: 'level', schema: z.number(), beforeControl: 'drop', history: 5 });
type Level = { default: typeof level };

const reads = (key: (data: { key: string }) => string) =>
  defineTier({
    name: 'reads',
    input: z.object({ key: z.string() }),
    controls: { level: control<Level>('level') },
    output: z.object({ value: z.number(), version: z.number(), key: z.string() }),
    predict: ({ data, controls }) => controls.level.get(key(data)),
  });

async function within<T>(cascade: Promise<TestCascade>, work: (cascade: TestCascade) => Promise<T>): Promise<T> {
  const opened = await cascade;
  try {
    return await work(opened);
  } finally {
    await opened.close();
  }
}

describe('laws of controls', () => {
  test('whatever the order, however often: the version of a key never goes back, and the highest one stays', async () => {
    const message = fc.record({
      key: fc.constantFrom('a', 'b'),
      version: fc.integer({ min: 1, max: 12 }),
      value: fc.nat(9),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(message, { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 1, max: 7 }),
        async (sent, max) => {
          await within(testCascade({ tiers: [reads(({ key }) => key)], controls: [level] }), async (cascade) => {
            const client = connectControl<Level>('level', { cloud: cascade.cloud });
            const seen = new Map<string, number[]>();
            for (const { value, ...options } of sent) await client.set(value, options);
            while ((await cascade.deliver('controls', { max, times: 2, together: sent.length % 2 === 0 })) > 0) {
              for (const key of ['a', 'b']) {
                const version = (await client.get(key))?.version ?? 0;
                seen.set(key, [...(seen.get(key) ?? []), version]);
              }
            }
            for (const [key, versions] of seen) {
              expect(versions).toEqual(versions.toSorted((a, b) => a - b));
              const own = sent.filter((one) => one.key === key);
              const highest = Math.max(0, ...own.map(({ version }) => version));
              expect(versions.at(-1)).toBe(highest);
              const kept = await client.history(key);
              expect(kept.length).toBeLessThanOrEqual(5);
              expect(kept.map(({ version }) => version)).toEqual(
                kept.map(({ version }) => version).toSorted((a, b) => a - b),
              );
            }
            const applied = cascade.records.filter(({ decision }) => decision === 'applied').length;
            const told = cascade.records.filter(({ decision }) => ['applied', 'stale', 'duplicate'].includes(decision));
            expect(told).toHaveLength(2 * sent.length);
            expect(applied).toBeLessThanOrEqual(sent.length);
            expect(await cascade.cloud.queue('answers').depth()).toEqual({ ready: 0, delayed: 0, inFlight: 0 });
          });
        },
      ),
      { numRuns: 40 },
    );
  });

  test('outputs of an instance never go back to a lower version, each names one, and there is none before a control', async () => {
    const key = fc.constantFrom('a', 'b');
    const event = fc.oneof(
      fc.record({ set: key, version: fc.integer({ min: 1, max: 9 }) }),
      fc.record({ data: key }),
      fc.record({
        deliver: fc.constantFrom('controls', 'reads'),
        times: fc.integer({ min: 1, max: 3 }),
        max: fc.integer({ min: 1, max: 4 }),
      }),
      fc.record({ wait: fc.integer({ min: 1, max: 8_000 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 40 }), async (events) => {
        await within(testCascade({ tiers: [reads((data) => data.key)], controls: [level] }), async (cascade) => {
          const client = connectControl<Level>('level', { cloud: cascade.cloud });
          for (const one of events) {
            if ('set' in one) await client.set(one.version, { key: one.set, version: one.version });
            else if ('data' in one) await cascade.send('reads', { key: one.data });
            else if ('wait' in one) cascade.clock.advance(one.wait);
            else await cascade.deliver(one.deliver, one);
          }
          await cascade.drain();
          const outputs = cascade.answers.map(({ output, controls }) => ({
            ...(output as { value: number; version: number; key: string }),
            controls,
          }));
          for (const key of ['a', 'b']) {
            const versions = outputs.filter((output) => output.key === key).map(({ version }) => version);
            expect(versions).toEqual(versions.toSorted((a, b) => a - b));
          }
          for (const { value, version, controls } of outputs) {
            expect(value).toBe(version);
            expect(controls).toEqual({ level: version });
          }
          const first = cascade.records.findIndex(({ decision }) => decision === 'applied');
          const accepted = cascade.records.findIndex(({ decision }) => decision === 'accepted');
          expect(accepted === -1 || (first !== -1 && first < accepted)).toBe(true);
        });
      }),
      { numRuns: 60 },
    );
  });

  test('the most specific of what is set counts, whatever was set first', async () => {
    const part = fc.constantFrom('a', 'b', 'c');
    const key = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
    const wildcard = fc.oneof(
      fc.constant('*'),
      key.map((path) => `${path}/*`),
    );
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.oneof(key, wildcard), { maxLength: 8 }), key, async (set, asked) => {
        await within(testCascade({ tiers: [reads((data) => data.key)], controls: [level] }), async (cascade) => {
          const client = connectControl<Level>('level', { cloud: cascade.cloud });
          for (const [i, one] of set.entries()) await client.set(i, { key: one, version: 1 });
          await cascade.drain();
          await cascade.send('reads', { key: asked });
          await cascade.drain();
          const covers = (one: string): boolean =>
            one === asked || one === '*' || (one.endsWith('/*') && asked.startsWith(one.slice(0, -1)));
          const longest = set
            .filter(covers)
            .toSorted((a, b) => b.replace('*', '').length - a.replace('*', '').length)[0];
          expect(cascade.answers.map(({ output }) => (output as { key: string }).key)).toEqual(
            longest ? [longest] : [],
          );
        });
      }),
      { numRuns: 60 },
    );
  });

  test('a key is looked for under itself first, then under each wildcard above it, and under all last', () => {
    expect(keysFor('eu/oslo/7')).toEqual(['eu/oslo/7', 'eu/oslo/*', 'eu/*', '*']);
    expect(keysFor('eu/*')).toEqual(['eu/*', '*']);
    expect(keysFor('*')).toEqual(['*']);
    expect(controlKey('level', 'eu/*')).toBe('control#level#eu/*');
  });
});

describe('laws of keyed state', () => {
  interface Sum {
    readonly sum: number;
    readonly inputs: number;
  }
  const add = (state: TierState<Sum>, n: number): Sum => {
    const next = { sum: state.value.sum + n, inputs: state.value.inputs + 1 };
    state.set(next);
    return next;
  };
  const adder = (extra: object = {}) =>
    defineTier({
      name: 'adder',
      input: z.object({ key: z.string(), n: z.number() }),
      state: {
        schema: z.object({ sum: z.number(), inputs: z.number() }),
        initial: { sum: 0, inputs: 0 },
        keyBy: ({ data }) => data.key,
        remember: 50,
      },
      output: z.object({ sum: z.number(), inputs: z.number() }),
      // A turn of the event loop in between lets two instances overlap.
      predict: async ({ data, state }) => {
        await Promise.resolve();
        return add(state, data.n);
      },
      ...extra,
    });
  const input = fc.record({ key: fc.constantFrom('a', 'b'), n: fc.integer({ min: 1, max: 9 }) });
  const delivery = fc.record({
    max: fc.integer({ min: 1, max: 6 }),
    times: fc.integer({ min: 1, max: 3 }),
    together: fc.boolean(),
    lose: fc.boolean(),
  });

  test.each([
    ['one by one', {}],
    ['in one call of the model', { batch: { size: 10 } }],
  ])('each input counts once, whatever is delivered again, together or in turn: %s', async (_, extra) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(input, { minLength: 1, maxLength: 15 }),
        fc.array(delivery, { maxLength: 8 }),
        async (inputs, deliveries) => {
          await within(testCascade({ tiers: [adder(extra)] }), async (cascade) => {
            for (const [i, data] of inputs.entries()) await cascade.send('adder', data, { flowId: `f${i}` });
            for (const one of deliveries) {
              // Two instances at work on the queue at the same time.
              await Promise.all([cascade.deliver('adder', one), cascade.deliver('adder', { ...one, times: 1 })]);
              if (one.lose) cascade.clock.advance(60_000);
            }
            await cascade.drain();
            for (const key of ['a', 'b']) {
              const own = inputs.filter((one) => one.key === key);
              const item = await cascade.cloud.table.get(`state#adder#${key}`);
              const expected = { sum: own.reduce((sum, { n }) => sum + n, 0), inputs: own.length };
              expect(item?.value ?? { sum: 0, inputs: 0 }).toEqual(expected);
              expect(item?.version ?? 0).toBe(own.length);
            }
            // One output a flow, the same however often it came; and no two flows of a key saw the same state.
            const outputs = Map.groupBy(cascade.answers, ({ flowId }) => flowId);
            expect(outputs.size).toBe(inputs.length);
            for (const same of outputs.values()) {
              expect(new Set(same.map(({ id, output }) => JSON.stringify([id, output]))).size).toBe(1);
            }
          });
        },
      ),
      { numRuns: 40 },
    );
  });

  test('the inputs of one batch are worked in in their order', async () => {
    await within(testCascade({ tiers: [adder()] }), async (cascade) => {
      for (let n = 1; n <= 5; n += 1) await cascade.send('adder', { key: 'a', n }, { flowId: `f${n}` });
      await cascade.drain();
      expect(cascade.answers.map(({ output }) => (output as Sum).sum)).toEqual([1, 3, 6, 10, 15]);
      // One read and one write for each, and none in vain.
      expect(cascade.calls.table).toBe(10);
    });
  });
});
