import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { fitIsotonic, isotonicAt } from '../../lib/calibrate/isotonic.ts';

const points = fc
  .array(fc.record({ x: fc.integer({ min: 0, max: 30 }), y: fc.integer({ min: 0, max: 1 }) }), {
    minLength: 1,
    maxLength: 60,
  })
  .map((all) => all.sort((a, b) => a.x - b.x));

const fitted = (all: readonly { readonly x: number; readonly y: number }[]) =>
  fitIsotonic(
    all.map(({ x }) => x),
    all.map(({ y }) => y),
  );

test('it never falls', () => {
  fc.assert(
    fc.property(points, (all) => {
      const { value } = fitted(all);
      for (let i = 1; i < value.length; i++) expect(value[i]!).toBeGreaterThan(value[i - 1]!);
    }),
  );
});

test('it keeps the mean', () => {
  fc.assert(
    fc.property(points, (all) => {
      const fit = fitted(all);
      const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
      expect(mean(all.map(({ x }) => isotonicAt(fit, x)))).toBeCloseTo(mean(all.map(({ y }) => y)), 9);
    }),
  );
});

test('fitting what was fitted changes nothing: it is a projection', () => {
  fc.assert(
    fc.property(points, (all) => {
      const fit = fitted(all);
      const again = fitted(all.map(({ x }) => ({ x, y: isotonicAt(fit, x) })));
      for (const { x } of all) expect(isotonicAt(again, x)).toBeCloseTo(isotonicAt(fit, x), 9);
    }),
  );
});

test('no other rising function is nearer', () => {
  fc.assert(
    fc.property(
      points,
      fc.array(fc.double({ min: 0, max: 0.2, noNaN: true }), { minLength: 31, maxLength: 31 }),
      (all, steps) => {
        const fit = fitted(all);
        const rising = steps.map((_, x) => steps.slice(0, x + 1).reduce((a, b) => a + b, 0));
        const distance = (of: (x: number) => number): number =>
          all.reduce((sum, { x, y }) => sum + (y - of(x)) ** 2, 0);
        expect(distance((x) => isotonicAt(fit, x))).toBeLessThanOrEqual(distance((x) => rising[x]!) + 1e-9);
      },
    ),
  );
});

test('a weight of two is a point twice', () => {
  fc.assert(
    fc.property(points, (all) => {
      const twice = fitted(all.flatMap((point) => (point.x % 2 === 0 ? [point, point] : [point])));
      const weighted = fitIsotonic(
        all.map(({ x }) => x),
        all.map(({ y }) => y),
        (i) => (all[i]!.x % 2 === 0 ? 2 : 1),
      );
      for (const { x } of all) expect(isotonicAt(weighted, x)).toBeCloseTo(isotonicAt(twice, x), 9);
    }),
  );
});
