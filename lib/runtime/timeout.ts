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
  const done = new AbortController();
  const timeout = clock.sleep(ms, done.signal).then(() => {
    // Woken up because the promise has settled, nobody listens any more.
    if (!done.signal.aborted) throw onTimeout();
    return undefined as never;
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    done.abort(SETTLED);
  }
}
