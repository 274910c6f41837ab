import { expect, test } from 'vitest';
import { calibrate } from '../../lib/calibrate/calibrate.ts';
import { calibrationSvg } from '../../lib/cli/calibrate-plot.ts';
import { worlds } from '../calibrate/worlds.ts';

test('a target near to all has a scale of its own, and is not told as all', () => {
  const columns = worlds.twoLast.log(40_000, 1);
  const right = [columns.right[1]!, columns.right[1]!];
  const result = calibrate({ columns: { ...columns, right }, target: 0.9999, delta: 0.05, cost: [1, 20] });
  if (!result.ok) throw new Error(result.message);
  const svg = calibrationSvg(result);
  expect(svg).toContain('<title>99.99 % certified');
  const ticks = [...svg.matchAll(/text-anchor="end">([\d.]+ %)</g)].map(([, tick]) => tick);
  expect(new Set(ticks).size).toBe(ticks.length);
});
