import type { Diagnosis } from './diagnosis.ts';
import type { Estimate, Point } from './estimate.ts';
import type { Needed } from './needed.ts';
import type { Reliability } from './reliability.ts';

/** What one tier is expected to do under the thresholds. */
export interface TierForecast {
  readonly tier: string;
  /** None for the last tier; `Infinity`: it accepts nothing. */
  readonly threshold?: number;
  /** Share of all flows that reach it. */
  readonly reached: number;
  /** Share of all flows that it answers. */
  readonly answers: number;
  /** Of the flows that reach it, the share that escalates. */
  readonly escalates: Estimate;
}

interface Common {
  readonly reference: 'labels' | 'last';
  readonly target: number;
  readonly delta: number;
  /** Flows of the log, and those of which enough is known. */
  readonly flows: { readonly all: number; readonly observed: number; readonly certifying: number };
  /** What is to be known before the figures are trusted. */
  readonly diagnoses: readonly Diagnosis[];
  /** How each tier's score tells how often it is right; the last tier has none. */
  readonly reliability: readonly Reliability[];
}

/** Thresholds that meet the target; the chance that they do not is δ at most. */
export interface Calibrated extends Common {
  readonly ok: true;
  readonly chosen: Point;
  readonly tiers: readonly TierForecast[];
  /** Accuracy of the last tier alone. */
  readonly lastTier: Estimate;
  /** What the thresholds of the log would give, where it has some. */
  readonly present?: Point;
  /** Accuracy against cost, from the safest to the cheapest thresholds. Only up to `chosen` is the target certified. */
  readonly curve: readonly Point[];
}

/** The log does not support the claim. */
export interface Refused extends Common {
  readonly ok: false;
  readonly reason: 'too-few' | 'unaudited' | 'out-of-reach' | 'confidence';
  /** What is missing, with the figures. */
  readonly message: string;
  /** What to do about it. */
  readonly fix: string;
  /** Flows that the log needs in all; absent where more of the same would not help. */
  readonly needed?: Needed;
}

export type Calibration = Calibrated | Refused;
