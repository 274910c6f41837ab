import type { Digit, DigitModel } from './digits.ts';

const CLASSES = 10;
const EPOCHS = 8;
const RATE = 0.05;

/** The small model: one layer, trained by stochastic gradient descent in the order of its digits, from zero. */
export function softmaxRegression(training: readonly Digit[]): DigitModel {
  const side = training[0]!.pixels.length;
  const weights = new Float64Array(CLASSES * side);
  const bias = new Float64Array(CLASSES);

  function probabilities(pixels: Float32Array): Float64Array {
    const out = Float64Array.from(bias);
    for (let c = 0; c < CLASSES; c += 1) {
      let sum = 0;
      for (let i = 0, w = c * side; i < side; i += 1, w += 1) sum += weights[w]! * pixels[i]!;
      out[c]! += sum;
    }
    const most = Math.max(...out);
    let total = 0;
    for (let c = 0; c < CLASSES; c += 1) total += out[c] = Math.exp(out[c]! - most);
    return out.map((value) => value / total);
  }

  for (let epoch = 0; epoch < EPOCHS; epoch += 1) {
    const rate = RATE / (1 + epoch);
    for (const { label, pixels } of training) {
      const p = probabilities(pixels);
      for (let c = 0; c < CLASSES; c += 1) {
        const step = rate * (p[c]! - (c === label ? 1 : 0));
        bias[c]! -= step;
        for (let i = 0, w = c * side; i < side; i += 1, w += 1) weights[w]! -= step * pixels[i]!;
      }
    }
  }

  return {
    name: 'softmax regression',
    multiplyAdds: CLASSES * side,
    classify(pixels) {
      const p = probabilities(pixels);
      const confidence = Math.max(...p);
      return { label: p.indexOf(confidence), confidence };
    },
  };
}
