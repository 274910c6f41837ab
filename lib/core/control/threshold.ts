import type { Schema } from '../schema.ts';
import type { ControlDefinition } from './definition.ts';
import type { Control } from './types.ts';

/** The name of the control that moves thresholds. */
export const THRESHOLD = 'threshold';

/** What a control message for a tier's threshold brings. */
export interface Threshold {
  readonly atLeast: number;
}

/** Hand-written: the library stands on no validator. */
const schema: Schema = {
  '~standard': {
    version: 1,
    vendor: 'sluice',
    validate(value) {
      const atLeast = (value as Partial<Threshold> | null)?.atLeast;
      if (typeof atLeast === 'number' && Number.isFinite(atLeast)) return { value: { atLeast } };
      return { issues: [{ message: 'must be a finite number', path: ['atLeast'] }] };
    },
  },
};

const definition: ControlDefinition = {
  kind: 'control',
  name: THRESHOLD,
  schema,
  beforeControl: 'default',
  maxStalenessMs: 5_000,
  history: 20,
  ofTiers: 'threshold',
};

/**
 * The control that moves `satisfied.atLeast` while data flows. Its keys are names of tiers. A file
 * `controls/threshold.ts` that exports it turns it on for all tiers of the application; until something is set, the tier's
 * own file counts.
 *
 * @example
 * ```ts
 * // functions/swift/controls/threshold.ts
 * export { threshold as default } from 'sluice';
 * ```
 */
export const threshold: Control<{
  readonly name: typeof THRESHOLD;
  readonly message: Threshold;
  readonly value: Threshold;
}> = definition as { kind: 'control'; name: typeof THRESHOLD };
