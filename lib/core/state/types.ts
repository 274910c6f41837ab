import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Schema } from '../schema.ts';

/** The option `state` of a tier. */
export interface StateOptions<Data, S> {
  /** Schema of the state of one key; it must survive JSON. */
  readonly schema: S;
  /** The state of a key that no input has changed yet. */
  readonly initial: S extends Schema ? StandardSchemaV1.InferInput<S> : never;
  /** Which state an input belongs to: 1 to 1,024 bytes of text. A pure function. */
  readonly keyBy: (x: { readonly data: Data }) => string;
  /** Inputs of a key that are remembered, so that one of them delivered again changes nothing; 1 to 1,000. Default 20. */
  readonly remember?: number;
}

/** The same with its types erased. */
export interface StateDefinition {
  readonly schema: Schema;
  readonly initial: unknown;
  readonly keyBy: (x: { readonly data: unknown }) => string;
  readonly remember?: number;
}

/**
 * A tier's own state for one key, as one prediction sees it.
 *
 * @example
 * ```ts
 * import type { TierState } from 'sluice';
 *
 * const count = (state: TierState<{ readonly seen: number }>): void => state.set({ seen: state.value.seen + 1 });
 * console.log(count.length); // 1
 * ```
 */
export interface TierState<Value = unknown> {
  readonly key: string;
  /** As the inputs before this one left it. */
  readonly value: Value;
  /** How many inputs have been worked into it; one that is worked again counts again, as does a control that finds none. */
  readonly version: number;
  /** The state after this input; without it, the state stays as it is. It counts once the prediction is kept. */
  set(next: Value): void;
}

/** What `predict` sees of a state with this schema. */
export type StateOf<S> = S extends Schema ? TierState<StandardSchemaV1.InferOutput<S>> : undefined;
