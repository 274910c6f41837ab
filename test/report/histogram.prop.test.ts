import fc from 'fast-check';
import { expect, test } from 'vitest';
import { histogram } from '../../lib/report/histogram.ts';

const shares = fc.double({ min: 0, max: 1, noNaN: true });
const anything = fc.double({ min: -1e100, max: 1e100, noNaN: true });
const valueLists = fc.oneof(
  fc.array(shares, { minLength: 1, maxLength: 300 }),
  fc.array(anything, { minLength: 1, maxLength: 100 }),
  // More than are kept as they are, from one place and then from another.
  fc.tuple(shares, anything).map(([first, then]) => [...Array<number>(4_096).fill(first), then, first, -then]),
);

test('every value is in exactly one bin, on its side of each border', () => {
  fc.assert(
    fc.property(valueLists, (values) => {
      const made = histogram(2);
      values.forEach((value, i) => {
        made.add(value, i % 2);
      });
      const bins = made.bins();
      expect(bins.length).toBeLessThanOrEqual(34);
      bins.forEach(({ from, to, counts }, b) => {
        const isLast = b === bins.length - 1;
        const inside = (value: number): boolean => value >= from && (value < to || (isLast && value <= to));
        const mine = [0, 1].map((series) => values.filter((v, i) => i % 2 === series && inside(v)).length);
        expect(counts).toEqual(mine);
      });
      expect(bins.flatMap(({ counts }) => counts).reduce((a, b) => a + b)).toBe(values.length);
      expect([made.lowest, made.highest]).toEqual([Math.min(...values), Math.max(...values)]);
    }),
    { numRuns: 150 },
  );
});

test('a million values of any size take no more room than the first thousands', () => {
  const made = histogram(1);
  for (let i = 0; i < 1_000_000; i++) made.add(((i * 7_919) % 1_000_003) / 1_000_003, 0);
  const bins = made.bins();
  expect(bins).toHaveLength(32);
  expect(bins.map(({ counts }) => Math.round(counts[0]! / 1_000))).toEqual(Array(32).fill(31));
});

test('what is no number, or too large for a score, is not counted', () => {
  const made = histogram(1);
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 1e300]) made.add(value, 0);
  expect([made.total, made.bins()]).toEqual([0, []]);
});
