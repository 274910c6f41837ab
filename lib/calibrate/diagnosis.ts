/** Why the figures of a calibration should not be taken at face value, or why there are none. */
export interface Diagnosis {
  readonly code:
    | 'score-constant'
    | 'one-class'
    | 'score-says-nothing'
    | 'score-not-monotone'
    | 'next-not-better'
    | 'next-is-specialist'
    | 'label-noise'
    | 'last-below-target'
    | 'drift-scores'
    | 'drift-errors'
    | 'does-not-pay'
    | 'thresholds-floored';
  /** The tier it is about; none where it is about all. */
  readonly tier?: string;
  /** One sentence with the figures. */
  readonly message: string;
}

/** A share as people read it; one that is not all is never rounded to all. */
export function percent(share: number): string {
  const rounded = Number((100 * share).toPrecision(3));
  const missing = Number((100 * (1 - share)).toPrecision(2));
  return `${rounded === 100 && share < 1 ? Number((100 - missing).toPrecision(12)) : rounded} %`;
}
