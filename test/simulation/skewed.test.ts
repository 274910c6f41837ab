import { expect, test } from 'vitest';
import { check } from '../../lib/testing/index.ts';
import * as skewed from './skewed.ts';

/** Worlds of each; more by hand: `SLUICE_SEEDS=100000 vitest run test/simulation/skewed.test.ts`. */
const seeds = Number(process.env.SLUICE_SEEDS ?? 1_000);
const timeout = 120_000 + 200 * seeds;

test.each(Object.entries(skewed))(
  '%s: halves near and far in time keep every law',
  { timeout },
  async (_, application) => {
    const { report } = await check({ ...application, seeds, flows: 6 });
    expect(report).toBe('');
  },
);

/** Worlds in which the law on waiting halves found a fault where none was. */
test.each([
  ['a half is deleted as soon as it is stored, by a clock that is an hour behind', skewed.latestNear, 1_015],
  ['a slow delivery stores once more what was given up', skewed.firstNear, 13_608],
])('%s: no law is broken', async (_, application, from) => {
  const { report } = await check({ ...application, seeds: { from, count: 1 }, flows: 4 });
  expect(report).toBe('');
});
