import { expect, test } from 'vitest';
import { flood } from './flood.ts';

/** The short version; a hundred thousand in a minute are run by hand: `node --conditions=sluice-source test/control/flood.ts`. */
test('a flood of controls: each counts or is accounted for, and data is decided meanwhile', {
  timeout: 60_000,
}, async () => {
  const { controls, readings, wrong, deadLetters } = await flood({
    controls: 4_000,
    readings: 800,
    sensors: 50,
    seconds: 0,
  });
  expect(controls).toMatchObject({ lost: 0, failed: deadLetters });
  expect(Math.min(...[controls.applied, controls.stale, controls.duplicate, controls.failed])).toBeGreaterThan(0);
  expect(wrong).toBe(0);
  expect(readings.lost).toBe(0);
  expect(readings.meanwhile).toBeGreaterThan(0);
});
