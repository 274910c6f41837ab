import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { connectControl, control, defineControl, defineTier } from '../../lib/index.ts';
import { type TestCascade, testCascade } from '../support/cascade.ts';
import { instanceOf } from './instances.ts';

const level = defineControl({ name: 'level', schema: z.number(), beforeControl: 'default', initial: 0 });
type Level = { default: typeof level };

const Output = z.object({ key: z.string(), level: z.number(), nth: z.number() });
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

const key = fc.constantFrom('a', 'b');
const event = fc.oneof(
  { weight: 4, arbitrary: fc.record({ data: key, ago: fc.nat(3_000) }) },
  { weight: 4, arbitrary: fc.record({ set: key, version: fc.integer({ min: 1, max: 9 }) }) },
  { weight: 1, arbitrary: fc.record({ delete: key, version: fc.integer({ min: 1, max: 9 }) }) },
  { weight: 3, arbitrary: fc.record({ apply: fc.integer({ min: 1, max: 3 }), times: fc.integer({ min: 1, max: 2 }) }) },
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
    } else if ('set' in one) await levels.set(one.version, { key: one.set, version: one.version });
    else if ('delete' in one) await levels.delete({ key: one.delete, version: one.version });
    else if ('apply' in one) await cascade.deliver('controls', { max: one.apply, times: one.times, together: true });
    else if ('wait' in one) cascade.clock.advance(one.wait);
    else await Promise.all(one.deliver.map((n) => instances[n]!.deliver(one)));
  }
  await cascade.drain({ times: 2 });
  return sentAt;
}

test('whatever the order, over several instances: the newest data of each key is decided with what counts in the end, once for a version', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 5, maxLength: 40 }), async (events) => {
      const cascade = await testCascade({ tiers: [reader], controls: [level] });
      try {
        const sentAt = await play(cascade, events);
        const levels = connectControl<Level>('level', { cloud: cascade.cloud });
        const outputs = cascade.answers.map(({ id, flowId, output, controls }) => ({
          id,
          flowId,
          ...Output.parse(output),
          version: controls!.level!,
        }));
        // An id means one output, however often it is sent.
        const byId = new Map(outputs.map((output) => [output.id, output]));
        for (const output of outputs) expect(output).toEqual(byId.get(output.id));
        for (const key of ['a', 'b']) {
          const own = [...byId.values()].filter((output) => output.key === key).sort((a, b) => a.nth - b.nth);
          const newest = Math.max(...own.map(({ flowId }) => sentAt.get(flowId)!));
          const newestOnes = own.filter(({ flowId }) => sentAt.get(flowId) === newest);
          const counts = (await levels.get(key))?.version ?? 0;
          if (own.length > 0) expect(newestOnes.map(({ version }) => version)).toContain(counts);
          // What a flow said first it said by itself; each time after that a version was applied.
          const again = own.filter((output, i) => own.findIndex(({ flowId }) => flowId === output.flowId) < i);
          const versions = again.map(({ version }) => version);
          expect(versions.filter((version) => version > 0)).toEqual([...new Set(versions)].filter((v) => v > 0));
          const deleted = events.some((one) => 'delete' in one && one.delete === key);
          for (const [i, { nth }] of deleted ? [] : again.entries()) {
            const after = own.filter((output) => output.nth > nth).map(({ version }) => version);
            expect(Math.min(versions[i]!, ...after)).toBe(versions[i]);
          }
        }
        expect(await cascade.deadLetters()).toEqual([]);
      } finally {
        await cascade.close();
      }
    }),
    { numRuns: Number(process.env.RUNS ?? 60) },
  );
});
