import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { binomialCdf, criticalCount, lowerBound, upperBound } from '../../lib/calibrate/binomial.ts';

const n = fc.integer({ min: 1, max: 400 });
const rate = fc.double({ min: 0.001, max: 0.999, noNaN: true });

/** The sum it stands for, term by term. */
function summed(k: number, n: number, p: number): number {
  let term = (1 - p) ** n;
  let sum = term;
  for (let i = 1; i <= k; i++) {
    term *= ((n - i + 1) / i) * (p / (1 - p));
    sum += term;
  }
  return sum;
}

test('the tail is the sum of its terms', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 60 }),
      fc.double({ min: 0.01, max: 0.9, noNaN: true }),
      fc.nat(60),
      (n, p, k) => {
        expect(binomialCdf(k, n, p)).toBeCloseTo(k >= n ? 1 : summed(k, n, p), 9);
      },
    ),
  );
});

test('it is exact enough for a million flows', () => {
  // By symmetry, half plus half of the middle term, which Stirling's formula gives.
  const middle = (1 / Math.sqrt(Math.PI * 500_000)) * (1 - 1 / 4_000_000);
  expect(binomialCdf(500_000, 1_000_000, 0.5)).toBeCloseTo(0.5 + middle / 2, 8);
  // Rare events: a Poisson tail.
  expect(binomialCdf(0, 1_000_000, 1e-6)).toBeCloseTo(Math.exp(-1), 6);
});

test('it rises with k and falls with n and with the rate', () => {
  fc.assert(
    fc.property(n, rate, fc.nat(400), (n, p, k) => {
      const here = binomialCdf(k, n, p);
      expect(binomialCdf(k + 1, n, p)).toBeGreaterThanOrEqual(here - 1e-12);
      expect(binomialCdf(k, n + 1, p)).toBeLessThanOrEqual(here + 1e-12);
      expect(binomialCdf(k, n, Math.min(0.9999, p * 1.1))).toBeLessThanOrEqual(here + 1e-12);
    }),
  );
});

test('the most errors allowed are allowed, and one more is not', () => {
  fc.assert(
    fc.property(n, rate, fc.double({ min: 0.001, max: 0.5, noNaN: true }), (n, p, delta) => {
      const most = criticalCount(n, p, delta);
      if (most >= 0) expect(binomialCdf(most, n, p)).toBeLessThanOrEqual(delta);
      if (most < n) expect(binomialCdf(most + 1, n, p)).toBeGreaterThan(delta);
    }),
  );
});

test('without an error the bound has a closed form', () => {
  fc.assert(
    fc.property(n, fc.double({ min: 0.001, max: 0.5, noNaN: true }), (n, delta) => {
      expect(upperBound(0, n, delta)).toBeCloseTo(1 - delta ** (1 / n), 9);
    }),
  );
});

test('bounds enclose what was seen, rise with k, and close in with n', () => {
  fc.assert(
    fc.property(n, fc.nat(400), (n, any) => {
      const k = any % (n + 1);
      expect(lowerBound(k, n, 0.05)).toBeLessThanOrEqual(k / n);
      expect(upperBound(k, n, 0.05)).toBeGreaterThanOrEqual(k / n);
      if (k < n) expect(upperBound(k + 1, n, 0.05)).toBeGreaterThanOrEqual(upperBound(k, n, 0.05));
      expect(upperBound(2 * k, 2 * n, 0.05)).toBeLessThanOrEqual(upperBound(k, n, 0.05) + 1e-12);
    }),
  );
});

test('a bound fails with a chance of δ at most, whatever the rate', () => {
  for (const p of [0.003, 0.01, 0.2]) {
    let chance = 0;
    for (let k = 0; k <= 200; k++) {
      const exactly = binomialCdf(k, 200, p) - binomialCdf(k - 1, 200, p);
      if (upperBound(k, 200, 0.05) < p) chance += exactly;
    }
    expect(chance).toBeLessThanOrEqual(0.05 + 1e-12);
  }
});
