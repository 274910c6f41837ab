import type { Scores } from './scores.ts';

/** Per tier, cheapest first: the confidence from which its answer is accepted. The last tier accepts everything. */
export type Thresholds = readonly number[];

/** What a cascade with certain thresholds would have done on scored photos. */
export interface Outcome {
  readonly thresholds: Thresholds;
  readonly photos: number;
  /** Share of the photos that each tier answered; they sum to 1. */
  readonly shares: readonly number[];
  /** Share of right answers, 0 to 1. */
  readonly accuracy: number;
  /** Multiply-adds of all tiers that ran, as a share of running the last tier on every photo. */
  readonly cost: number;
  /** The same in milliseconds measured on this machine. */
  readonly time: number;
  /** Photos the cascade got right and the last tier alone wrong. */
  readonly won: number;
  /** Photos the cascade got wrong and the last tier alone right. */
  readonly lost: number;
}

/** Replays a cascade from the answers its tiers gave: no model runs. */
export function replay(tiers: readonly Scores[], thresholds: Thresholds): Outcome {
  const last = tiers.at(-1)!;
  const photos = last.right.length;
  const answered = tiers.map(() => 0);
  const ran = tiers.map(() => 0);
  let right = 0;
  let won = 0;
  let lost = 0;
  for (let photo = 0; photo < photos; photo++) {
    let tier = 0;
    while (tier < tiers.length - 1 && tiers[tier]!.confidence[photo]! < thresholds[tier]!) ran[tier++]!++;
    ran[tier]!++;
    answered[tier]!++;
    const cascadeRight = tiers[tier]!.right[photo]!;
    if (cascadeRight) right++;
    if (cascadeRight && !last.right[photo]) won++;
    if (!cascadeRight && last.right[photo]) lost++;
  }
  const total = (of: 'multiplyAdds' | 'milliseconds') =>
    tiers.reduce((sum, scores, tier) => sum + scores[of] * ran[tier]!, 0) / (last[of] * photos);
  return {
    thresholds,
    photos,
    shares: answered.map((count) => count / photos),
    accuracy: right / photos,
    cost: total('multiplyAdds'),
    time: total('milliseconds'),
    won,
    lost,
  };
}
