/** What went wrong, as a stable kebab-case slug; each has a paragraph in `docs/errors.md`. */
export type ErrorCode =
  | 'option-unknown'
  | 'option-invalid'
  | 'name-invalid'
  | 'graph-unknown-upstream'
  | 'graph-cycle'
  | 'graph-duplicate-name'
  | 'graph-two-successors'
  | 'graph-nowhere-to-escalate'
  | 'graph-schema-mismatch'
  | 'graph-join-without-stream'
  | 'graph-destination'
  | 'graph-unknown-control'
  | 'graph-empty'
  | 'application-not-found'
  | 'file-invalid'
  | 'flow-id-invalid'
  | 'envelope-not-json'
  | 'envelope-version'
  | 'envelope-invalid'
  | 'message-too-large'
  | 'data-invalid'
  | 'signal-invalid'
  | 'prediction-invalid'
  | 'score-invalid'
  | 'gate-failed'
  | 'predict-failed'
  | 'predict-timeout'
  | 'load-failed'
  | 'worker-died'
  | 'destination-failed'
  | 'exhausted'
  | 'control-invalid'
  | 'control-missing'
  | 'state-invalid'
  | 'object-undeclared'
  | 'object-missing'
  | 'object-foreign'
  | 'object-corrupt'
  | 'object-too-large'
  | 'queue-unknown'
  | 'queue-failed'
  | 'table-failed'
  | 'object-failed'
  | 'log-failed'
  | 'log-unreadable'
  | 'receives-exhausted'
  | 'store-in-use'
  | 'store-corrupt'
  | 'store-full'
  | 'result-timeout'
  | 'flow-not-answered'
  | 'terminal'
  | 'retryable'
  | 'usage';

/** Where an error happened: whatever of it is known. */
export interface ErrorPlace {
  readonly application?: string;
  readonly tier?: string;
  readonly flow?: string;
  readonly file?: string;
  readonly queue?: string;
}

/** What {@link SluiceError} takes besides its code and message. */
export interface ErrorInfo extends ErrorPlace {
  /** What the reader should do now; printed after the message. */
  readonly fix?: string;
  readonly cause?: unknown;
  /** Machine-readable facts: sizes, limits, issues. */
  readonly details?: Readonly<Record<string, unknown>>;
  /**
   * `never`: the same input fails the same way, so it goes to the dead-letter queue at once. `always`: the fault is not the
   * flow's (a store is down), so it never goes there. Left out: retried up to the tier's `maxAttempts`.
   */
  readonly retry?: 'never' | 'always' | { readonly afterMs: number };
}

/**
 * Every error sluice raises: a `code` to branch on, a message that says what, where and what to do.
 *
 * @example
 * ```ts
 * import { isSluiceError, SluiceError } from 'sluice';
 *
 * const error: unknown = new SluiceError('object-missing', 'the photo is gone', { tier: 'small', fix: 'Send it again.' });
 * if (isSluiceError(error, 'object-missing')) console.log(error.place.tier); // small
 * ```
 */
export class SluiceError extends Error {
  readonly code: ErrorCode;
  /** The message without place and fix. */
  readonly problem: string;
  readonly place: ErrorPlace;
  readonly fix: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;
  readonly retry: ErrorInfo['retry'];

  constructor(code: ErrorCode, message: string, info: ErrorInfo = {}) {
    const { fix, cause, details = {}, retry, ...place } = info;
    super(withPlace(message, place, fix), cause === undefined ? undefined : { cause });
    this.name = 'SluiceError';
    this.code = code;
    this.problem = message;
    this.place = place;
    this.fix = fix;
    this.details = details;
    this.retry = retry;
  }
}

/**
 * Throw it from a task, a gate or a destination when trying again cannot help: the flow goes straight to the
 * dead-letter queue with your message as the reason.
 *
 * @example
 * ```ts
 * import { TerminalError } from 'sluice';
 *
 * const refuse = (type: string): never => {
 *   throw new TerminalError(`cannot read a ${type}`);
 * };
 * ```
 */
export class TerminalError extends SluiceError {
  constructor(message: string, info: Omit<ErrorInfo, 'retry'> = {}) {
    super('terminal', message, { ...info, retry: 'never' });
    this.name = 'TerminalError';
  }
}

/**
 * Throw it when trying again later can help; `afterMs` (milliseconds) overrides the tier's back-off.
 *
 * @example
 * ```ts
 * import { RetryableError } from 'sluice';
 *
 * const busy = new RetryableError('the model server is warming up', { afterMs: 2_000 });
 * console.log(busy.code); // retryable
 * ```
 */
export class RetryableError extends SluiceError {
  constructor(message: string, info: Omit<ErrorInfo, 'retry'> & { readonly afterMs?: number } = {}) {
    const { afterMs, ...rest } = info;
    super('retryable', message, afterMs === undefined ? rest : { ...rest, retry: { afterMs } });
    this.name = 'RetryableError';
  }
}

/**
 * Tells a sluice error by its `code`, not by `instanceof`: a bundle may hold two copies of the class.
 *
 * @example
 * ```ts
 * import { isSluiceError, TerminalError } from 'sluice';
 *
 * const error: unknown = new TerminalError('cannot read a tiff');
 * console.log(isSluiceError(error), isSluiceError(error, 'terminal'), isSluiceError(new Error('no'))); // true true false
 * ```
 */
export function isSluiceError(error: unknown, code?: ErrorCode): error is SluiceError {
  if (!(error instanceof Error) || !('code' in error) || !('place' in error)) return false;
  return code === undefined || error.code === code;
}

/** The same error, saying also where it happened; what it knew already stays. */
export function located(error: SluiceError, place: ErrorPlace): SluiceError {
  const { code, problem, fix, details, retry, cause } = error;
  return new SluiceError(code, problem, {
    ...place,
    ...error.place,
    details,
    ...(fix !== undefined && { fix }),
    ...(retry !== undefined && { retry }),
    ...(cause !== undefined && { cause }),
  });
}

/** The error's message, saying also where it happened; what it knew already stays. */
export function messageAt({ problem, place, fix }: SluiceError, where: ErrorPlace): string {
  return withPlace(problem, { ...where, ...place }, fix);
}

/** Any thrown value as an `Error` with a usable message. */
export function toError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  return new Error(typeof thrown === 'string' ? thrown : `a task threw ${String(thrown)}, which is not an Error`);
}

/** What {@link SluiceError} made a message of, for whoever names the place beside it. */
export function readMessage(message: string): { readonly problem: string; readonly fix: string | undefined } {
  const [problem = '', ...fix] = withoutPlace(message).split(BEFORE_FIX);
  return { problem, fix: fix.length > 0 ? fix.join(BEFORE_FIX) : undefined };
}

/** An error's message with its fix, and without where it happened. */
export const withoutPlace = (message: string): string =>
  message.replace(/ \((?:application|tier|flow) "[^\n]*"\)(?=\n|$)/, '');

const BEFORE_FIX = '\n  → ';

function withPlace(message: string, place: ErrorPlace, fix: string | undefined): string {
  const where = Object.entries(place)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key} ${JSON.stringify(value)}`)
    .join(', ');
  return `${message}${where ? ` (${where})` : ''}${fix ? `${BEFORE_FIX}${fix}` : ''}`;
}
