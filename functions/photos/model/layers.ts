/** Numbers between two layers: `channels` planes of `side` × `side`, each stored row by row. */
export interface Planes {
  readonly channels: number;
  readonly side: number;
  readonly values: Float32Array;
}

/** What a layer learned: `weights` holds all inputs' weights of the first output, then of the next; `bias` one number an output. */
export interface Learned {
  readonly weights: Float32Array;
  readonly bias: Float32Array;
}

/** A 3 × 3 convolution inside a border of zeros, then ReLU; the number of outputs must be a multiple of 4. */
export function conv3x3(input: Planes, { weights: w, bias }: Learned): Planes {
  const { channels, side } = input;
  const x = withBorder(input);
  const plane = side * side;
  const stride = channels * 9;
  const out = new Float32Array(bias.length * plane);
  bias.forEach((value, o) => {
    out.fill(value, o * plane, (o + 1) * plane);
  });
  // Four outputs share each pixel that is read, and a row of the kernel stays in registers for a whole plane.
  for (let o = 0; o < bias.length; o += 4) {
    for (let row = 0; row < channels * 3; row++) {
      const channel = Math.floor(row / 3);
      const a = o * stride + row * 3;
      const b = a + stride;
      const c = b + stride;
      const d = c + stride;
      const a0 = w[a]!;
      const a1 = w[a + 1]!;
      const a2 = w[a + 2]!;
      const b0 = w[b]!;
      const b1 = w[b + 1]!;
      const b2 = w[b + 2]!;
      const c0 = w[c]!;
      const c1 = w[c + 1]!;
      const c2 = w[c + 2]!;
      const d0 = w[d]!;
      const d1 = w[d + 1]!;
      const d2 = w[d + 2]!;
      for (let y = 0; y < side; y++) {
        let from = (channel * (side + 2) + y + (row % 3)) * (side + 2);
        let to = o * plane + y * side;
        let left = x[from]!;
        let middle = x[from + 1]!;
        for (const end = to + side; to < end; to++, from++) {
          const right = x[from + 2]!;
          out[to]! += a0 * left + a1 * middle + a2 * right;
          out[to + plane]! += b0 * left + b1 * middle + b2 * right;
          out[to + 2 * plane]! += c0 * left + c1 * middle + c2 * right;
          out[to + 3 * plane]! += d0 * left + d1 * middle + d2 * right;
          left = middle;
          middle = right;
        }
      }
    }
  }
  for (let i = 0; i < out.length; i++) out[i] = Math.max(0, out[i]!);
  return { channels: bias.length, side, values: out };
}

/** Copies every plane into the middle of one that is a pixel wider on each side, so that the kernel needs no special case. */
function withBorder({ channels, side, values }: Planes): Float32Array {
  const wide = side + 2;
  const out = new Float32Array(channels * wide * wide);
  for (let row = 0; row < channels * side; row++) {
    const at = (Math.floor(row / side) * wide + (row % side) + 1) * wide + 1;
    out.set(values.subarray(row * side, (row + 1) * side), at);
  }
  return out;
}

/** Keeps the largest of each 2 × 2 values; an odd last row and column are left out. */
export function maxPool2({ channels, side, values }: Planes): Planes {
  const half = Math.floor(side / 2);
  const out = new Float32Array(channels * half * half);
  for (let to = 0; to < out.length; to++) {
    const column = to % half;
    const row = Math.floor(to / half) % half;
    const at = (Math.floor(to / (half * half)) * side + 2 * row) * side + 2 * column;
    out[to] = Math.max(values[at]!, values[at + 1]!, values[at + side]!, values[at + side + 1]!);
  }
  return { channels, side: half, values: out };
}

/** The mean of each plane: `channels` planes of 1 × 1. */
export function globalAverage({ channels, side, values }: Planes): Planes {
  const plane = side * side;
  const out = Float32Array.from({ length: channels }, (_, channel) => {
    let sum = 0;
    for (let i = channel * plane; i < (channel + 1) * plane; i++) sum += values[i]!;
    return sum / plane;
  });
  return { channels, side: 1, values: out };
}

/** A fully connected layer over all values of all planes: one 1 × 1 plane an output. */
export function dense({ values }: Planes, { weights, bias }: Learned): Planes {
  const out = bias.map((start, o) => {
    let sum = start;
    for (let i = 0; i < values.length; i++) sum += weights[o * values.length + i]! * values[i]!;
    return sum;
  });
  return { channels: out.length, side: 1, values: out };
}

/** Turns logits into probabilities that sum to 1; a temperature above 1 makes them less sure, one below 1 surer. */
export function softmax(logits: Float32Array, temperature: number): Float32Array {
  const largest = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp((logit - largest) / temperature));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}
