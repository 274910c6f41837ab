import { SluiceError } from '../core/errors.ts';
import { applyUpdate, EXPIRES_AT, type Item } from '../core/table-update.ts';
import type { Clock } from '../ports/clock.ts';
import type { FlowTable } from '../ports/flow-table.ts';
import type { Database } from './database.ts';

/** An item whose time is over. */
export interface ExpiredItem {
  readonly key: string;
  readonly item: Item;
}

/** The flow table, with its TTL in two halves: what must be done about an item is done before it is deleted. */
export interface LocalTable extends FlowTable {
  /** Up to `limit` items whose `expiresAt` has passed, the oldest first; they stay until deleted. */
  expired(limit: number): Promise<readonly ExpiredItem[]>;
  /** Deletes those of the items that are still expired: one that was renewed meanwhile stays. */
  deleteExpired(keys: readonly string[]): Promise<void>;
  /** Deletes items. */
  delete(keys: readonly string[]): Promise<void>;
}

/** DynamoDB's limit of an item. */
const MAX_ITEM_BYTES = 400 * 1_024;

/** A flow table in a store. */
export function sqliteTable(database: Database, clock: Clock): LocalTable {
  const select = database.prepare('SELECT item FROM items WHERE key = ?');
  const upsert = database.prepare(`INSERT INTO items (key, item, expires_at) VALUES (?, ?, ?)
    ON CONFLICT (key) DO UPDATE SET item = excluded.item, expires_at = excluded.expires_at`);
  const overdue = database.prepare('SELECT key, item FROM items WHERE expires_at <= ? ORDER BY expires_at LIMIT ? + 0');
  const remove = database.prepare('DELETE FROM items WHERE key = ?');
  const removeOverdue = database.prepare('DELETE FROM items WHERE key = ? AND expires_at <= ?');
  const seconds = (): number => Math.floor(clock.now() / 1_000);

  function read(key: string): Item | undefined {
    const row = select.get(key) as { item: string } | undefined;
    return row && (JSON.parse(row.item) as Item);
  }
  function write(key: string, item: Item): void {
    const text = JSON.stringify(item);
    const bytes = text.length * 3 > MAX_ITEM_BYTES ? Buffer.byteLength(text) : 0;
    if (bytes > MAX_ITEM_BYTES) throw tooLarge(key, bytes);
    const expires = item[EXPIRES_AT];
    upsert.run(key, text, typeof expires === 'number' ? expires : null);
  }
  return {
    async update(update) {
      return database.transaction(() => {
        const before = read(update.key);
        const item = applyUpdate(before, update);
        if (!item) return { applied: false, item: before };
        write(update.key, item);
        return { applied: true, item };
      });
    },
    async get(key) {
      return database.read(() => read(key));
    },
    async expired(limit) {
      const rows = database.read(() => overdue.all(seconds(), limit)) as { key: string; item: string }[];
      return rows.map(({ key, item }) => ({ key, item: JSON.parse(item) as Item }));
    },
    async deleteExpired(keys) {
      const now = seconds();
      database.transaction(() => {
        for (const key of keys) removeOverdue.run(key, now);
      });
    },
    async delete(keys) {
      database.transaction(() => {
        for (const key of keys) remove.run(key);
      });
    },
  };
}

function tooLarge(key: string, bytes: number): SluiceError {
  return new SluiceError('message-too-large', `the item ${key} would have ${bytes} bytes in the flow table`, {
    fix: `An item holds at most ${MAX_ITEM_BYTES} bytes: send large data as objects.`,
    details: { key, bytes, limit: MAX_ITEM_BYTES },
    retry: 'never',
  });
}
