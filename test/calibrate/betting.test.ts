import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { logWealth, stakesFor } from '../../lib/calibrate/betting.ts';

test('whoever bets against a true claim keeps 1 on average, no more: every outcome of a few flows added up', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 7 }),
      fc.double({ min: 0.01, max: 0.9, noNaN: true }),
      share,
      fc.double({ min: 1, max: 20, noNaN: true }),
      fc.array(fc.double({ min: 0, max: 0.95, noNaN: true }), { minLength: 1, maxLength: 3 }),
      (n, mean, split, heavy, stakes) => {
        // Losses of weight `heavy` and of weight 1, at rates whose weighted sum is the mean exactly.
        const heavyRate = (mean * split) / heavy;
        const lightRate = mean * (1 - split);
        fc.pre(heavyRate + lightRate <= 1);
        let average = 0;
        for (let h = 0; h <= n; h++) {
          for (let l = 0; h + l <= n; l++) {
            const losses = [
              { weight: heavy, count: h },
              { weight: 1, count: l },
            ];
            average += multinomial(n, h, l, heavyRate, lightRate) * Math.exp(logWealth(n, losses, mean, stakes));
          }
        }
        expect(average).toBeCloseTo(1, 6);
      },
    ),
  );
});

function multinomial(n: number, h: number, l: number, p: number, q: number): number {
  const factorial = (m: number): number => (m <= 1 ? 1 : m * factorial(m - 1));
  const ways = factorial(n) / (factorial(h) * factorial(l) * factorial(n - h - l));
  return ways * p ** h * q ** l * Math.max(0, 1 - p - q) ** (n - h - l);
}

test('fewer losses make richer', () => {
  fc.assert(
    fc.property(fc.integer({ min: 10, max: 1000 }), fc.nat(8), (n, count) => {
      const stakes = stakesFor(n, 0.05, 10, 0.05);
      const at = (c: number): number => logWealth(n, [{ weight: 10, count: c }], 0.05, stakes);
      expect(at(count + 1)).toBeLessThan(at(count));
    }),
  );
});
