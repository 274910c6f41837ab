import type { Cloud } from 'sluice';
import { type Application, createWorkerPool } from 'sluice/local';
import type { Photo } from '../model/photos.ts';
import { encodePng } from '../model/png.ts';
import { shuffled } from './shuffle.ts';
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

const SAMPLE = 200;

/** The last tier alone on a random sample of the photos. */
export type LastTierSample = readonly { readonly index: number; readonly label: string; readonly ms: number }[];

/**
 * Runs the last tier alone on a random sample, one photo after the other in a worker thread of its own. Run it beside the
 * cascade: both then share the machine, and neither looks cheaper for having had it alone.
 */
export async function sampleLastTier(
  application: Application,
  objects: Cloud['objects'],
  photos: readonly Photo[],
): Promise<LastTierSample> {
  const last = application.graph.tiers.at(-1)!;
  const pool = createWorkerPool({
    tier: last.tier.name,
    file: application.files.get(last.tier.name)!,
    version: last.version,
    size: 1,
    timeoutMs: last.tier.timing.timeoutMs,
    together: false,
    objects,
  });
  const sample: { index: number; label: string; ms: number }[] = [];
  for (const index of shuffled([...photos.keys()], 11).slice(0, SAMPLE)) {
    const photo = await objects.put(`sample/${index}`, encodePng(photos[index]!.pixels));
    const [result] = await pool.predict([
      {
        flowId: `sample-${index}`,
        attempt: 1,
        data: {},
        signal: undefined,
        objects: { photo },
        signalObjects: {},
        producePrefix: '',
      },
    ]);
    if (!result || 'error' in result) throw result?.error ?? new Error('no prediction');
    sample.push({ index, ms: result.cpuMs ?? result.ms, label: (result.output as { label: string }).label });
  }
  await pool.close();
  return sample;
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
