/** Flows that were seen with one weight: how many, and how many of them were wrong. */
export interface WeightedLosses {
  readonly weight: number;
  readonly count: number;
}

/**
 * A bet against "the mean loss is at least `mean`", for losses of 0 or a weight: what a gambler who starts with 1 owns
 * after `n` flows. If the claim is true he owns 1 on average at most, so owning 1 / δ has a probability of δ at most
 * (Markov). Bets are fixed before a flow is looked at; the order of flows does not matter.
 *
 * @param stakes - What he stakes, as shares of what he may without going broke, each with the same part of his fortune.
 * @returns Its logarithm.
 */
export function logWealth(
  n: number,
  losses: readonly WeightedLosses[],
  mean: number,
  stakes: readonly number[],
): number {
  const heaviest = Math.max(...losses.map(({ weight }) => weight));
  const wrong = losses.reduce((sum, { count }) => sum + count, 0);
  const fortunes = stakes.map((stake) => {
    const bet = stake / (heaviest - mean);
    const lost = losses.reduce((sum, { weight, count }) => sum + count * Math.log1p(bet * (mean - weight)), 0);
    return lost + (n - wrong) * Math.log1p(bet * mean);
  });
  return logMeanExp(fortunes);
}

/**
 * Stakes for a test at level `delta` over `n` flows. The first is the best against losses that all weigh the most and
 * are just few enough to reject; the bolder ones are for losses that weigh less.
 */
export function stakesFor(n: number, mean: number, heaviest: number, delta: number): readonly number[] {
  const timid = Math.sqrt((2 * Math.log(1 / delta) * heaviest) / (n * mean));
  return [1, 2, 4].map((times) => Math.min(0.9, times * timid));
}

function logMeanExp(logs: readonly number[]): number {
  const largest = Math.max(...logs);
  return largest + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - largest), 0) / logs.length);
}
