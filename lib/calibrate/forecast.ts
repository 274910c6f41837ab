import { lowerBound, upperBound } from './binomial.ts';
import type { Columns } from './columns.ts';
import { type Estimate, share } from './estimate.ts';
import type { TierForecast } from './result.ts';

/** What each tier is expected to do under thresholds; `answers` is the share of flows that each would answer. */
export function forecast(
  columns: Columns,
  thresholds: readonly number[],
  answers: readonly number[],
  weights: Float64Array,
  delta: number,
): readonly TierForecast[] {
  return columns.tiers.map((tier, i) => {
    const reached = share(answers.slice(i).reduce((sum, answered) => sum + answered, 0));
    const threshold = thresholds[i];
    return {
      tier,
      ...(threshold !== undefined && { threshold }),
      reached,
      answers: answers[i]!,
      escalates:
        threshold === undefined
          ? { expected: 0, low: 0, high: 0 }
          : escalates(columns, thresholds, i, i === 0 ? undefined : weights, delta),
    };
  });
}

/** Every flow ran the first tier; of later ones, only observed flows tell, each for as many as it weighs. */
function escalates(
  { scores, flows }: Columns,
  thresholds: readonly number[],
  tier: number,
  weights: Float64Array | undefined,
  delta: number,
): Estimate {
  let reached = 0;
  let gone = 0;
  let squares = 0;
  for (let flow = 0; flow < flows; flow++) {
    const weight = weights === undefined ? 1 : weights[flow]!;
    if (weight === 0 || thresholds.slice(0, tier).some((least, before) => scores[before]![flow]! >= least)) continue;
    reached += weight;
    squares += weight * weight;
    if (!(scores[tier]![flow]! >= thresholds[tier]!)) gone += weight;
  }
  if (reached === 0) return { expected: 0, low: 0, high: 1 };
  // As many flows of equal weight would give a mean as uncertain (Kish's effective sample size).
  const n = Math.max(1, Math.round((reached * reached) / squares));
  const k = Math.round((n * gone) / reached);
  return { expected: gone / reached, low: lowerBound(k, n, delta / 2), high: upperBound(k, n, delta / 2) };
}
