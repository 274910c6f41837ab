import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readOptions } from '../../functions/thermostat/demo/options.ts';
import { simulateParts } from '../../functions/thermostat/demo/parts.ts';
import { toSvg } from '../../functions/thermostat/demo/picture.ts';
import { openStage } from '../../functions/thermostat/demo/stage.ts';
import { simulateWeek, type WeekOptions, type WeekResult } from '../../functions/thermostat/demo/week.ts';
import { actionFor } from '../../functions/thermostat/model/action.ts';
import { COLD, later } from '../../functions/thermostat/model/heater.ts';

const options: WeekOptions = {
  sensors: 6,
  minutes: 90,
  rates: { up: 1, down: 2 },
  every: 10,
  seed: 3,
  watch: { sensors: 4, minutes: 60 },
};

async function simulated(asked = options): Promise<WeekResult> {
  const stage = await openStage();
  return simulateWeek(stage, asked, () => undefined).finally(() => stage.close());
}

test('a room warms at one rate and cools at another', () => {
  const warm = later({ ...COLD, on: true }, 10, { up: 2, down: 5 });
  expect(warm.temperature).toBe(COLD.temperature + 5);
  expect(later({ ...warm, on: false }, 10, { up: 2, down: 5 }).temperature).toBe(warm.temperature - 2);
});

test('the loop closes: commands switch heaters, are never repeated, and follow the setting that counts', async () => {
  const result = await simulated();
  expect(result).toMatchObject({ readings: 540, repeated: 0, outdated: 0, failed: 0 });
  expect(result.commands).toBeGreaterThan(result.settings / 2);
  expect(result.watched.map((moments) => moments.length)).toEqual([60, 60, 60, 60]);
  const early = result.watched.flat().filter(({ setting }) => !setting);
  expect(early.length).toBeGreaterThan(0);
  expect(early.every(({ on }) => !on)).toBe(true);
  // After each command the heater is as the setting wants it, and goes on until the other edge is passed.
  for (const { temperature, on, setting } of result.watched.flat()) {
    const action = setting && actionFor(temperature, setting);
    if (action) expect(on).toBe(action === 'On');
  }
});

test('the same seed gives the same rooms, and their picture', async () => {
  const [one, two] = [await simulated(), await simulated()];
  expect(two).toEqual(one);
  const svg = toSvg(options, one.watched);
  expect(svg).toBe(toSvg(options, two.watched));
  expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  for (const sensor of [1, 2, 3, 4]) expect(svg).toContain(`>sensor ${sensor}<`);
});

test('in several threads the same comes out as in one', { timeout: 60_000 }, async () => {
  const asked = { ...options, sensors: 7, minutes: 40 };
  expect(await simulateParts(asked, 3, () => undefined)).toEqual(await simulated(asked));
});

test('the picture of the guide is what the command draws; more rooms and days change nothing in it', async () => {
  const { week } = readOptions(['--sensors', '4', '--days', String(4 / 24)]);
  expect(week.watch).toEqual({ sensors: 4, minutes: week.minutes });
  const { watched } = await simulated(week);
  const guide = new URL('../../docs/images/thermostat.svg', import.meta.url);
  expect(toSvg(week, watched)).toBe(readFileSync(guide, 'utf8'));
});
