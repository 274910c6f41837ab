import { expect, test } from 'vitest';
import { calibrate } from '../../lib/calibrate/calibrate.ts';
import { expectationOf } from '../../lib/calibrate/expectation.ts';
import { reliabilityOf } from '../../lib/calibrate/reliability.ts';
import { worlds } from './worlds.ts';

test('shares are shares: sums of weights leave no share below 0, and none just short of all flows', () => {
  const { threeLast: world } = worlds;
  for (let seed = 1; seed <= 5; seed++) {
    const columns = world.log(8_000, seed, { thresholds: [0.6, 0.6], audit: 0.3, captured: true });
    const result = calibrate({ columns, target: 0.4, delta: 0.05, cost: world.cost });
    if (!result.ok) throw new Error(result.message);
    const [first, , last] = result.tiers;
    expect(first!.reached).toBe(1);
    expect(Object.is(last!.reached, 0) || last!.reached > 1e-9).toBe(true);
    for (const { answers, reached } of result.tiers) {
      expect(Object.is(answers, -0) || answers < 0 || (answers > 1 - 1e-9 && answers !== 1)).toBe(false);
      expect(Object.is(reached, -0) || reached < 0 || reached > 1).toBe(false);
    }
    expect(JSON.stringify(expectationOf(result))).not.toMatch(/:-|0\.99999999/);
  }
});

test('flows of one score are in one bin of the reliability table', () => {
  const { twoLast: world } = worlds;
  const drawn = world.log(1_000, 1);
  const everyOne = new Float64Array(1_000).fill(1);
  const scored = (score: (flow: number) => number) =>
    reliabilityOf({ ...drawn, scores: [Float64Array.from({ length: 1_000 }, (_, i) => score(i))] }, everyOne, 0).bins;
  expect(scored(() => 0.7)).toMatchObject([{ from: 0.7, to: 0.7, flows: 1_000 }]);
  const bins = scored((flow) => (flow < 350 ? 0.7 : flow / 1_000));
  for (const [i, bin] of bins.entries()) if (i > 0) expect(bin.from).toBeGreaterThan(bins[i - 1]!.to);
  expect(bins.reduce((sum, { flows }) => sum + flows, 0)).toBe(1_000);
  expect(bins.length).toBeGreaterThan(5);
});
