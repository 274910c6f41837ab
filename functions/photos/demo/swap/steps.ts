import { diverged, roundedTo, trainedWeights } from './weights.ts';

/** One message of the control `model`: the next version, and what it brings. */
export type Step = {
  readonly version: number;
  readonly title: string;
  /** What is to become of it. */
  readonly expected: 'swapped' | 'rejected';
} & (
  | {
      readonly weights: Buffer;
      /** How many of the bytes arrive in the store; all where left out. */
      readonly arrived?: number;
    }
  | { readonly restores: number }
);

/** What happens to `small` while photos flow: the first serves from the start. */
export async function planSteps(): Promise<readonly [Step, ...Step[]]> {
  const trained = await trainedWeights();
  const coarse = await roundedTo(3);
  const half = Math.floor(trained.length / 2);
  return [
    { version: 1, title: '3-bit weights', expected: 'swapped', weights: coarse },
    { version: 2, title: '8-bit weights', expected: 'swapped', weights: trained },
    { version: 3, title: 'cut short', expected: 'rejected', weights: trained, arrived: half },
    { version: 4, title: 'answers NaN', expected: 'rejected', weights: await diverged() },
    { version: 5, title: '3-bit weights again', expected: 'swapped', weights: coarse },
    { version: 6, title: 'rollback to 2', expected: 'swapped', restores: 2 },
  ];
}

/** What a version predicts with: a rollback's are those it goes back to. */
export function weightsOf(steps: readonly Step[], version: number): Buffer {
  const step = steps.find((one) => one.version === version)!;
  return 'weights' in step ? step.weights : weightsOf(steps, step.restores);
}
