import { expect, test } from 'vitest';
import * as thermostat from '../../functions/thermostat/simulation.ts';
import { FAULTS, type FaultKind } from '../../lib/testing/faults.ts';
import { check } from '../../lib/testing/index.ts';
import { fridges, gauges, heaters, movingThresholds, swappedModels } from './controlled.ts';

/** Worlds of the first application; more by hand: `SLUICE_SEEDS=100000 vitest run test/simulation/controls.test.ts`. */
const seeds = Number(process.env.SLUICE_SEEDS ?? 2_000);
const timeout = 120_000 + 200 * seeds;

test.each([
  ['heaters with keyed settings and keyed state', heaters, seeds],
  ['a cascade whose thresholds move', movingThresholds, seeds / 2],
  ['a key that changes as fast as it is read', gauges, seeds / 4],
  ['a model that is swapped', swappedModels, seeds / 4],
  ['gates that decide with controls, and data that is worked again', fridges, seeds / 4],
])('%s keep every law', { timeout }, async (_, application, worlds) => {
  const { report } = await check({ ...application, seeds: worlds, flows: 4 });
  expect(report).toBe('');
});

test('the thermostat keeps every law', { timeout }, async () => {
  const { report } = await check({ application: 'functions/thermostat', seeds: seeds / 10, flows: 8, ...thermostat });
  expect(report).toBe('');
});

test.each(Object.keys(FAULTS) as FaultKind[])('%s alone, and often, breaks no law', { timeout }, async (kind) => {
  const often = { [kind]: Math.min(1, 4 * FAULTS[kind]) };
  for (const application of [heaters, movingThresholds, gauges, swappedModels, fridges]) {
    const { report } = await check({ ...application, seeds: 5, flows: 4, faults: often });
    expect(report).toBe('');
  }
});
