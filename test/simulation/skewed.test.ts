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
