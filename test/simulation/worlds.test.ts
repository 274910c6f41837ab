import { expect, test } from 'vitest';
import * as photos from '../../functions/photos/simulation.ts';
import { FAULTS, type FaultKind } from '../../lib/testing/faults.ts';
import { check } from '../../lib/testing/index.ts';
import { fiveTierFlow, fiveTiers } from './five-tiers.ts';

/** Worlds of each application; more by hand: `SLUICE_SEEDS=100000 vitest run test/simulation/worlds.test.ts`. */
const seeds = Number(process.env.SLUICE_SEEDS ?? 2_000);
const timeout = 120_000 + 200 * seeds;

test('five tiers with two joins keep every law', { timeout }, async () => {
  const { report } = await check({ tiers: fiveTiers, seeds, flows: 6, input: fiveTierFlow });
  expect(report).toBe('');
});

test('photos keep every law', { timeout }, async () => {
  const { report } = await check({ application: 'functions/photos', seeds, flows: 4, ...photos });
  expect(report).toBe('');
});

test.each(Object.keys(FAULTS) as FaultKind[])('%s alone, and often, breaks no law', { timeout }, async (kind) => {
  const often = Math.min(1, 4 * FAULTS[kind]);
  const { report } = await check({
    tiers: fiveTiers,
    seeds: 20,
    flows: 4,
    input: fiveTierFlow,
    faults: { [kind]: often },
  });
  expect(report).toBe('');
});

test('all faults together break no law', { timeout }, async () => {
  const { report } = await check({ tiers: fiveTiers, seeds: 100, flows: 4, input: fiveTierFlow, faults: 'all' });
  expect(report).toBe('');
});
