/** A load that steps up, holds, and steps down again: flows a second over seconds. */
export interface Step {
  readonly from: number;
  readonly to: number;
  /** When it steps up, s. */
  readonly at: number;
  /** How long it holds, s. */
  readonly hold: number;
  /** When the run ends, s. */
  readonly end: number;
}

/** From 10 to 10,000 flows a second for ten minutes, and three minutes more to see the end of it. */
export const STEP: Step = { from: 10, to: 10_000, at: 60, hold: 600, end: 840 };

/** Flows a second at a moment. */
export function rateAt({ from, to, at, hold }: Step, seconds: number): number {
  return seconds >= at && seconds < at + hold ? to : from;
}
