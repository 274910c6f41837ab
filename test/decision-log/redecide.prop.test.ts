import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';
import type { DecisionRecord } from '../../lib/core/decision.ts';
import { type AnyTier, defineTier, drop, type FlowCounts, redecide, tier } from '../../lib/index.ts';
import { testCascade } from '../support/cascade.ts';
import { inWritingOrder, linesOf, logOf } from './logs.ts';

/** How sure each tier is of one flow. */
type Sures = readonly [number, number, number];
type Thresholds = readonly [number, number, number];

interface Shape {
  readonly audit: number;
  readonly exhausted: 'accept' | 'deadLetter';
  readonly dropsAtTwo: boolean;
}

const Data = z.object({ sures: z.array(z.number()) });
const Sure = z.object({ sure: z.number() });
const NAMES = ['one', 'two', 'three'] as const;

function tiersWith([first, second, third]: Thresholds, { audit, exhausted, dropsAtTwo }: Shape): readonly AnyTier[] {
  const scored = (atLeast: number) => ({ score: ({ output }: { output: { sure: number } }) => output.sure, atLeast });
  const one = defineTier({
    name: 'one',
    input: Data,
    output: Sure,
    predict: ({ data }) => ({ sure: data.sures[0]! }),
    satisfied: scored(first),
    audit,
  });
  const two = defineTier({
    name: 'two',
    input: tier<{ default: typeof one }>('one'),
    output: Sure,
    predict: ({ data }) => ({ sure: data.sures[1]! }),
    satisfied: scored(second),
    audit,
    ...(dropsAtTwo && { gates: { escalate: () => drop } }),
  });
  const three = defineTier({
    name: 'three',
    input: tier<{ default: typeof two }>('two'),
    output: Sure,
    predict: ({ data }) => ({ sure: data.sures[2]! }),
    satisfied: scored(third),
    exhausted,
  });
  return [one, two, three];
}

async function logUnder(thresholds: Thresholds, shape: Shape, flows: readonly Sures[]): Promise<DecisionRecord[]> {
  const cascade = await testCascade({ tiers: tiersWith(thresholds, shape) });
  onTestFinished(() => cascade.close());
  for (const [i, sures] of flows.entries()) await cascade.send('one', { sures }, { flowId: `f${i}` });
  await cascade.drain();
  return cascade.records;
}

/** Few values, so that scores often are exactly at a threshold. */
const level = fc.integer({ min: 0, max: 8 }).map((n) => n / 8);
const three = fc.tuple(level, level, level);
const flows = fc.array(three, { minLength: 1, maxLength: 25 });
const shape: fc.Arbitrary<Shape> = fc.record({
  audit: fc.constantFrom(0, 0.5, 1),
  exhausted: fc.constantFrom('accept', 'deadLetter'),
  dropsAtTwo: fc.boolean(),
});
const asked = (thresholds: Thresholds): Record<string, number> =>
  Object.fromEntries(NAMES.map((name, i) => [name, thresholds[i]!]));

const counts = ({ tiers }: Awaited<ReturnType<typeof redecide>>, which: 'logged' | 'now'): Record<string, FlowCounts> =>
  // A tier that nothing comes to may be told of or not.
  Object.fromEntries(tiers.filter((one) => one[which].flows > 0).map((one) => [one.tier, one[which]]));

describe('deciding a log again', () => {
  test('with unchanged thresholds reproduces every decision', async () => {
    await fc.assert(
      fc.asyncProperty(three, shape, flows, async (thresholds, of, sures) => {
        const records = await logUnder(thresholds, of, sures);
        for (const unchanged of [{}, asked(thresholds)]) {
          const again = await redecide(logOf([linesOf(records)]), { with: unchanged });
          expect(again).toMatchObject({ changed: 0, unknown: 0, undecided: 0, contradictions: 0, duplicates: 0 });
          expect(counts(again, 'now')).toEqual(counts(again, 'logged'));
          // What is counted are the decisions that were made, at every tier.
          for (const { tier: name, logged } of again.tiers) {
            const decided = (decision: string): number =>
              records.filter((record) => record.tier === name && record.decision === decision).length;
            expect(logged).toMatchObject({
              answered: decided('accepted'),
              escalated: decided('escalated'),
              deadLettered: decided('failed'),
              dropped: decided('dropped'),
            });
          }
          expect(again.records).toBe(records.length);
        }
      }),
      { numRuns: 40 },
    );
  });

  test('says what running again says, where the log can know it', async () => {
    const lower = fc.tuple(three, three).map(([a, b]): [Thresholds, Thresholds] => {
      const pairs = a.map((n, i) => [Math.max(n, b[i]!), Math.min(n, b[i]!)]);
      return [pairs.map(([most]) => most!) as never, pairs.map(([, least]) => least!) as never];
    });
    await fc.assert(
      fc.asyncProperty(lower, shape, flows, fc.nat(), async ([before, after], of, sures, seed) => {
        const again = await redecide(logOf([linesOf(shuffled(await logUnder(before, of, sures), seed))]), {
          with: asked(after),
        });
        const really = await redecide(logOf([linesOf(await logUnder(after, of, sures))]));
        expect(again).toMatchObject({ unknown: 0, undecided: 0 });
        expect(counts(again, 'now')).toEqual(counts(really, 'logged'));
      }),
      { numRuns: 40 },
    );
  });

  test('knows flows that escalate after all from the tier that saw them in shadow', async () => {
    const always = shape.map((of) => ({ ...of, audit: 1, dropsAtTwo: false }));
    await fc.assert(
      fc.asyncProperty(three, level, always, flows, async (before, first, of, some) => {
        // One flow that no tier is sure of, so that the log shows what comes after each.
        const sures: Sures[] = [...some, [-1, -1, -1]];
        const after: Thresholds = [Math.max(before[0], first), before[1], before[2]];
        const again = await redecide(logOf([linesOf(await logUnder(before, of, sures))]), { with: asked(after) });
        const really = await redecide(logOf([linesOf(await logUnder(after, of, sures))]));
        // A shadow ends at the second tier, so what that is not sure of is all that the log cannot know.
        expect(again.tiers.find((one) => one.tier === 'two')?.unknown ?? 0).toBe(0);
        for (const name of ['one', 'two']) {
          expect(counts(again, 'now')[name]).toEqual(counts(really, 'logged')[name]);
        }
        const [known, ran] = [counts(again, 'now').three?.flows ?? 0, counts(really, 'logged').three?.flows ?? 0];
        expect(known + again.unknown).toBe(ran);
      }),
      { numRuns: 40 },
    );
  });

  test('accounts for every flow, whatever the thresholds and the audits', async () => {
    await fc.assert(
      fc.asyncProperty(three, three, shape, flows, async (before, after, of, sures) => {
        const again = await redecide(logOf([linesOf(await logUnder(before, of, sures))]), { with: asked(after) });
        const ends = again.tiers.map(({ now }) => now.answered + now.dropped + now.deadLettered);
        const ended = ends.reduce((sum, n) => sum + n, 0);
        expect(ended + again.unknown + again.undecided).toBe(sures.length);
      }),
      { numRuns: 40 },
    );
  });

  test('is not led astray by records that come twice, in another order, or in many files', async () => {
    await fc.assert(
      fc.asyncProperty(three, three, shape, flows, fc.nat(), async (before, after, of, sures, seed) => {
        const records = await logUnder(before, of, sures);
        const once = await redecide(logOf([linesOf(records)]), { with: asked(after) });
        const mixed = shuffled([...records, ...records.filter((_, i) => i % 3 === 0)], seed);
        const half = Math.floor(mixed.length / 2);
        const parts = [linesOf(mixed.slice(0, half)), linesOf(mixed.slice(half))];
        // What is not kept is read again.
        for (const keep of [0, 3, 1_000]) {
          const twice = await redecide(logOf(parts, 97), { with: asked(after), keep });
          expect(counts(twice, 'now')).toEqual(counts(once, 'now'));
          expect(twice).toMatchObject({ changed: once.changed, unknown: once.unknown, undecided: once.undecided });
        }
      }),
      { numRuns: 40 },
    );
  });
});

test('records are written with their fields in the order that the scanner knows', async () => {
  const records = await logUnder([0.5, 0.5, 0.5], { audit: 0.5, exhausted: 'accept', dropsAtTwo: false }, [
    [0.1, 0.2, 0.3],
    [0.9, 0.1, 0.1],
    [0.2, 0.7, 0.1],
  ]);
  expect(records.length).toBeGreaterThan(3);
  expect(linesOf(records)).toBe(linesOf(records.map(inWritingOrder)));
});

function shuffled<T>(items: readonly T[], seed: number): T[] {
  return items
    .map((item, i) => ({ item, at: Math.imul(i + 1, seed | 1) % 1_009 }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
