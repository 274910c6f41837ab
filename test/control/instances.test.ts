import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { connectControl, control, defineControl, defineTier } from '../../lib/index.ts';
import { type TestCascade, testCascade } from '../support/cascade.ts';
import { started } from '../support/started.ts';
import { type Instance, instanceOf } from './instances.ts';

const STALENESS_MS = 4_000;
const level = defineControl({ name: 'level', schema: z.number(), beforeControl: 'drop', maxStaleness: '4s' });
type Level = { default: typeof level };
const reads = defineTier({
  name: 'reads',
  input: z.object({ key: z.string() }),
  controls: { level: control<Level>('level') },
  output: z.object({ version: z.number() }),
  predict: async ({ data, controls }) => ({ version: (await controls.level.get(data.key)).version }),
});
const parts = { tiers: [reads], controls: [level] };
const levels = ({ cloud }: TestCascade) => connectControl<Level>('level', { cloud });

async function set(cascade: TestCascade, key: string, version: number): Promise<void> {
  await levels(cascade).set(version, { key, version });
  await cascade.deliver('controls');
}

/** The version that this instance decides one flow on. */
async function decide(cascade: TestCascade, instance: Instance, key: string): Promise<number | undefined> {
  const flowId = await cascade.send('reads', { key });
  await instance.deliver();
  return cascade.records.find(({ flow }) => flow === flowId)!.controls?.level;
}

describe('several warm instances', () => {
  test('each see a control within its staleness, for one table call each, and none before', async () => {
    const cascade = await started(parts);
    const instances = Array.from({ length: 5 }, () => instanceOf(cascade));
    await set(cascade, 'a', 1);
    // Each has read at a moment of its own.
    for (const instance of instances) {
      expect(await decide(cascade, instance, 'a')).toBe(1);
      cascade.clock.advance(100);
    }
    await set(cascade, 'a', 2);
    cascade.clock.advance(STALENESS_MS - 501);
    for (const instance of instances) {
      for (let i = 0; i < 20; i += 1) expect(await decide(cascade, instance, 'a')).toBe(1);
      expect(instance.calls).toMatchObject({ table: 1, object: 0 });
    }
    cascade.clock.advance(501);
    for (const instance of instances) {
      for (let i = 0; i < 20; i += 1) expect(await decide(cascade, instance, 'a')).toBe(2);
      expect(instance.calls).toMatchObject({ table: 2, object: 0 });
    }
  });

  test('law: no decision is on a version that was replaced longer ago than the staleness, and reads are counted exactly', async () => {
    const key = fc.constantFrom('a', 'b');
    const event = fc.oneof(
      fc.record({ set: key }),
      fc.record({ data: key, at: fc.nat(2) }),
      fc.record({ data: key, at: fc.nat(2) }),
      fc.record({ wait: fc.oneof(fc.integer({ min: 1, max: 5_000 }), fc.constant(STALENESS_MS)) }),
    );
    const run = async (events: readonly (typeof event extends fc.Arbitrary<infer E> ? E : never)[]): Promise<void> => {
      const cascade = await testCascade(parts);
      const instances = [0, 1, 2].map(() => instanceOf(cascade));
      /** When each version of a key was applied; version 0 is that of none. */
      const applied = { a: [0], b: [0] };
      const readAt = new Map<string, number>();
      const expected = [0, 0, 0];
      for (const one of events) {
        const now = cascade.clock.now();
        if ('wait' in one) cascade.clock.advance(one.wait);
        else if ('set' in one) {
          await set(cascade, one.set, applied[one.set].length);
          applied[one.set].push(now);
        } else {
          const version = (await decide(cascade, instances[one.at]!, one.data)) ?? 0;
          const replacedAt = applied[one.data][version + 1] ?? Number.POSITIVE_INFINITY;
          expect(now - replacedAt).toBeLessThan(STALENESS_MS);
          // A key of its own, and `*` above it where nothing is set for the key.
          const asked = version === 0 ? [one.data, '*'] : [one.data];
          for (const name of asked.map((part) => `${one.at} ${part}`)) {
            if (now - (readAt.get(name) ?? Number.NEGATIVE_INFINITY) < STALENESS_MS) continue;
            readAt.set(name, now);
            expected[one.at]! += 1;
          }
          expect(instances.map(({ calls }) => calls.table)).toEqual(expected);
        }
      }
      await cascade.close();
    };
    await fc.assert(fc.asyncProperty(fc.array(event, { maxLength: 40 }), run), { numRuns: 60 });
  });
});
