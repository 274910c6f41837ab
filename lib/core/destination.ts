import type { Duration } from './duration.ts';
import { toMs } from './duration.ts';
import type { Awaitable } from './json.ts';
import { isCount, rejectUnknownKeys, requireName, requireOption } from './options.ts';
import type { Answer, AnyTierRef, TierRef } from './tier-types.ts';

/** Where the answers of an application go: `defineDestination` makes one. */
export interface Destination {
  readonly kind: 'destination';
  readonly name: string;
  readonly of: readonly string[];
  readonly handler: (answer: Answer) => Awaitable<void>;
  readonly timing: {
    readonly timeoutMs: number;
    readonly batchSize: number;
    readonly maxAttempts: number;
    readonly backoffMs: number;
    readonly windowMs: number;
  };
}

type AnswersOf<R extends readonly AnyTierRef[]> = R extends readonly [] ? Answer : AnswerOfRef<R[number]>;
type AnswerOfRef<R> = R extends TierRef<infer T> ? Answer<T['name'], T['output']> : never;

/**
 * Defines what happens to answers: a function on the answers queue, retried and dead-lettered like a tier. An answer may
 * come twice (always under the same `id`), so make the handler idempotent by `answer.id`.
 *
 * Name the tiers in `of` to have `answer.tier` narrow `answer.output`; answers of tiers not named arrive all the same.
 *
 * @throws SluiceError `name-invalid`, `option-unknown`, `option-invalid`
 * @example
 * ```ts
 * // functions/text/archive.ts
 * import { defineDestination } from 'sluice';
 *
 * export default defineDestination({
 *   name: 'archive',
 *   handler: (answer) => console.log(answer.flowId, answer.tier, answer.output),
 * });
 * ```
 */
export function defineDestination<const R extends readonly AnyTierRef[] = []>(options: {
  readonly name: string;
  readonly of?: R;
  readonly handler: (answer: AnswersOf<R>) => Awaitable<void>;
  readonly timeout?: Duration;
  readonly batch?: { readonly size: number };
  readonly retry?: { readonly maxAttempts?: number; readonly backoff?: Duration };
}): Destination {
  requireName(options.name, 'A destination');
  const what = `destination "${options.name}"`;
  rejectUnknownKeys(options, ['name', 'of', 'handler', 'timeout', 'batch', 'retry'], what);
  requireOption(typeof options.handler === 'function', what, 'handler', options.handler, 'a function');
  const batchSize = options.batch?.size ?? 10;
  rejectUnknownKeys(options.batch ?? {}, ['size'], `batch of ${what}`);
  requireOption(isCount(batchSize, 1, 10_000), what, 'batch.size', batchSize, 'a whole number from 1 to 10,000');
  const maxAttempts = options.retry?.maxAttempts ?? 5;
  rejectUnknownKeys(options.retry ?? {}, ['maxAttempts', 'backoff'], `retry of ${what}`);
  requireOption(isCount(maxAttempts, 1, 100), what, 'retry.maxAttempts', maxAttempts, 'a whole number from 1 to 100');
  return {
    kind: 'destination',
    name: options.name,
    of: (options.of ?? []).map((ref) => ref.name),
    handler: options.handler as Destination['handler'],
    timing: {
      timeoutMs: toMs(options.timeout ?? '30s', `timeout of ${what}`),
      batchSize,
      windowMs: 0,
      maxAttempts,
      backoffMs: toMs(options.retry?.backoff ?? '1s', `retry.backoff of ${what}`),
    },
  };
}
