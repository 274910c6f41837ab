import { readFile } from 'node:fs/promises';
import { type Label, labelAt } from './labels.ts';
import { conv3x3, dense, globalAverage, type Learned, maxPool2, type Planes, softmax } from './layers.ts';

/** A trained model as it lies on disk. */
export interface Trained {
  readonly name: string;
  /** Divides the logits before the softmax, so that a confidence of 0.9 is right about 9 times in 10 (fitted on validation photos). */
  readonly temperature: number;
  /** The layers, as JSON. */
  readonly manifest: URL;
  /** What they have learned. */
  readonly weights: URL;
}

/** A model's answer: the most probable label and its probability, 0 to 1. */
export interface Answer {
  readonly label: Label;
  readonly confidence: number;
}

/** A model in memory, ready to answer. */
export interface Network {
  readonly name: string;
  /** Width and height of the photos it takes: 14 for `linear14`, else 28. */
  readonly side: number;
  /** What one photo costs, the same on every machine. */
  readonly multiplyAdds: number;
  /** The ten raw outputs for one photo: `side` × `side` grey levels, 0 to 255, row by row. */
  logits(pixels: Uint8Array | Float32Array): Float32Array;
  /** The answer for one photo, given as to `logits`. */
  classify(pixels: Uint8Array | Float32Array): Answer;
}

/** A layer as the manifest describes it; `bias`, `scale` and `weights` are byte offsets into the `.bin` file. */
type LayerManifest =
  | { readonly type: 'avgpool2' | 'maxpool2' | 'gap' }
  | {
      readonly type: 'conv' | 'dense';
      /** Number of outputs. */
      readonly o: number;
      /** Number of weights: outputs × weights an output. */
      readonly n: number;
      readonly bias: number;
      readonly scale: number;
      readonly weights: number;
    };

type Layer = (input: Planes) => Planes;

/** Reads a model's weights from disk: slow (milliseconds), so done once and not for each photo. */
export async function loadNetwork({ name, temperature, ...files }: Trained): Promise<Network> {
  const [manifest, bytes] = await Promise.all([readFile(files.manifest, 'utf8'), readFile(files.weights)]);
  const described = (JSON.parse(manifest) as { readonly layers: readonly LayerManifest[] }).layers;
  // A first layer that halves the photo is the thumbnail's work: whoever calls this model has done it already.
  const thumbnail = described[0]?.type === 'avgpool2';
  const side = thumbnail ? 14 : 28;
  const layers = (thumbnail ? described.slice(1) : described).map((layer) => readLayer(layer, bytes));

  const logits = (pixels: Uint8Array | Float32Array): Float32Array => {
    if (pixels.length !== side * side) {
      throw new TypeError(`${name} takes ${side} × ${side} pixels, not ${pixels.length} of them`);
    }
    const photo: Planes = { channels: 1, side, values: new Float32Array(pixels).map((level) => level / 255) };
    return layers.reduce((planes, layer) => layer(planes), photo).values;
  };

  return {
    name,
    side,
    multiplyAdds: countMultiplyAdds(described, side),
    logits,
    classify(pixels) {
      const probabilities = softmax(logits(pixels), temperature);
      const confidence = Math.max(...probabilities);
      return { label: labelAt(probabilities.indexOf(confidence)), confidence };
    },
  };
}

function readLayer(layer: LayerManifest, bytes: Buffer): Layer {
  switch (layer.type) {
    case 'maxpool2':
      return maxPool2;
    case 'gap':
      return globalAverage;
    case 'conv':
    case 'dense': {
      const run = layer.type === 'conv' ? conv3x3 : dense;
      const learned = dequantise(layer, bytes);
      return (input) => run(input, learned);
    }
    default:
      throw new Error(`a network cannot have the layer '${layer.type}' here`);
  }
}

/** One byte a weight on disk, four in memory: each output has its own scale, so that eight bits are enough. */
function dequantise(layer: Extract<LayerManifest, { readonly o: number }>, bytes: Buffer): Learned {
  const perOutput = layer.n / layer.o;
  const floats = (at: number) => Float32Array.from({ length: layer.o }, (_, o) => bytes.readFloatLE(at + 4 * o));
  const scale = floats(layer.scale);
  const weights = Float32Array.from(
    { length: layer.n },
    (_, i) => bytes.readInt8(layer.weights + i) * scale[Math.floor(i / perOutput)]!,
  );
  return { weights, bias: floats(layer.bias) };
}

function countMultiplyAdds(layers: readonly LayerManifest[], photoSide: number): number {
  let side = photoSide;
  let count = 0;
  for (const layer of layers) {
    if (layer.type === 'maxpool2') side = Math.floor(side / 2);
    if (layer.type === 'conv') count += layer.n * side * side;
    if (layer.type === 'dense') count += layer.n;
  }
  return count;
}
