import type { Clock } from '../ports/clock.ts';

/** Without a reason of ours, each abort would make an error with a stack. */
const SETTLED = 'settled';

/** Waits for a promise no longer than `ms`; then `onTimeout` says what to reject with. The promise itself runs on. */
export async function withTimeout<T>(
  clock: Clock,
  promise: PromiseLike<T> | T,
  ms: number,
  onTimeout: () => Error,
): Promise<T> {
  const limit = timeLimit(clock, ms);
  try {
    return await limit.bound(promise, onTimeout);
  } finally {
    limit.end();
  }
}

/** One time limit for promises that are waited for side by side: a timer for each would cost more than most of them do. */
export interface TimeLimit {
  bound<T>(promise: PromiseLike<T> | T, onTimeout: () => Error): Promise<T>;
  /** All have settled. */
  end(): void;
}

/** A limit that begins now. */
export function timeLimit(clock: Clock, ms: number): TimeLimit {
  const done = new AbortController();
  const over = clock.sleep(ms, done.signal);
  return {
    bound: (promise, onTimeout) =>
      Promise.race([
        promise,
        over.then(() => {
          // Woken up because all have settled, nobody listens any more.
          if (!done.signal.aborted) throw onTimeout();
          return undefined as never;
        }),
      ]),
    end: () => done.abort(SETTLED),
  };
}
