import { checkControls } from './control/check.ts';
import { type Duration, toMs } from './duration.ts';
import { SluiceError } from './errors.ts';
import { isCount, rejectUnknownKeys, requireFunctions, requireOption } from './options.ts';
import { isSchema } from './schema.ts';
import { checkState } from './state/check.ts';
import { checkObjects, type Join } from './stream.ts';
import { checkJoin, TIER_KEYS, type TierDefinition } from './tier-definition.ts';
import { isTierRef } from './tier-types.ts';

/** Tier options once their types no longer matter. */
export type TierOptionsErased = Omit<TierDefinition, 'kind'> & {
  readonly timeout?: Duration;
  readonly batch?: { readonly size: number; readonly window?: Duration };
  readonly pace?: { readonly minInterval: Duration; readonly onThrottle?: 'queue' | 'latest' | 'drop' };
  readonly retry?: { readonly maxAttempts?: number; readonly backoff?: Duration };
  readonly join?: Join;
};

/** Checks the options of a tier and fills in what they leave out. */
export function normalise(o: TierOptionsErased): TierDefinition {
  const what = `tier "${o.name}"`;
  const isFirst = !isTierRef(o.input);
  rejectUnknownKeys(o, TIER_KEYS, what);
  checkFunctions(o, what);
  checkInAndOut(o, isFirst, what);
  checkVerdicts(o, what);
  checkPlain(o, what);
  return { kind: 'tier', ...o, ...times(o, what), ...checkJoin(o.join, isFirst, what) } as TierDefinition;
}

function checkFunctions(o: TierOptionsErased, what: string): void {
  if (!o.predict && !o.predictBatch) {
    throw new SluiceError('option-invalid', `${what} has neither predict nor predictBatch`, {
      fix: 'Give it a predict function.',
    });
  }
  requireFunctions(o, ['predict', 'predictBatch', 'load', 'accept', 'fairBy'], what);
  requireOption(
    !(o.predict && o.predictBatch),
    what,
    'predictBatch',
    o.predictBatch,
    'left out where predict is given',
  );
}

/** What it reads and what it puts out. */
function checkInAndOut(o: TierOptionsErased, isFirst: boolean, what: string): void {
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
  checkControls(o.controls, what);
  checkState(o.state, what);
}

/** Where its predictions go. */
function checkVerdicts(o: TierOptionsErased, what: string): void {
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
}

/** Words and numbers that stand alone. */
function checkPlain(o: TierOptionsErased, what: string): void {
  requireOption([undefined, true, false].includes(o.retired), what, 'retired', o.retired, 'true, or left out');
  const version = o.version === undefined || (typeof o.version === 'string' && o.version !== '');
  requireOption(version, what, 'version', o.version, 'a text');
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

function isShare(n: number): boolean {
  return Number.isFinite(n) && n >= 0 && n <= 1;
}
