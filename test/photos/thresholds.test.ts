import { expect, test } from 'vitest';
import { replay } from '../../functions/photos/model/replay.ts';
import type { Scores } from '../../functions/photos/model/scores.ts';
import { cheapest, losesAtMost, noWorse, passing } from '../../functions/photos/model/thresholds.ts';

const tier = (multiplyAdds: number, confidence: readonly number[], right: readonly boolean[]): Scores => ({
  name: 'linear14',
  confidence,
  right,
  milliseconds: multiplyAdds * 2,
  multiplyAdds,
});

// The cheap tier is right when it is sure, the middle one also once when the last is wrong.
const tiers = [
  tier(1, [0.9, 0.8, 0.6, 0.4], [true, false, false, false]),
  tier(10, [0.9, 0.9, 0.9, 0.5], [true, true, true, false]),
  tier(100, [0.9, 0.9, 0.9, 0.9], [true, true, false, true]),
];

test('a replay counts who answered, what was right, and what it cost', () => {
  const outcome = replay(tiers, [0.8, 0.9]);
  expect(outcome).toMatchObject({ photos: 4, shares: [0.5, 0.25, 0.25], accuracy: 0.75, won: 1, lost: 1 });
  // All four photos meet the first tier, two the second, one the third.
  expect(outcome.cost).toBeCloseTo((4 * 1 + 2 * 10 + 1 * 100) / 400, 10);
  expect(outcome.time).toBeCloseTo(outcome.cost, 10);
});

test('the cheapest cascade that is right as often as the last tier is found', () => {
  const { thresholds, accuracy, cost } = cheapest(tiers, noWorse);
  expect(accuracy).toBe(0.75);
  // The first tier keeps only the photo it is surest of and the middle one the rest: nothing is left for the last.
  expect(cost).toBeCloseTo((4 * 1 + 3 * 10) / 400, 10);
  expect(replay(tiers, thresholds).accuracy).toBe(accuracy);
});

test('tiers that are sure and wrong cannot meet the criterion', () => {
  const wrong = tier(1, [1, 1, 1, 1], [false, false, false, false]);
  expect(() => cheapest([wrong, wrong, tiers[2]!], noWorse)).toThrow('no thresholds meet the criterion');
});

test('a loss is safe only as far as the photos seen and the photos to come can tell', () => {
  const outcome = { ...replay(tiers, [0.8, 0.9]), won: 8, lost: 12 };
  const difference = -4 / 4000;
  expect(losesAtMost({ points: 0.5, run: 2000, seen: 4000 })(outcome, difference)).toBe(true);
  expect(losesAtMost({ points: 0.5, run: 500, seen: 4000 })(outcome, difference)).toBe(false);
  expect(losesAtMost({ points: 0.2, run: 2000, seen: 4000 })(outcome, difference)).toBe(false);
});

test('the passing threshold lets at least the share pass', () => {
  const confidence = Array.from({ length: 100 }, (_, i) => (i + 0.5) / 100);
  expect(passing({ confidence }, 0.95)).toBe(0.05);
  expect(passing({ confidence }, 1)).toBe(0);
});
