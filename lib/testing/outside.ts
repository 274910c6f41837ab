import type { Process } from './process.ts';

/** A promise of the user's own code, and how many of its port calls the simulation has yet to answer. */
export interface Pending {
  readonly process: Process;
  calls: number;
  hung: boolean;
}

/** The user's promises that wait for something the simulation knows nothing of: a file, a timer, a network. */
export interface Outside {
  /** Follows a promise until it settles. */
  follow<T>(promise: Promise<T>, pending: Pending): Promise<T>;
  begin(process: Process): Pending;
  /** Whether any promise is followed. */
  any(): boolean;
  /** Holds virtual time, in real time, while a promise waits for the outside. */
  wait(): Promise<void>;
}

/** A promise that takes longer than this in real time never ends, as far as the simulation is concerned. */
const PATIENCE_MS = 1_000;

/** Runs what is ready to run: every promise that can go on without time passing. */
export const quiet = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve));

export function createOutside(): Outside {
  const all = new Set<Pending>();
  let onMove: (() => void) | undefined;
  const waits = (pending: Pending): boolean => pending.calls === 0 && !pending.hung && pending.process.alive();

  return {
    any: () => all.size > 0,
    begin: (owner) => ({ process: owner, calls: 0, hung: false }),
    follow(promise, pending) {
      all.add(pending);
      const settled = (): void => {
        all.delete(pending);
        onMove?.();
      };
      promise.then(settled, settled);
      return promise;
    },
    async wait() {
      let waiting = [...all].filter(waits);
      const until = performance.now() + PATIENCE_MS;
      while (waiting.length > 0) {
        if (performance.now() >= until) {
          for (const pending of waiting) pending.hung = true;
          return;
        }
        await moved(until - performance.now(), (listener) => (onMove = listener));
        await quiet();
        waiting = [...all].filter(waits);
      }
    },
  };
}

async function moved(ms: number, listen: (listener: (() => void) | undefined) => void): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, Math.min(ms, 20));
  listen(resolve);
  await promise;
  clearTimeout(timer);
  listen(undefined);
}
