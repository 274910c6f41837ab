import { setImmediate } from 'node:timers/promises';

/** Worlds run on promises alone: signals, timers and whatever else the process does wait for a pause, no longer than this. */
const MOST_MS = 20;

/** Pauses now and then, so that the rest of the process is heard. */
export function createBreath(): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < MOST_MS) return;
    await setImmediate();
    last = performance.now();
  };
}
