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

/** Runs the last tier alone on a random sample, in the same kind of worker threads as the cascade ran it in. */
export async function compareWithLastTier(options: {
  readonly application: Application;
  readonly cloud: Cloud;
  readonly photos: readonly Photo[];
  readonly tiers: readonly TierFigures[];
  /** What the cascade answered, by photo. */
  readonly labels: readonly (string | undefined)[];
}): Promise<Comparison> {
  const { application, cloud, photos, tiers, labels } = options;
  const last = application.graph.tiers.at(-1)!;
  const pool = createWorkerPool({
    tier: last.tier.name,
    file: application.files.get(last.tier.name)!,
    version: last.version,
    size: last.tier.workers ?? 1,
    timeoutMs: last.tier.timing.timeoutMs,
    together: false,
    objects: cloud.objects,
  });
  const chosen = shuffled(
    photos.map((_, i) => i),
    11,
  ).slice(0, SAMPLE);
  const results = await Promise.all(
    chosen.map(async (i) => {
      const photo = await cloud.objects.put(`sample/${i}`, encodePng(photos[i]!.pixels));
      const request = {
        flowId: `sample-${i}`,
        attempt: 1,
        data: {},
        signal: undefined,
        objects: { photo },
        signalObjects: {},
        producePrefix: '',
      };
      const [result] = await pool.predict([request]);
      if (!result || 'error' in result) throw result?.error ?? new Error('no prediction');
      return { i, ms: result.cpuMs ?? result.ms, label: (result.output as { label: string }).label };
    }),
  );
  await pool.close();
  const lastTierMs = results.reduce((total, r) => total + r.ms, 0) / results.length;
  const spent = tiers.reduce((total, t) => total + t.modelMs, 0);
  return {
    sample: results.length,
    lastTierAccuracy: results.filter((r) => r.label === photos[r.i]!.label).length / results.length,
    sampleAccuracy: results.filter((r) => labels[r.i] === photos[r.i]!.label).length / results.length,
    lastTierMs,
    costRatio: spent / (lastTierMs * photos.length),
  };
}
