import type { Photo } from '../model/photos.ts';
import type { LastTierSample } from './sample.ts';
import type { TierFigures } from './tiers.ts';

/** The cascade beside its last tier alone, measured in the same run. */
export interface Comparison {
  /** Size of the random sample the last tier alone was measured on. */
  readonly sample: number;
  readonly lastTierAccuracy: number;
  /** The cascade's accuracy on the same sample. */
  readonly sampleAccuracy: number;
  /** Mean model milliseconds of the last tier alone, a photo. */
  readonly lastTierMs: number;
  /** Model milliseconds the cascade spent ÷ what the last tier alone would have spent on all flows. */
  readonly costRatio: number;
}

/** Sets the cascade's figures beside the sample's; `labels` is what the cascade answered, by photo. */
export function compare(
  sample: LastTierSample,
  photos: readonly Photo[],
  labels: readonly (string | undefined)[],
  tiers: readonly TierFigures[],
): Comparison {
  const share = (isRight: (s: LastTierSample[number]) => boolean): number =>
    sample.filter(isRight).length / sample.length;
  const lastTierMs = sample.reduce((total, s) => total + s.ms, 0) / sample.length;
  const spent = tiers.reduce((total, t) => total + t.modelMs, 0);
  return {
    sample: sample.length,
    lastTierAccuracy: share((s) => s.label === photos[s.index]!.label),
    sampleAccuracy: share((s) => labels[s.index] === photos[s.index]!.label),
    lastTierMs,
    costRatio: spent / (lastTierMs * photos.length),
  };
}
