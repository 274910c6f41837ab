import { MODELS } from '../object-keys.ts';
import { isReference, type ObjectReference } from '../object-reference.ts';
import type { Schema } from '../schema.ts';
import type { ControlDefinition } from './definition.ts';
import type { Control } from './types.ts';

/** The name of the control that says which model a tier loads. */
export const MODEL = 'model';

/** What a control message for a tier's model brings. */
export interface ModelSetting {
  /** The model's file in the object store, under `models/`. */
  readonly object: ObjectReference;
  /** For people. */
  readonly description?: string;
}

/** Hand-written: the library stands on no validator. */
const schema: Schema = {
  '~standard': {
    version: 1,
    vendor: 'sluice',
    validate(value) {
      const { object, description } = (value ?? {}) as Partial<ModelSetting>;
      if (!isReference(object)) return { issues: [{ message: 'must be a reference', path: ['object'] }] };
      if (!object.key.startsWith(MODELS))
        return { issues: [{ message: `must lie under ${MODELS}`, path: ['object', 'key'] }] };
      if (description !== undefined && typeof description !== 'string')
        return { issues: [{ message: 'must be a text', path: ['description'] }] };
      return { value: { object, ...(description !== undefined && { description }) } };
    },
  },
};

const definition: ControlDefinition = {
  kind: 'control',
  name: MODEL,
  schema,
  beforeControl: 'default',
  maxStalenessMs: 5_000,
  history: 20,
  ofTiers: 'load',
};

/**
 * The control that says which model a tier loads, while data flows. Its keys are names of tiers that have `load`. A file
 * `controls/model.ts` that exports it turns it on; until something is set, `load` is called without a model.
 *
 * @example
 * ```ts
 * // functions/swift/controls/model.ts
 * export { model as default } from 'sluice';
 * ```
 */
export const model: Control<{
  readonly name: typeof MODEL;
  readonly message: ModelSetting;
  readonly value: ModelSetting;
}> = definition as { kind: 'control'; name: typeof MODEL };
