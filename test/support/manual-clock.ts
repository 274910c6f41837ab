import { setTimeout } from 'node:timers/promises';
import type { Clock } from '../../lib/ports/clock.ts';

const PATIENCE_MS = 50;

/** A clock that only moves when told to; sleeping on it moves it. */
export interface ManualClock extends Clock {
  advance(ms: number): void;
}

export function manualClock(start = Date.UTC(2026, 0, 1)): ManualClock {
  let now = start;
  return {
    now: () => now,
    async sleep(ms, abort) {
      // What may cut the wait short has a while of real time for it: a time limit is not over before its task has begun.
      if (abort) await setTimeout(Math.min(ms, PATIENCE_MS), undefined, { signal: abort }).catch(() => undefined);
      if (!abort?.aborted) now += ms;
    },
    advance(ms) {
      now += ms;
    },
  };
}
