import { expect, test } from 'vitest';
import { binomialCdf } from '../../lib/calibrate/binomial.ts';
import { certified, judge, plainQuantile, type Trial } from './rules.ts';
import { worlds } from './worlds.ts';

// Truth is computed, not sampled: worlds.ts. `node --conditions=sluice-source test/bench/calibrate.ts` runs more of them.
const delta = 0.05;
const { twoLast, twoLabels, threeLast, threeLabels } = worlds;

/** So many misses, or more, would have a chance below one in a thousand if the true miss rate were δ. */
const isTooMany = (missed: number, logs: number): boolean => 1 - binomialCdf(missed - 1, logs, delta) < 0.001;

const trials: readonly (readonly [name: string, trial: Trial])[] = [
  ['2 tiers, all known', { world: twoLast, target: 0.99, flows: 10_000, logs: 1_000, delta }],
  ['2 tiers, labels', { world: twoLabels, target: 0.99, flows: 10_000, logs: 300, delta }],
  [
    '2 tiers, a tenth audited',
    {
      world: twoLast,
      target: 0.99,
      flows: 10_000,
      logs: 1_000,
      delta,
      written: { thresholds: [0.93], audit: 0.1, captured: true },
    },
  ],
  [
    '2 tiers, a tenth audited, the log too bold, nothing captured',
    {
      world: twoLast,
      target: 0.95,
      flows: 10_000,
      logs: 300,
      delta,
      written: { thresholds: [0.6], audit: 0.1, captured: false },
      sharesKnown: false,
    },
  ],
  ['3 tiers, all known', { world: threeLast, target: 0.99, flows: 10_000, logs: 300, delta }],
  ['3 tiers, labels', { world: threeLabels, target: 0.99, flows: 10_000, logs: 200, delta }],
  [
    '3 tiers, a third audited',
    {
      world: threeLast,
      target: 0.95,
      flows: 10_000,
      logs: 200,
      delta,
      written: { thresholds: [0.92, 0.7], audit: 1 / 3, captured: true },
    },
  ],
];

test.each(trials)(
  '%s: certified thresholds miss the target with a chance of δ at most, and cost little more than the best',
  (_, trial) => {
    const [{ missed, costRatio } = { missed: 0, costRatio: 0 }] = judge(trial, [certified]);
    expect({ missed, tooMany: isTooMany(missed, trial.logs) }).toEqual({ missed, tooMany: false });
    expect(costRatio).toBeLessThanOrEqual(1.15);
  },
  300_000,
);

test('the cheapest thresholds that met the target on the log miss it far more often: the test above can fail', () => {
  const logs = 100;
  for (const world of [twoLast, threeLast]) {
    const [{ missed } = { missed: 0 }] = judge({ world, target: 0.99, flows: 10_000, logs, delta }, [plainQuantile]);
    expect(isTooMany(missed, logs)).toBe(true);
  }
}, 120_000);
