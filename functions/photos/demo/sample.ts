import type { Cloud } from 'sluice';
import { type Application, createWorkerPool } from 'sluice/local';
import type * as z from 'zod';
import type { Photo } from '../model/photos.ts';
import { encodePng } from '../model/png.ts';
import type { Tag } from '../model/tag.ts';
import { encodeThumbnail, thumbnail } from '../model/thumbnail.ts';
import { shuffled } from './shuffle.ts';

const SAMPLE = 200;

/** What the last tier says of a random sample of the photos, when every one of them goes all the way to it. */
export type LastTierSample = readonly {
  readonly index: number;
  readonly label: string;
  readonly ms: number;
  /** What each tier said on the way, first to last. */
  readonly predictions: readonly { readonly tier: string; readonly output: Tagged; readonly score: number }[];
}[];

type Tagged = z.infer<typeof Tag>;

type Pool = ReturnType<typeof createWorkerPool>;

/**
 * Runs a random sample through the tiers one by one, whatever their scores, as each reads what the one before it said; the
 * time counted is the last tier's alone. Each has a worker thread of its own beside the cascade's: both share the machine,
 * and neither looks cheaper for having had it alone.
 */
export async function sampleLastTier(
  application: Application,
  objects: Cloud['objects'],
  photos: readonly Photo[],
): Promise<LastTierSample> {
  const pools = application.graph.tiers.map(({ tier, version }) =>
    createWorkerPool({
      tier: tier.name,
      file: application.files.get(tier.name)!,
      version,
      size: 1,
      timeoutMs: tier.timing.timeoutMs,
      together: false,
      objects,
    }),
  );
  try {
    const names = application.graph.tiers.map(({ tier }) => tier.name);
    const sample: LastTierSample[number][] = [];
    for (const index of shuffled([...photos.keys()], 11).slice(0, SAMPLE)) {
      const { outputs, ms } = await throughAll(pools, objects, index, photos[index]!);
      const predictions = outputs.map((output, i) => ({ tier: names[i]!, output, score: output.confidence }));
      sample.push({ index, label: outputs.at(-1)!.label, ms, predictions });
    }
    return sample;
  } finally {
    await Promise.all(pools.map((pool) => pool.close()));
  }
}

async function throughAll(
  pools: readonly Pool[],
  objects: Cloud['objects'],
  index: number,
  { pixels }: Photo,
): Promise<{ readonly outputs: readonly Tagged[]; readonly ms: number }> {
  const photo = await objects.put(`objects/sample/${index}`, encodePng(pixels));
  const data = { shop: 'sample', thumbnail: encodeThumbnail(thumbnail(pixels)) };
  const outputs: Tagged[] = [];
  let ms = 0;
  for (const pool of pools) {
    const [result] = await pool.predict([
      {
        flowId: `sample-${index}`,
        attempt: 1,
        data,
        signal: outputs.at(-1),
        objects: { photo },
        signalObjects: {},
        producePrefix: '',
      },
    ]);
    if (!result || 'error' in result) throw result?.error ?? new Error('no prediction');
    outputs.push(result.output as Tagged);
    ms = result.cpuMs ?? result.ms;
  }
  return { outputs, ms };
}
