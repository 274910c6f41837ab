import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { loadNetwork } from '../../functions/photos/model/network.ts';
import { type NetworkName, networks } from '../../functions/photos/model/networks.ts';
import type { Photo } from '../../functions/photos/model/photos.ts';
import { thumbnail } from '../../functions/photos/model/thumbnail.ts';
import type { Columns } from '../../lib/calibrate/columns.ts';
import { lotOf } from '../../lib/calibrate/flow-table.ts';

/** The photo demo's models, first tier first. */
export const MODELS: readonly NetworkName[] = ['linear14', 'small-cnn', 'deep-cnn'];

/** What the three models said of photos, in the order of the photos. */
export interface PhotoAnswers {
  readonly truth: readonly string[];
  readonly models: readonly { readonly label: readonly string[]; readonly confidence: readonly number[] }[];
}

/** Confidences as they are kept. */
export const kept = (confidence: number): number => Number(confidence.toFixed(6));

/** Lets the models answer photos: minutes for thousands of them, which is why the answers are kept in a file. */
export async function answersTo(photos: readonly Photo[]): Promise<PhotoAnswers> {
  const loaded = await Promise.all(MODELS.map((name) => loadNetwork(networks[name])));
  const models = loaded.map((network, i) => {
    const tags = photos.map(({ pixels }) => network.classify(MODELS[i] === 'linear14' ? thumbnail(pixels) : pixels));
    return { label: tags.map(({ label }) => label), confidence: tags.map(({ confidence }) => kept(confidence)) };
  });
  return { truth: photos.map(({ label }) => label), models };
}

/** Written by `node --conditions=sluice-source test/calibrate/fixtures/photos.ts`. */
export function keptAnswers(): Readonly<Record<'validation' | 'demo', PhotoAnswers>> {
  const file = join(import.meta.dirname, 'fixtures/photos.json.gz');
  return JSON.parse(gunzipSync(readFileSync(file)).toString());
}

/** Multiply-adds of a photo, model by model: what the demo counts as cost. */
export const MULTIPLY_ADDS: readonly number[] = [1_960, 947_072, 29_128_448];

/** Photos as columns: all tiers answered all of them. */
export function photoColumns({ truth, models }: PhotoAnswers, reference: Columns['reference']): Columns {
  const flows = truth.length;
  const expected = reference === 'labels' ? truth : models.at(-1)!.label;
  return {
    reference,
    tiers: ['thumb', 'small', 'deep'],
    flows,
    scores: models.map(({ confidence }) => Float64Array.from(confidence)),
    right: models.map(({ label }) => Uint8Array.from(label, (answer, i) => (answer === expected[i] ? 1 : 0))),
    answeredBy: new Uint8Array(flows).fill(models.length - 1),
    lot: Uint32Array.from({ length: flows }, (_, i) => lotOf(`photo-${i}`)),
    at: Float64Array.from({ length: flows }, (_, i) => i),
    logged: models.slice(1).map(() => Number.NEGATIVE_INFINITY),
  };
}

/** What thresholds really do to photos. */
export interface PhotoOutcome {
  readonly accuracy: number;
  readonly costRatio: number;
}

/** Counts, photo by photo. */
export function outcomeOf({ right, scores, flows }: Columns, thresholds: readonly number[]): PhotoOutcome {
  let agreed = 0;
  let work = 0;
  for (let photo = 0; photo < flows; photo++) {
    let tier = 0;
    work += MULTIPLY_ADDS[0]!;
    while (tier < thresholds.length && scores[tier]![photo]! < thresholds[tier]!) work += MULTIPLY_ADDS[++tier]!;
    agreed += right[tier]![photo]!;
  }
  return { accuracy: agreed / flows, costRatio: work / flows / MULTIPLY_ADDS.at(-1)! };
}
