import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Gate } from './drop.ts';
import { type Duration, toMs } from './duration.ts';
import { SluiceError } from './errors.ts';
import type { Awaitable } from './json.ts';
import type { NoObjects, ObjectSpec } from './object-reference.ts';
import { isCount, rejectUnknownKeys, requireFunctions, requireName, requireOption } from './options.ts';
import type { Schema } from './schema.ts';
import { checkObjects, type Join, type Stream } from './stream.ts';
import { checkJoin, TIER_KEYS, type TierDefinition } from './tier-definition.ts';
import type {
  Accepts,
  AnyTierRef,
  DataOf,
  EntryOf,
  Input,
  ObjectsOf,
  PredictContext,
  SignalObjectsOf,
  SignalOf,
  Tier,
  TierModule,
  TierRef,
  TypesOf,
} from './tier-types.ts';

/** The options of {@link defineTier}. */
export interface TierOptions<
  Name extends string,
  I extends Input,
  O extends Schema,
  Model,
  Objects,
  Produces,
  J extends Join | undefined,
  S extends Schema,
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
  readonly join?: J;
  /** Objects that travel with the data (first tier only; a joined stream declares its own). */
  readonly objects?: Objects & Readonly<Record<string, ObjectSpec>>;
  /** Objects this tier puts out beside its prediction. */
  readonly produces?: Produces & Readonly<Record<string, Omit<ObjectSpec, 'deleteAfter'>>>;
  /** Loads the model, once per cold start. */
  readonly load?: (context: { readonly version: string }) => Awaitable<Model>;
  /** One prediction. Give this or `predictBatch`. */
  readonly predict?: (
    context: PredictContext<TypesFor<Name, I, O, Objects, Produces, J>, Model>,
  ) => Awaitable<StandardSchemaV1.InferInput<O>>;
  /** One model call for a whole batch; returns one prediction per context, in order. */
  readonly predictBatch?: (
    contexts: readonly PredictContext<TypesFor<Name, I, O, Objects, Produces, J>, Model>[],
  ) => Awaitable<readonly StandardSchemaV1.InferInput<O>[]>;
  /** Satisfied ⇔ `score(…) ≥ atLeast`. A pure function: it is replayed without the model. Left out, every prediction is accepted. */
  readonly satisfied?: {
    readonly score: (x: {
      readonly data: DataOf<I, J>;
      readonly signal: SignalOf<I>;
      readonly output: StandardSchemaV1.InferOutput<O>;
    }) => number;
    readonly atLeast: number;
  };
  /** What becomes of an unsatisfied prediction while no tier follows this one. */
  readonly exhausted?: 'accept' | 'deadLetter';
  readonly gates?: {
    /** Data in, before it is stored or predicted on. */
    readonly data?: Gate<DataOf<I, J>>;
    /** Signal in. */
    readonly signal?: Gate<SignalOf<I>>;
    /** Satisfied predictions, on their way to the destination. */
    readonly destination?: Gate<StandardSchemaV1.InferOutput<O>>;
    /** Unsatisfied predictions, on their way to the next tier. */
    readonly escalate?: Gate<StandardSchemaV1.InferOutput<O>>;
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
}

/** The types of the tier that such options define. */
export interface TypesFor<Name extends string, I, O extends Schema, Objects, Produces, J> {
  readonly name: Name;
  readonly data: DataOf<I, J>;
  readonly objects: ObjectsOf<I, Objects, J>;
  readonly signal: SignalOf<I>;
  readonly signalObjects: SignalObjectsOf<I>;
  readonly output: StandardSchemaV1.InferOutput<O>;
  readonly produces: Extract<keyof Produces, string>;
  readonly entry: EntryOf<Name, I, J>;
}

/**
 * Defines one tier: one model as one function on a queue. The file that exports it as default *is* the tier.
 *
 * @throws SluiceError `name-invalid`, `option-unknown` (with the nearest known key), `option-invalid`
 * @example
 * ```ts
 * // functions/text/language.ts
 * import { defineTier } from 'sluice';
 * import * as z from 'zod';
 *
 * export default defineTier({
 *   name: 'language',
 *   input: z.object({ text: z.string() }),
 *   output: z.object({ language: z.string(), confidence: z.number() }),
 *   predict: ({ data }) => ({ language: 'en', confidence: /\bthe\b/.test(data.text) ? 0.99 : 0.4 }),
 *   satisfied: { score: ({ output }) => output.confidence, atLeast: 0.9 },
 *   exhausted: 'accept',
 * });
 * ```
 */
export function defineTier<
  const Name extends string,
  I extends Input,
  O extends Schema,
  Model = undefined,
  const Objects = NoObjects,
  const Produces = NoObjects,
  J extends Join<Stream> | undefined = undefined,
  S extends Schema = Schema<SignalOf<I>>,
>(options: TierOptions<Name, I, O, Model, Objects, Produces, J, S>): Tier<TypesFor<Name, I, O, Objects, Produces, J>> {
  requireName(options.name, 'A tier');
  return normalise(options as unknown as TierOptionsErased) as { kind: 'tier'; name: string } as Tier<never>;
}

/**
 * A typed reference to the tier of another file. Types travel by `typeof import`; nothing of that file is bundled.
 *
 * @example
 * ```ts
 * import { tier } from 'sluice';
 *
 * // In a tier file: input: tier<typeof import('./thumb.ts')>('thumb')
 * console.log(tier('thumb').name); // thumb
 * ```
 */
export function tier<M extends TierModule>(name: TypesOf<M['default']>['name']): TierRef<TypesOf<M['default']>> {
  requireName(name, 'A referenced tier');
  return { kind: 'tier-ref', name };
}

/** Tier options once their types no longer matter. */
type TierOptionsErased = Omit<TierDefinition, 'kind'> & {
  readonly timeout?: Duration;
  readonly batch?: { readonly size: number; readonly window?: Duration };
  readonly pace?: { readonly minInterval: Duration; readonly onThrottle?: 'queue' | 'latest' | 'drop' };
  readonly retry?: { readonly maxAttempts?: number; readonly backoff?: Duration };
  readonly join?: Join;
};

function normalise(o: TierOptionsErased): TierDefinition {
  const what = `tier "${o.name}"`;
  rejectUnknownKeys(o, TIER_KEYS, what);
  if (!o.predict && !o.predictBatch) {
    throw new SluiceError('option-invalid', `${what} has neither predict nor predictBatch`, {
      fix: 'Give it a predict function.',
    });
  }
  requireFunctions(o, ['predict', 'predictBatch', 'load', 'fairBy'], what);
  requireOption(
    !(o.predict && o.predictBatch),
    what,
    'predictBatch',
    o.predictBatch,
    'left out where predict is given',
  );
  const version = o.version === undefined || (typeof o.version === 'string' && o.version !== '');
  requireOption(version, what, 'version', o.version, 'a text');
  const isFirst = !isTierRef(o.input);
  requireOption(isFirst ? isSchema(o.input) : true, what, 'input', o.input, 'a schema or tier(…)');
  requireOption(isSchema(o.output), what, 'output', o.output, 'a schema (zod, valibot, arktype, …)');
  requireOption(
    isFirst || !o.objects,
    what,
    'objects',
    o.objects,
    'left out: only the first tier or a stream declares them',
  );
  checkObjects(o.objects ?? {}, what);
  checkObjects(o.produces ?? {}, what, ['contentType', 'maxBytes']);
  if (o.satisfied) {
    rejectUnknownKeys(o.satisfied, ['score', 'atLeast'], `satisfied of ${what}`);
    requireOption(typeof o.satisfied.score === 'function', what, 'satisfied.score', o.satisfied.score, 'a function');
    requireOption(
      Number.isFinite(o.satisfied.atLeast),
      what,
      'satisfied.atLeast',
      o.satisfied.atLeast,
      'a finite number',
    );
  }
  if (o.gates) {
    rejectUnknownKeys(o.gates, ['data', 'signal', 'destination', 'escalate'], `gates of ${what}`);
    requireFunctions(o.gates, ['data', 'signal', 'destination', 'escalate'], `gates of ${what}`);
  }
  requireOption(
    [undefined, 'accept', 'deadLetter'].includes(o.exhausted),
    what,
    'exhausted',
    o.exhausted,
    "'accept' or 'deadLetter'",
  );
  requireOption(
    [undefined, 'at-least-once', 'once'].includes(o.delivery),
    what,
    'delivery',
    o.delivery,
    "'at-least-once' or 'once'",
  );
  requireOption(isShare(o.audit ?? 0), what, 'audit', o.audit, 'a share from 0 to 1');
  requireOption(isShare(o.capture ?? 0), what, 'capture', o.capture, 'a share from 0 to 1');
  requireOption(isCount(o.workers ?? 0, 0, 64), what, 'workers', o.workers, 'a whole number from 0 to 64');
  requireOption(isCount(o.memory ?? 1024, 128, 10_240), what, 'memory', o.memory, 'MiB from 128 to 10,240');
  requireOption(
    isCount(o.maxConcurrency ?? 2, 1, 1_000),
    what,
    'maxConcurrency',
    o.maxConcurrency,
    'a whole number from 1 to 1,000',
  );
  return { kind: 'tier', ...o, ...times(o, what), ...checkJoin(o.join, isFirst, what) } as TierDefinition;
}

function times(o: TierOptionsErased, what: string): Pick<TierDefinition, 'timing'> {
  const batch = o.batch ?? { size: 10 };
  rejectUnknownKeys(batch, ['size', 'window'], `batch of ${what}`);
  requireOption(isCount(batch.size, 1, 10_000), what, 'batch.size', batch.size, 'a whole number from 1 to 10,000');
  const windowMs = toMs(batch.window ?? '0ms', `batch.window of ${what}`);
  requireOption(windowMs <= 300_000, what, 'batch.window', batch.window, 'at most 5m');
  if (o.pace) {
    rejectUnknownKeys(o.pace, ['minInterval', 'onThrottle'], `pace of ${what}`);
    const known = [undefined, 'queue', 'latest', 'drop'].includes(o.pace.onThrottle);
    requireOption(known, what, 'pace.onThrottle', o.pace.onThrottle, "'queue', 'latest' or 'drop'");
  }
  if (o.retry) rejectUnknownKeys(o.retry, ['maxAttempts', 'backoff'], `retry of ${what}`);
  const maxAttempts = o.retry?.maxAttempts ?? 5;
  requireOption(isCount(maxAttempts, 1, 100), what, 'retry.maxAttempts', maxAttempts, 'a whole number from 1 to 100');
  const timeoutMs = toMs(o.timeout ?? '30s', `timeout of ${what}`);
  requireOption(
    timeoutMs > 0 && timeoutMs <= 890_000,
    what,
    'timeout',
    o.timeout,
    'more than 0 and at most 890s (a Lambda ends at 15m)',
  );
  return {
    timing: {
      timeoutMs,
      batchSize: batch.size,
      windowMs,
      maxAttempts,
      backoffMs: toMs(o.retry?.backoff ?? '1s', `retry.backoff of ${what}`),
      ...(o.pace && {
        pace: {
          intervalMs: toMs(o.pace.minInterval, `pace.minInterval of ${what}`),
          onThrottle: o.pace.onThrottle ?? 'queue',
        },
      }),
    },
  };
}

function isSchema(value: unknown): boolean {
  return (typeof value === 'object' || typeof value === 'function') && value !== null && '~standard' in value;
}

/** Tells a reference to a tier from a schema. */
export function isTierRef(value: unknown): value is AnyTierRef {
  return typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'tier-ref';
}

function isShare(n: number): boolean {
  return Number.isFinite(n) && n >= 0 && n <= 1;
}
