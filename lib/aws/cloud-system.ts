import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';

/** The machine's clock. */
export const clock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) => setTimeout(ms, undefined, signal && { signal }).catch(() => undefined),
};

/** The machine's randomness. */
export const random: Random = { id: () => randomUUID() };
