import type { Item } from '../core/table-update.ts';
import type { FlowTable } from '../ports/flow-table.ts';

/** An item whose time is over. */
export interface ExpiredItem {
  readonly key: string;
  readonly item: Item;
}

/** The flow table, with its TTL in two halves: what must be done about an item is done before it is deleted. */
export interface LocalTable extends FlowTable {
  /** Up to `limit` items whose `expiresAt` has passed, the oldest first; they stay until deleted. */
  expired(limit: number): Promise<readonly ExpiredItem[]>;
  /** Deletes those of the items that still are as they were: one that was written meanwhile stays, and is expired anew. */
  deleteExpired(items: readonly ExpiredItem[]): Promise<void>;
  /** Deletes items. */
  delete(keys: readonly string[]): Promise<void>;
}
