import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { ReadingsOf } from './control/types.ts';
import type { LazyObject } from './object-reference.ts';
import type { Schema } from './schema.ts';
import type { StateOf } from './state/types.ts';
import type { Join, Stream } from './stream.ts';

/** Everything the types of one tier say; it travels between files by `typeof import` and never exists at run time. */
export interface TierTypes {
  readonly name: string;
  /** The input proper, as `predict` reads it. */
  readonly data: unknown;
  /** Names of the objects that travel with the data. */
  readonly objects: string;
  /** What the tier before predicted; `undefined` for the first tier. */
  readonly signal: unknown;
  /** Names of the objects the tier before produced. */
  readonly signalObjects: string;
  readonly output: unknown;
  /** Names of the objects this tier produces beside its output. */
  readonly produces: string;
  /** Where clients send data: the tier's name for a first tier, `tier.stream` for one that joins, nothing for a carry. */
  readonly entry: string;
  /** References of the controls it reads, by the names it reads them under. */
  readonly controls: unknown;
  /** Schema of its keyed state; `undefined` where it has none. */
  readonly state: unknown;
}

declare const types: unique symbol;

/** A tier as its file exports it: `defineTier` makes one. */
export interface Tier<T extends TierTypes = TierTypes> {
  readonly kind: 'tier';
  readonly name: T['name'];
  readonly [types]?: T;
}

// biome-ignore lint/suspicious/noExplicitAny: a bound that every tier satisfies, whatever its data; it never reaches users.
export type AnyTier = Tier<any>;

/** The types carried by a tier. */
export type TypesOf<T> = T extends Tier<infer X> ? X : never;

/** A typed reference to a tier in another file; the value is only its name. */
export interface TierRef<T extends TierTypes = TierTypes> {
  readonly kind: 'tier-ref';
  readonly name: T['name'];
  readonly [types]?: T;
}

// biome-ignore lint/suspicious/noExplicitAny: as AnyTier.
export type AnyTierRef = TierRef<any>;

/** What a tier reads: a schema (the first tier) or the tier before it. */
export type Input = Schema | AnyTierRef;

/** A module whose default export is a tier. */
export interface TierModule {
  readonly default: AnyTier;
}

type UpstreamOf<I> = I extends TierRef<infer T> ? T : never;

export type SignalOf<I> = I extends AnyTierRef ? UpstreamOf<I>['output'] : undefined;
export type SignalObjectsOf<I> = I extends AnyTierRef ? UpstreamOf<I>['produces'] : never;
export type DataOf<I, J> =
  J extends Join<Stream<string, infer D, string>>
    ? D
    : I extends AnyTierRef
      ? UpstreamOf<I>['data']
      : I extends Schema
        ? StandardSchemaV1.InferOutput<I>
        : never;
export type ObjectsOf<I, Declared, J> =
  J extends Join<Stream<string, unknown, infer O>>
    ? O
    : I extends AnyTierRef
      ? UpstreamOf<I>['objects']
      : Extract<keyof Declared, string>;
export type EntryOf<Name extends string, I, J> =
  J extends Join<Stream<infer S, unknown, string>> ? `${Name}.${S}` : I extends AnyTierRef ? never : Name;

/** Lazy objects by name. */
export type LazyObjects<Names extends string> = { readonly [K in Names]: LazyObject };

/** Constrains a declared signal schema to one that accepts what the tier before really puts out. */
export type Accepts<Value, S> = S extends Schema
  ? [Value] extends [StandardSchemaV1.InferInput<S>]
    ? unknown
    : { readonly 'this schema does not accept the output of the tier before': Value }
  : unknown;

/**
 * What `load` is given.
 *
 * @example
 * ```ts
 * import type { LoadContext } from 'sluice';
 *
 * const weights = async ({ model }: LoadContext): Promise<Uint8Array> => (model ? model.object.bytes() : new Uint8Array(4));
 * console.log((await weights({ version: '1' })).length); // 4
 * ```
 */
export interface LoadContext {
  /** The tier's version. */
  readonly version: string;
  /** The model that the control `model` names, and under which version; nothing where none is set. */
  readonly model?: { readonly version: number; readonly object: LazyObject };
}

/**
 * What `predict` is given. Its types follow from the tier's options, so it is seldom written down.
 *
 * @example
 * ```ts
 * import type { PredictContext, TypesOf } from 'sluice';
 *
 * type Language = TypesOf<typeof import('./functions/text/language.ts').default>;
 * const words = ({ data }: PredictContext<Language, undefined>): number => data.text.split(' ').length;
 * console.log(words.name); // words
 * ```
 */
export interface PredictContext<T extends TierTypes, Model> {
  readonly data: T['data'];
  /** Lazy objects that travel with the data. */
  readonly objects: LazyObjects<T['objects']>;
  readonly signal: T['signal'];
  /** Lazy objects that the tier before produced. */
  readonly signalObjects: LazyObjects<T['signalObjects']>;
  /** What `load` returned. */
  readonly model: Model;
  /** Stores an object beside the output; the next tier sees it in `signalObjects`, the destination in `objects`. */
  readonly produce: { readonly [K in T['produces']]: (bytes: Uint8Array) => Promise<void> };
  /** The controls that the tier names. */
  readonly controls: ReadingsOf<T['controls']>;
  /** The tier's own state for the key of this data. */
  readonly state: StateOf<T['state']>;
  readonly flowId: string;
  /** 1 for the first delivery; at a paced tier, waits for its turn count too. */
  readonly attempt: number;
  /** Aborted when the tier's timeout is over. */
  readonly abort: AbortSignal;
}

/**
 * One answer, as the destination and `result` see it.
 *
 * @example
 * ```ts
 * import type { Answer } from 'sluice';
 *
 * const line = ({ id, flowId, tier, version }: Answer): string => [id, flowId, tier, version].join(' ');
 * console.log(line.name); // line
 * ```
 */
export interface Answer<Name extends string = string, Output = unknown> {
  /** The output id: the same again whenever the answer is delivered again. */
  readonly id: string;
  readonly flowId: string;
  /** The tier that answered. */
  readonly tier: Name;
  /** Its version. */
  readonly version: string;
  readonly output: Output;
  readonly score?: number;
  readonly threshold?: number;
  /** Versions of the controls it was predicted with, by name. */
  readonly controls?: Readonly<Record<string, number>>;
  /** Event time of the flow's data, ms since the epoch. */
  readonly eventTime: number;
  /** Lazy objects produced beside the output. */
  readonly objects: Readonly<Record<string, LazyObject>>;
}

/** Tells a reference to a tier from a schema. */
export function isTierRef(value: unknown): value is AnyTierRef {
  return typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'tier-ref';
}
