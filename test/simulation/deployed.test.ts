import { expect, test } from 'vitest';
import { check } from '../../lib/testing/index.ts';
import * as deployments from './deployed.ts';

/** Worlds of each deployment; more by hand: `SLUICE_SEEDS=5000 vitest run test/simulation/deployed.test.ts`. */
const seeds = Number(process.env.SLUICE_SEEDS ?? 500);
const timeout = 120_000 + 200 * seeds;

test.each(Object.entries(deployments))('%s: every law holds while it is deployed', { timeout }, async (_, deployed) => {
  const { report } = await check({ ...deployed, seeds, flows: 6 });
  expect(report).toBe('');
});

test.each(Object.entries(deployments))(
  '%s: every law holds while it is deployed and taken back',
  { timeout },
  async (_, { next, ...application }) => {
    const { report } = await check({ ...application, next: { ...next, takenBack: true }, seeds: seeds / 2, flows: 6 });
    expect(report).toBe('');
  },
);
