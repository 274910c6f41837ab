import type { ObjectStore } from '../ports/object-store.ts';

/** The embedded cloud's object store: it has no lifecycle rules of its own, so its runner asks for them. */
export interface LocalObjects extends ObjectStore {
  /** Deletes every object stored before `ms` since the epoch; returns how many. */
  deleteOlder(ms: number): Promise<number>;
}
