import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { ControlRefs, ValuesOf } from './control/types.ts';
import type { Gate } from './drop.ts';
import type { Duration } from './duration.ts';
import type { Awaitable } from './json.ts';
import type { ObjectSpec } from './object-reference.ts';
import type { Schema } from './schema.ts';
import type { StateOptions } from './state/types.ts';
import type { Join } from './stream.ts';
import type {
  Accepts,
  DataOf,
  EntryOf,
  Input,
  LoadContext,
  ObjectsOf,
  PredictContext,
  SignalObjectsOf,
  SignalOf,
} from './tier-types.ts';

/** The options of `defineTier`. */
export interface TierOptions<
  Name extends string,
  I extends Input,
  O extends Schema,
  Model,
  Objects,
  Produces,
  J extends Join | undefined,
  S extends Schema,
  C extends ControlRefs,
  St extends Schema | undefined,
  D = Record<never, never>,
> {
  /** Unique in its application; becomes part of queue and function names. */
  readonly name: Name;
  /** A schema for the first tier, `tier<typeof import('./before.ts')>('before')` for every later one. */
  readonly input: I;
  /** Schema of the prediction. */
  readonly output: O;
  /** Pins what this tier needs of the signal; compared with the tier before when the graph is built. */
  readonly signal?: S & Accepts<SignalOf<I>, S>;
  /** Take the data from a stream of its own instead of being carried by the escalation. */
  readonly join?: J & KnownJoin<J>;
  /** Objects that travel with the data (first tier only; a joined stream declares its own). */
  readonly objects?: Objects & Readonly<Record<string, ObjectSpec>>;
  /** Objects this tier puts out beside its prediction. */
  readonly produces?: Produces & Readonly<Record<string, Omit<ObjectSpec, 'deleteAfter'>>>;
  /** Loads the model, once per cold start. */
  readonly load?: (context: LoadContext) => Awaitable<Model>;
  /** Proves a model that a control names, before it serves: anything but `true` rejects it. */
  readonly accept?: (model: Model) => Awaitable<boolean>;
  /** The controls it reads, by the names it reads them under. */
  readonly controls?: C;
  /**
   * The controls that gates and score decide with, each under the key that its function makes of the data as it arrived. They
   * see the values as `controls`, and `predict` is told the same. Not at a tier that joins.
   */
  readonly decideWith?: D & DecideWith<C, DataOf<I, J>, D>;
  /** A state of its own for each key, which every input changes once, whatever is redelivered. */
  readonly state?: StateOptions<DataOf<I, J>, St>;
  /**
   * True: when one of its controls is applied for a key, the newest data of the state with that key is worked again. Needs
   * `controls` and `state`.
   */
  readonly reevaluateOnControl?: St extends Schema ? boolean : never;
  /** One prediction. Give this or `predictBatch`. */
  readonly predict?: (
    context: PredictContext<TypesFor<Name, I, O, Objects, Produces, J, C, St>, Model>,
  ) => Awaitable<StandardSchemaV1.InferInput<O>>;
  /** One model call for a whole batch; returns one prediction per context, in order. */
  readonly predictBatch?: (
    contexts: readonly PredictContext<TypesFor<Name, I, O, Objects, Produces, J, C, St>, Model>[],
  ) => Awaitable<readonly StandardSchemaV1.InferInput<O>[]>;
  /** Satisfied ⇔ `score(…) ≥ atLeast`. A pure function: it is replayed without the model. Left out, every prediction is accepted. */
  readonly satisfied?: {
    readonly score: (x: {
      readonly data: DataOf<I, J>;
      readonly signal: SignalOf<I>;
      readonly output: StandardSchemaV1.InferOutput<O>;
      readonly controls: ValuesOf<C, D>;
    }) => number;
    readonly atLeast: number;
  };
  /** What becomes of an unsatisfied prediction while no tier follows this one. */
  readonly exhausted?: 'accept' | 'deadLetter';
  readonly gates?: {
    /** Data in, before it is stored or predicted on. */
    readonly data?: Gate<DataOf<I, J>, ValuesOf<C, D>>;
    /** Signal in. */
    readonly signal?: Gate<SignalOf<I>, ValuesOf<C, D>>;
    /** Satisfied predictions, on their way to the destination. */
    readonly destination?: Gate<StandardSchemaV1.InferOutput<O>, ValuesOf<C, D>>;
    /** Unsatisfied predictions, on their way to the next tier. */
    readonly escalate?: Gate<StandardSchemaV1.InferOutput<O>, ValuesOf<C, D>>;
  };
  /** Version of model and code, written into every output. Default: a hash of the tier's file. */
  readonly version?: string;
  /** Longest one prediction may take. Default `'30s'`. */
  readonly timeout?: Duration;
  /** Function memory, MiB. Default 1024. */
  readonly memory?: number;
  /** Messages per invocation and how long to wait for them. Default `{ size: 10 }`. */
  readonly batch?: { readonly size: number; readonly window?: Duration };
  /** Most invocations of this tier at a time. */
  readonly maxConcurrency?: number;
  /** Worker threads of the embedded cloud that predict, so that a heavy model never stalls the others. Default 0: in the main thread. */
  readonly workers?: number;
  /** `once`: a flow completes here once whatever is redelivered, for two table writes. Default `'at-least-once'`. */
  readonly delivery?: 'at-least-once' | 'once';
  /** At least `minInterval` between predictions of this tier, over all its instances. */
  readonly pace?: { readonly minInterval: Duration; readonly onThrottle?: 'queue' | 'latest' | 'drop' };
  /** Tries before the dead-letter queue (default 5) and the first back-off, which doubles (default `'1s'`). */
  readonly retry?: { readonly maxAttempts?: number; readonly backoff?: Duration };
  /** Share of accepted flows, 0 to 1, that also escalates in shadow. */
  readonly audit?: number;
  /** Share of decisions, 0 to 1, whose record keeps data, signal and output. Default 0: logs carry no payloads. */
  readonly capture?: number;
  /**
   * Names the tenant whose turn it is, from here on: one that floods the next queues does not starve the others. For this
   * tier's own queue the sender says it: `send(data, { fair })`.
   */
  readonly fairBy?: (x: { readonly data: DataOf<I, J> }) => string;
  /** True: no flow escalates to this tier any more, and it goes on working off what waits, so that its file can be deleted once `sluice doctor` says so. */
  readonly retired?: boolean;
}

/** A tier predicts one by one or in batches; the last one is what an error names. */
export type Predicts = { readonly predictBatch: unknown } | { readonly predict: unknown };

/** A key that no join has fits nothing, which inference from the whole object would let through. */
type KnownJoin<J> = { readonly [K in Exclude<keyof J, keyof Join>]: never };

/** A key for each control that decides; a name that is not among the tier's controls fits nothing. */
export type DecideWith<C, Data, D> = {
  readonly [K in keyof C]?: (x: { readonly data: Data }) => string;
} & { readonly [K in Exclude<keyof D, keyof C>]: never };

/** The types of the tier that such options define. */
export interface TypesFor<Name extends string, I, O extends Schema, Objects, Produces, J, C, St> {
  readonly name: Name;
  readonly data: DataOf<I, J>;
  readonly objects: ObjectsOf<I, Objects, J>;
  readonly signal: SignalOf<I>;
  readonly signalObjects: SignalObjectsOf<I>;
  readonly output: StandardSchemaV1.InferOutput<O>;
  readonly produces: Extract<keyof Produces, string>;
  readonly entry: EntryOf<Name, I, J>;
  readonly controls: C;
  readonly state: St;
}
