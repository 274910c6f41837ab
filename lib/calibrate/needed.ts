import { criticalCount } from './binomial.ts';

/** How many flows a claim needs. */
export interface Needed {
  /** Without one wrong answer among them. */
  readonly atLeast: number;
  /** If wrong answers are as frequent as expected. */
  readonly likely: number;
}

/** No log is larger. */
const MOST = 1e9;

/**
 * How many flows the test needs to say that the risk is below `risk`, when it really is `expected`, each observed with
 * the chance 1 ÷ `weight`.
 *
 * @returns `likely` is Infinity where the expected risk is not below the limit, or hardly.
 */
export function flowsNeeded(risk: number, expected: number, weight: number, delta: number): Needed {
  const rate = risk / weight;
  const atLeast = Math.ceil(Math.log(delta) / Math.log1p(-rate));
  if (expected >= risk) return { atLeast, likely: Number.POSITIVE_INFINITY };
  const passes = (n: number): boolean => criticalCount(n, rate, delta) >= (n * expected) / weight;
  let enough = atLeast;
  while (!passes(enough)) {
    enough *= 2;
    if (enough > MOST) return { atLeast, likely: Number.POSITIVE_INFINITY };
  }
  let tooFew = Math.floor(enough / 2);
  while (enough - tooFew > 1) {
    const middle = Math.floor((enough + tooFew) / 2);
    if (passes(middle)) enough = middle;
    else tooFew = middle;
  }
  return { atLeast, likely: Math.max(atLeast, enough) };
}
