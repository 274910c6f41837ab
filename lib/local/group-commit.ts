import { isSluiceError, type SluiceError } from '../core/errors.ts';
import type { Database } from './database.ts';

/** Work in a transaction that is shared: a `SluiceError` must come before its first write, and fails this work alone. */
export type GroupCommit = <T>(work: () => T) => Promise<T>;

/** One piece of work, and who waits for it. */
interface Waiting {
  run(): void;
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * Runs all work that is asked for within one turn of the event loop in one transaction: a batch of a tier writes many items
 * at a time, and each commit costs as much as several writes.
 */
export function groupCommit(database: Database): GroupCommit {
  let group: Waiting[] = [];

  function commit(): void {
    const together = group;
    group = [];
    try {
      database.transaction(() => {
        for (const { run } of together) run();
      });
      for (const { resolve } of together) resolve();
    } catch (error) {
      for (const { reject } of together) reject(error);
    }
  }
  return <T>(work: () => T) =>
    new Promise<T>((resolve, reject) => {
      let result: { readonly value: T } | { readonly refused: SluiceError };
      const first = group.length === 0;
      group.push({
        run() {
          try {
            result = { value: work() };
          } catch (error) {
            if (!isSluiceError(error)) throw error;
            result = { refused: error };
          }
        },
        resolve: () => ('value' in result ? resolve(result.value) : reject(result.refused)),
        reject,
      });
      if (first) queueMicrotask(commit);
    });
}
