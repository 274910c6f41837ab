import { SluiceError } from '../core/errors.ts';
import type { Calibrated } from './result.ts';
import type { ExpectedRate } from './watch.ts';

/** Thresholds and what was expected of them, as a file keeps it: JSON. */
export interface Expectation {
  readonly v: 1;
  readonly reference: 'labels' | 'last';
  readonly target: number;
  readonly delta: number;
  /** Flows it was calibrated on. */
  readonly flows: number;
  /** First to last. `atLeast: null`: the tier accepts nothing; the last has none. */
  readonly tiers: readonly {
    readonly tier: string;
    readonly atLeast?: number | null;
    readonly answers: number;
    readonly escalates: { readonly expected: number; readonly low: number; readonly high: number };
  }[];
  readonly accuracy: { readonly expected: number; readonly low: number; readonly high: number };
  readonly costRatio: number;
}

/** What a calibration promises, as a file keeps it. */
export function expectationOf({ reference, target, delta, flows, tiers, chosen }: Calibrated): Expectation {
  return {
    v: 1,
    reference,
    target,
    delta,
    flows: flows.all,
    tiers: tiers.map(({ tier, threshold, answers, escalates }) => ({
      tier,
      ...(threshold !== undefined && { atLeast: Number.isFinite(threshold) ? threshold : null }),
      answers,
      escalates,
    })),
    accuracy: chosen.accuracy,
    costRatio: chosen.costRatio,
  };
}

/** Reads such a file's text. */
export function readExpectation(text: string, file: string): Expectation {
  const found = parsed(text) as Partial<Expectation> | undefined;
  const isWhole =
    found?.v === 1 &&
    Array.isArray(found.tiers) &&
    found.tiers.length >= 2 &&
    found.tiers.every(({ tier, escalates }) => typeof tier === 'string' && isEstimate(escalates)) &&
    typeof found.target === 'number' &&
    isEstimate(found.accuracy);
  if (isWhole) return found as Expectation;
  throw new SluiceError('file-invalid', 'this is no file of sluice calibrate --write', {
    file,
    fix: 'Write one: sluice calibrate --write FILE.',
  });
}

function isEstimate(value: unknown): boolean {
  const estimate = value as Partial<Expectation['accuracy']> | undefined;
  return [estimate?.expected, estimate?.low, estimate?.high].every((n) => typeof n === 'number');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The rates to watch: how often each tier but the last escalates, and how often audited answers are wrong. */
export function ratesOf({ tiers, target, accuracy }: Expectation): readonly ExpectedRate[] {
  return [
    ...tiers.slice(0, -1).map(({ tier, escalates }) => ({ name: `${tier} escalates`, ...escalates })),
    { name: 'wrong answers', expected: 1 - accuracy.expected, low: 0, high: 1 - target },
  ];
}
