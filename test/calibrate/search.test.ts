import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Columns } from '../../lib/calibrate/columns.ts';
import { everyScorePath } from '../../lib/calibrate/every-score-path.ts';
import { proposePath } from '../../lib/calibrate/propose-path.ts';
import { search } from '../../lib/calibrate/search.ts';
import { type Path, thresholdsAt, walk } from '../../lib/calibrate/walk.ts';
import { anyColumns, shuffled } from './arbitrary.ts';
import { worlds } from './worlds.ts';

const nowhere = (columns: Columns): readonly number[] => columns.logged;

function pathOf(columns: Columns): Path {
  if (columns.tiers.length === 2) return everyScorePath(columns, Number.NEGATIVE_INFINITY);
  const cost = columns.tiers.map((_, tier) => 4 ** tier);
  return proposePath(columns, new Float64Array(columns.flows).fill(1), cost, nowhere(columns));
}

/** What thresholds make of flows, one flow after the other. */
function replayed({ tiers, flows, scores, right }: Columns, thresholds: readonly number[]) {
  const answered = tiers.map(() => 0);
  let wrong = 0;
  for (let flow = 0; flow < flows; flow++) {
    let tier = 0;
    while (tier < thresholds.length && !(scores[tier]![flow]! >= thresholds[tier]!)) tier++;
    answered[tier]!++;
    if (right[tier]![flow] === 0) wrong++;
  }
  return { answered, wrong };
}

describe.each([2, 3, 4])('%i tiers', (tiers) => {
  test('each step of a walk is what a replay with its thresholds gives', () => {
    fc.assert(
      fc.property(anyColumns(tiers), (columns) => {
        const path = pathOf(columns);
        const walked = walk(columns, path, [1], new Uint8Array(columns.flows));
        for (let step = 0; step < path.steps; step++) {
          const { answered, wrong } = replayed(columns, thresholdsAt(path, step));
          expect(walked.answered.map((tier) => tier[step])).toEqual(answered);
          expect(walked.losses[0]![step]).toBe(wrong);
        }
      }),
      { numRuns: 50 },
    );
  });

  test('a path begins with the last tier alone, ends with the first, and raises no threshold on its way', () => {
    fc.assert(
      fc.property(anyColumns(tiers), (columns) => {
        const path = pathOf(columns);
        expect(thresholdsAt(path, 0)).toEqual(columns.logged.map(() => Number.POSITIVE_INFINITY));
        expect(replayed(columns, thresholdsAt(path, path.steps - 1)).answered[0]).toBe(columns.flows);
        for (let step = 1; step < path.steps; step++) {
          const before = thresholdsAt(path, step - 1);
          for (const [tier, threshold] of thresholdsAt(path, step).entries())
            expect(threshold).toBeLessThanOrEqual(before[tier]!);
        }
      }),
      { numRuns: 50 },
    );
  });

  test('the order of flows does not matter', () => {
    fc.assert(
      fc.property(
        anyColumns(tiers),
        fc.double({ min: 0.5, max: 0.9, noNaN: true }),
        fc.infiniteStream(fc.nat()),
        (columns, target, keys) => {
          const order = Array.from({ length: columns.flows }, (_, i) => ({ i, key: keys.next().value as number }))
            .sort((a, b) => a.key - b.key)
            .map(({ i }) => i);
          const asked = { target, delta: 0.1, cost: columns.tiers.map((_, tier) => 4 ** tier) };
          const one = search({ columns, ...asked });
          const other = search({ columns: shuffled(columns, order), ...asked });
          expect(other.step).toBe(one.step);
          expect(thresholdsAt(other.path, Math.max(0, other.step))).toEqual(
            thresholdsAt(one.path, Math.max(0, one.step)),
          );
        },
      ),
      { numRuns: 50 },
    );
  });
});

test('who asks for less, or takes a larger chance, goes at least as far', () => {
  for (const world of [worlds.twoLast, worlds.threeLast]) {
    const columns = world.log(4_000, 5);
    const reached = (target: number, delta: number): number =>
      search({ columns, target, delta, cost: world.cost }).step;
    const steps = [0.995, 0.99, 0.98, 0.95, 0.9].map((target) => reached(target, 0.05));
    expect(steps).toEqual(steps.toSorted((a, b) => a - b));
    const bolder = [0.001, 0.01, 0.05, 0.2].map((delta) => reached(0.97, delta));
    expect(bolder).toEqual(bolder.toSorted((a, b) => a - b));
  }
});

test('the path through three tiers is nearly as cheap as the best pair of thresholds on a grid', () => {
  const { threeLast: world } = worlds;
  const columns = world.log(3_000, 3);
  const path = proposePath(columns, new Float64Array(columns.flows).fill(1), world.cost, nowhere(columns));
  const grid = Array.from({ length: 41 }, (_, i) => (i / 40) ** 0.4);
  const spent = (thresholds: readonly number[]): { readonly cost: number; readonly risk: number } => {
    const { answered, wrong } = replayed(columns, thresholds);
    const cost = answered.reduce(
      (sum, n, tier) => sum + n * world.cost.slice(0, tier + 1).reduce((a, b) => a + b, 0),
      0,
    );
    return { cost, risk: wrong / columns.flows };
  };
  const cheapest = (all: readonly (readonly number[])[], limit: number): number =>
    Math.min(...all.map(spent).flatMap(({ cost, risk }) => (risk <= limit ? [cost] : [])));
  const steps = Array.from({ length: path.steps }, (_, step) => thresholdsAt(path, step));
  const pairs = grid.flatMap((first) => grid.map((second) => [first, second]));
  for (const limit of [0.01, 0.03]) expect(cheapest(steps, limit)).toBeLessThanOrEqual(1.05 * cheapest(pairs, limit));
});
