import { randomUUID } from 'node:crypto';
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';

/** Longer timers overflow to 1 ms in Node. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * The machine's clock.
 *
 * @example
 * ```ts
 * import { systemClock } from 'sluice/local';
 *
 * const before = systemClock.now();
 * await systemClock.sleep(5);
 * console.log(systemClock.now() > before); // true
 * ```
 */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, abort) =>
    new Promise((resolve) => {
      if (abort?.aborted) return resolve();
      const done = (): void => {
        clearTimeout(timer);
        abort?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, Math.min(ms, MAX_TIMER_MS));
      abort?.addEventListener('abort', done);
    }),
};

/**
 * The machine's randomness.
 *
 * @example
 * ```ts
 * import { systemRandom } from 'sluice/local';
 *
 * console.log(systemRandom.id().length); // 36
 * ```
 */
export const systemRandom: Random = { id: () => randomUUID() };
