import { lowerBound, upperBound } from './binomial.ts';
import type { WeightClass } from './risk-test.ts';
import { type Path, thresholdsAt, type Walk } from './walk.ts';

/** A figure with the limits that it is between, each with a chance of δ to be wrong. */
export interface Estimate {
  readonly expected: number;
  readonly low: number;
  readonly high: number;
}

/** A share without what is left of sums of weights that should be none, or all. */
export const share = (sum: number): number => Math.min(1, Math.max(0, Math.round(sum * 1e12) / 1e12));

/** What thresholds give. */
export interface Point {
  /** First tier first; the last has none. `Infinity`: the tier accepts nothing. */
  readonly thresholds: readonly number[];
  /** Share of answers that agree with the reference. The limits hold for this point alone. */
  readonly accuracy: Estimate;
  /** Mean cost of a flow, in the unit of the tiers' costs. */
  readonly cost: number;
  /** The same ÷ that of the last tier alone. */
  readonly costRatio: number;
}

/** Reads points off a walked path. */
export interface Reader {
  point(step: number): Point;
  /** By tier: the share of flows that it would answer; they sum to 1. */
  answers(step: number): readonly number[];
  costRatio(step: number): number;
}

export interface Walked {
  readonly path: Path;
  readonly walk: Walk;
  readonly classes: readonly WeightClass[];
  readonly flows: number;
  readonly cost: readonly number[];
  readonly delta: number;
}

/** Figures of the steps of a path, estimated on the flows that walked it. */
export function readerOf({ path, walk, classes, flows, cost, delta }: Walked): Reader {
  const heaviest = Math.max(1, ...classes.map(({ weight }) => weight));
  const upTo = cost.map((_, tier) => cost.slice(0, tier + 1).reduce((sum, c) => sum + c, 0));
  const answers = (step: number): readonly number[] => walk.answered.map((tier) => share(tier[step]! / walk.total));
  const costAt = (step: number): number => answers(step).reduce((sum, share, tier) => sum + share * upTo[tier]!, 0);
  const costRatio = (step: number): number => costAt(step) / cost.at(-1)!;
  const accuracy = (step: number): Estimate => {
    const lost = classes.reduce((sum, { weight }, c) => sum + weight * walk.losses[c]![step]!, 0);
    const drawn = classes.reduce((sum, { drawn: is }, c) => sum + (is ? walk.losses[c]![step]! : 0), 0);
    const rightAt = (rate: number): number => Math.max(0, 1 - heaviest * rate);
    const expected = Math.max(0, 1 - lost / flows);
    return {
      expected,
      low: Math.min(expected, rightAt(upperBound(drawn, flows, delta))),
      high: Math.max(expected, rightAt(lowerBound(drawn, flows, delta))),
    };
  };
  return {
    answers,
    costRatio,
    point: (step) => ({
      thresholds: thresholdsAt(path, step),
      accuracy: accuracy(step),
      cost: costAt(step),
      costRatio: costRatio(step),
    }),
  };
}
