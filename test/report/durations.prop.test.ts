import fc from 'fast-check';
import { expect, test } from 'vitest';
import { durations } from '../../lib/report/durations.ts';

const lists = fc.array(fc.double({ min: 0.001, max: 1e10, noNaN: true }), { minLength: 1, maxLength: 200 });

test('percentiles are within one percent of the sorted list', () => {
  fc.assert(
    fc.property(lists, fc.double({ min: 0.001, max: 1, noNaN: true }), (list, share) => {
      const made = durations();
      for (const ms of list) made.add(ms);
      const exact = list.toSorted((a, b) => a - b)[Math.ceil(share * list.length) - 1]!;
      expect(Math.abs(made.quantile(share) / exact - 1)).toBeLessThan(0.0101);
    }),
  );
});

test('a shape that covers all durations counts them all', () => {
  fc.assert(
    fc.property(lists, (list) => {
      const made = durations();
      for (const ms of list) made.add(ms);
      const shape = made.shape(Math.min(...list) / 2, Math.max(...list) * 2, 40);
      expect(shape.reduce((a, b) => a + b)).toBe(list.length);
    }),
  );
});

test('what took no time counts as the shortest, and nothing has no percentiles', () => {
  const made = durations();
  expect(made.quantile(0.5)).toBeNaN();
  made.add(0);
  expect(made.quantile(0.5)).toBeCloseTo(0.001, 4);
});
