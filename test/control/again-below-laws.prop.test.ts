import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { connectControl, control, defineControl, defineTier } from '../../lib/index.ts';
import { type TestCascade, testCascade } from '../support/cascade.ts';
import { instanceOf } from './instances.ts';

const level = defineControl({ name: 'level', schema: z.string(), beforeControl: 'default', initial: 'nothing' });
type Level = { default: typeof level };

const Output = z.object({ key: z.string(), level: z.string(), nth: z.number() });
const reader = defineTier({
  name: 'reader',
  input: z.object({ key: z.string() }),
  controls: { level: control<Level>('level') },
  state: { schema: z.number(), initial: 0, keyBy: ({ data }) => data.key, remember: 50 },
  output: Output,
  reevaluateOnControl: true,
  // The turns of the event loop in between let instances overlap.
  predict: async ({ data, controls, state }) => {
    await Promise.resolve();
    const { value } = await controls.level.get(data.key);
    await Promise.resolve();
    state.set(state.value + 1);
    return { key: data.key, level: value, nth: state.version };
  },
});

const KEYS = ['p/a', 'p/b', 'c'];
const key = fc.constantFrom(...KEYS);
const settable = fc.constantFrom('p/a', 'p/*', '*');
const version = fc.integer({ min: 1, max: 9 });
const event = fc.oneof(
  { weight: 4, arbitrary: fc.record({ data: key, ago: fc.nat(3_000) }) },
  { weight: 4, arbitrary: fc.record({ set: settable, version }) },
  { weight: 2, arbitrary: fc.record({ delete: settable, version }) },
  { weight: 4, arbitrary: fc.record({ apply: fc.integer({ min: 1, max: 3 }), times: fc.integer({ min: 1, max: 2 }) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      deliver: fc.array(fc.nat(2), { minLength: 1, maxLength: 3 }),
      max: fc.integer({ min: 1, max: 4 }),
      times: fc.integer({ min: 1, max: 2 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ wait: fc.integer({ min: 1, max: 6_000 }) }) },
);
type Event = typeof event extends fc.Arbitrary<infer T> ? T : never;

/** Three warm instances under one sequence of events, worked off to the end. */
async function play(cascade: TestCascade, events: readonly Event[]): Promise<ReadonlyMap<string, number>> {
  const levels = connectControl<Level>('level', { cloud: cascade.cloud });
  const instances = Array.from({ length: 3 }, () => instanceOf(cascade));
  const sentAt = new Map<string, number>();
  for (const [i, one] of events.entries()) {
    if ('data' in one) {
      const at = cascade.clock.now() - one.ago;
      sentAt.set(`${one.data} ${i}`, at);
      await cascade.send('reader', { key: one.data }, { flowId: `${one.data} ${i}`, at: new Date(at) });
    } else if ('set' in one) await levels.set(`${one.set} ${one.version}`, { key: one.set, version: one.version });
    else if ('delete' in one) await levels.delete({ key: one.delete, version: one.version });
    else if ('apply' in one) await cascade.deliver('controls', { max: one.apply, times: one.times, together: true });
    else if ('wait' in one) cascade.clock.advance(one.wait);
    else await Promise.all(one.deliver.map((n) => instances[n]!.deliver(one)));
  }
  await cascade.drain({ times: 2 });
  return sentAt;
}

test('whatever the order, over several instances: the newest data of each key is decided with what counts for it in the end, be it a wildcard’s', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 5, maxLength: 40 }), async (events) => {
      const cascade = await testCascade({ tiers: [reader], controls: [level] });
      try {
        const sentAt = await play(cascade, events);
        const levels = connectControl<Level>('level', { cloud: cascade.cloud });
        const outputs = cascade.answers.map(({ id, flowId, output }) => ({ id, flowId, ...Output.parse(output) }));
        // An id means one output, however often it is sent.
        const byId = new Map(outputs.map((output) => [output.id, output]));
        for (const output of outputs) expect(output).toEqual(byId.get(output.id));
        for (const key of KEYS) {
          const own = [...byId.values()].filter((output) => output.key === key).sort((a, b) => a.nth - b.nth);
          if (own.length === 0) continue;
          const newest = Math.max(...own.map(({ flowId }) => sentAt.get(flowId)!));
          let counts = 'nothing';
          for (const one of key === 'p/a' ? ['*', 'p/*', 'p/a'] : key === 'p/b' ? ['*', 'p/*'] : ['*']) {
            counts = (await levels.get(one))?.value ?? counts;
          }
          // Of data of one event time any may be the newest; the last thing said of one of them is what counts.
          const last = own.filter(({ flowId }) => sentAt.get(flowId) === newest).map((output) => output.level);
          expect(last).toContain(counts);
          if (new Set(own.filter(({ flowId }) => sentAt.get(flowId) === newest).map((o) => o.flowId)).size === 1)
            expect(last.at(-1)).toBe(counts);
        }
        expect(await cascade.deadLetters()).toEqual([]);
      } finally {
        await cascade.close();
      }
    }),
    { numRuns: Number(process.env.RUNS ?? 60) },
  );
});
