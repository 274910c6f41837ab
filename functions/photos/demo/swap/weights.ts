import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { loadNetwork, type Network } from '../../model/network.ts';
import { smallCnn } from '../../model/small-cnn.ts';

/** Where one layer's numbers lie in the file: `o` scales of 4 bytes, `n` weights of 1. */
export interface Learned {
  readonly o: number;
  readonly n: number;
  readonly scale: number;
  readonly weights: number;
}

/** The largest weight of a file of 8-bit weights, with either sign. */
const MOST = 127;

/** The weights of `small` as they were trained: 8 bits each. */
export async function trainedWeights(): Promise<Buffer> {
  return readFile(smallCnn.weights);
}

/** The same with each weight rounded to so many bits, around zero (3 bits: 7 values): a model that works, and is worse. */
export async function roundedTo(bits: number): Promise<Buffer> {
  const bytes = await trainedWeights();
  const step = MOST / (2 ** (bits - 1) - 1);
  for (const { weights, n } of await learnedLayers()) {
    for (let at = weights; at < weights + n; at += 1) {
      bytes.writeInt8(Math.round(Math.round(bytes.readInt8(at) / step) * step), at);
    }
  }
  return bytes;
}

/** The same with scales that are no numbers in its last layer, as a training that diverged leaves them. */
export async function diverged(): Promise<Buffer> {
  const bytes = await trainedWeights();
  const { scale, o } = (await learnedLayers()).at(-1)!;
  for (let output = 0; output < o; output += 1) bytes.writeFloatLE(Number.NaN, scale + 4 * output);
  return bytes;
}

/** The network of `small` with such weights, loaded as the tier does: from a file. */
export async function networkOf(weights: Buffer): Promise<Network> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-swap-'));
  try {
    const file = join(folder, 'weights.bin');
    await writeFile(file, weights);
    return await loadNetwork({ ...smallCnn, weights: pathToFileURL(file) });
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The layers of `small` that have weights, the first one first. */
export async function learnedLayers(): Promise<readonly Learned[]> {
  const { layers } = JSON.parse(await readFile(smallCnn.manifest, 'utf8')) as { layers: readonly Partial<Learned>[] };
  return layers.filter((layer): layer is Learned => layer.n !== undefined);
}
