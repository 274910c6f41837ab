import { type Outcome, replay } from './replay.ts';
import type { Scores } from './scores.ts';

/** Candidates for one threshold: in steps of 0.01, then of 0.001 where a sure model's confidences crowd together. */
const candidates: readonly number[] = [
  ...Array.from({ length: 50 }, (_, step) => (50 + step) / 100),
  ...Array.from({ length: 9 }, (_, step) => (991 + step) / 1000),
];

/** Whether an outcome is good enough to be chosen; `difference` is its accuracy minus that of the last tier alone. */
export type Criterion = (outcome: Outcome, difference: number) => boolean;

/** On the photos looked at, the cascade is right at least as often as the last tier alone. */
export const noWorse: Criterion = (_, difference) => difference >= 0;

/**
 * On `run` other photos, the cascade will very probably (97.5 %) lose at most `points` percentage points against the
 * last tier alone: the difference seen on the `seen` photos looked at, less 1.96 standard errors of what another draw
 * of either set could change, is still above the limit.
 */
export function losesAtMost(limit: {
  readonly points: number;
  readonly run: number;
  readonly seen: number;
}): Criterion {
  return ({ won, lost }, difference) => {
    // Only photos that one of the two gets right and the other wrong can move the difference.
    const variance = (won + lost) / limit.seen - difference ** 2;
    const error = Math.sqrt(variance * (1 / limit.seen + 1 / limit.run));
    return difference - 1.96 * error >= -limit.points / 100;
  };
}

/** Of all pairs of thresholds for three tiers that meet the criterion, the one that costs the fewest multiply-adds. */
export function cheapest(tiers: readonly Scores[], criterion: Criterion): Outcome {
  let best: Outcome | undefined;
  for (const first of candidates) {
    for (const second of candidates) {
      const outcome = replay(tiers, [first, second]);
      const difference = (outcome.won - outcome.lost) / outcome.photos;
      if (criterion(outcome, difference) && (best === undefined || outcome.cost < best.cost)) best = outcome;
    }
  }
  if (best === undefined) throw new Error('no thresholds meet the criterion: the cheaper tiers are too weak');
  return best;
}

/** The largest threshold, to two decimals, that lets at least `share` (0 to 1) of the answers pass. */
export function passing({ confidence }: Pick<Scores, 'confidence'>, share: number): number {
  const falling = [...confidence].sort((a, b) => b - a);
  return Math.floor(falling[Math.ceil(share * falling.length) - 1]! * 100) / 100;
}
