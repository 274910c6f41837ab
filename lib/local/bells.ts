import type { Clock } from '../ports/clock.ts';
import type { Database } from './database.ts';

/** Wakes receivers that wait for a message. */
export interface Bells {
  ring(queue: string): void;
  /** Waits until the queue's bell, another process' write, the abort, or `ms` have passed. */
  wait(queue: string, ms: number, seen: number, abort: AbortSignal | undefined): Promise<void>;
  /** Wakes every receiver for good. */
  close(): void;
  readonly closed: boolean;
}

/** How soon a runner sees what another process sent. */
const FOREIGN_POLL_MS = 50;

/** Without a reason of ours, each abort would make an error with a stack. */
const RUNG = 'rung';

/** The bells of a store; `durable` ones also look out for other processes. */
export function bells(database: Database, clock: Clock, durable: boolean): Bells {
  const waiting = new Map<string, Set<() => void>>();
  let closed = false;

  async function sleep(ms: number, seen: number, signal: AbortSignal): Promise<void> {
    if (!durable) return clock.sleep(ms, signal);
    const end = clock.now() + ms;
    for (let left = ms; left > 0 && !signal.aborted; left = end - clock.now()) {
      await clock.sleep(Math.min(left, FOREIGN_POLL_MS), signal);
      if (closed || database.foreignVersion() !== seen) return;
    }
  }
  return {
    get closed() {
      return closed;
    },
    ring(queue) {
      for (const wake of waiting.get(queue) ?? []) wake();
    },
    async wait(queue, ms, seen, abort) {
      const controller = new AbortController();
      const wake = (): void => controller.abort(RUNG);
      const woken = waiting.get(queue) ?? new Set();
      waiting.set(queue, woken.add(wake));
      abort?.addEventListener('abort', wake);
      try {
        await sleep(ms, seen, controller.signal);
      } finally {
        abort?.removeEventListener('abort', wake);
        woken.delete(wake);
      }
    },
    close() {
      closed = true;
      for (const woken of waiting.values()) for (const wake of woken) wake();
    },
  };
}
