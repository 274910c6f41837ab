import type { ControlValues } from './control/decide-with.ts';
import type { ControlRefs } from './control/types.ts';
import type { Gate } from './drop.ts';
import { toMs } from './duration.ts';
import { SluiceError } from './errors.ts';
import type { Awaitable } from './json.ts';
import type { ObjectSpecs } from './object-reference.ts';
import { rejectUnknownKeys, requireOption } from './options.ts';
import type { Schema } from './schema.ts';
import type { StateDefinition } from './state/types.ts';
import type { Join, Stream } from './stream.ts';
import type { Input, LoadContext, PredictContext, TierTypes } from './tier-types.ts';

/** Every option `defineTier` knows. */
export const TIER_KEYS: readonly string[] = [
  'name',
  'input',
  'output',
  'signal',
  'join',
  'objects',
  'produces',
  'load',
  'accept',
  'predict',
  'predictBatch',
  'controls',
  'decideWith',
  'state',
  'reevaluateOnControl',
  'satisfied',
  'exhausted',
  'gates',
  'version',
  'timeout',
  'memory',
  'batch',
  'maxConcurrency',
  'workers',
  'delivery',
  'pace',
  'retry',
  'audit',
  'capture',
  'fairBy',
  'retired',
]; // prettier-ignore

/** The times and counts of a tier, in milliseconds, defaults filled in. */
export interface Timing {
  readonly timeoutMs: number;
  readonly batchSize: number;
  readonly windowMs: number;
  readonly maxAttempts: number;
  readonly backoffMs: number;
  readonly pace?: { readonly intervalMs: number; readonly onThrottle: 'queue' | 'latest' | 'drop' };
}

/** How a tier joins, in milliseconds, defaults filled in. */
export interface JoinPlan {
  readonly stream: Stream;
  readonly maxTimeDiffMs: number;
  readonly ttlMs: number;
  readonly signals: 'first' | 'latest';
}

type Context = PredictContext<TierTypes, unknown>;

/** A tier with its types erased: what the graph, the step and the runtime read. */
export interface TierDefinition {
  readonly kind: 'tier';
  readonly name: string;
  readonly input: Input;
  readonly output: Schema;
  readonly signal?: Schema;
  readonly joins?: JoinPlan;
  readonly objects?: ObjectSpecs;
  readonly produces?: ObjectSpecs;
  readonly load?: (context: LoadContext) => Awaitable<unknown>;
  readonly accept?: (model: unknown) => Awaitable<boolean>;
  readonly controls?: ControlRefs;
  readonly decideWith?: Readonly<Record<string, (x: { readonly data: unknown }) => string>>;
  readonly state?: StateDefinition;
  readonly reevaluateOnControl?: boolean;
  readonly predict?: (context: Context) => Awaitable<unknown>;
  readonly predictBatch?: (contexts: readonly Context[]) => Awaitable<readonly unknown[]>;
  readonly satisfied?: {
    readonly score: (x: {
      readonly data: unknown;
      readonly signal: unknown;
      readonly output: unknown;
      readonly controls: ControlValues;
    }) => number;
    readonly atLeast: number;
  };
  readonly exhausted?: 'accept' | 'deadLetter';
  readonly gates?: {
    readonly data?: Gate<unknown>;
    readonly signal?: Gate<unknown>;
    readonly destination?: Gate<unknown>;
    readonly escalate?: Gate<unknown>;
  };
  readonly version?: string;
  readonly memory?: number;
  readonly maxConcurrency?: number;
  readonly workers?: number;
  readonly delivery?: 'at-least-once' | 'once';
  readonly audit?: number;
  readonly capture?: number;
  readonly fairBy?: (x: { readonly data: unknown }) => string;
  readonly retired?: boolean;
  readonly timing: Timing;
}

/** Checks the join options and puts them in milliseconds. */
export function checkJoin(join: Join | undefined, isFirst: boolean, what: string): Pick<TierDefinition, 'joins'> {
  if (!join) return {};
  rejectUnknownKeys(join, ['data', 'maxTimeDiff', 'ttl', 'signals'], `join of ${what}`);
  if (isFirst) {
    throw new SluiceError(
      'graph-join-without-stream',
      `${what} joins, and its input is a schema, so no signal can ever arrive`,
      {
        fix: "Set input to tier<typeof import('./before.ts')>('before'), or leave join out.",
      },
    );
  }
  if (join.data?.kind !== 'stream') {
    throw new SluiceError('graph-join-without-stream', `${what} joins without a second stream`, {
      fix: "Give join.data a stream: join: { data: stream('photos', Photo) }.",
    });
  }
  requireOption(
    [undefined, 'first', 'latest'].includes(join.signals),
    what,
    'join.signals',
    join.signals,
    "'first' or 'latest'",
  );
  const ttlMs = toMs(join.ttl ?? '1h', `join.ttl of ${what}`);
  requireOption(ttlMs > 0, what, 'join.ttl', join.ttl, 'more than 0: a half that does not wait meets none');
  return {
    joins: {
      stream: join.data,
      maxTimeDiffMs:
        join.maxTimeDiff === undefined
          ? Number.POSITIVE_INFINITY
          : toMs(join.maxTimeDiff, `join.maxTimeDiff of ${what}`),
      ttlMs,
      signals: join.signals ?? 'first',
    },
  };
}
