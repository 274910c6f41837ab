import { LIST_PAGE, only, toPage } from '../core/table-list.ts';
import { applyUpdate, EXPIRES_AT, type Item, type UpdateResult } from '../core/table-update.ts';
import type { Clock } from '../ports/clock.ts';
import type { Database } from './database.ts';
import { groupCommit } from './group-commit.ts';
import { refuseTooLarge } from './item-size.ts';
import type { LocalTable } from './local-table.ts';

/** A flow table in a store. */
export function sqliteTable(database: Database, clock: Clock): LocalTable {
  const select = database.prepare('SELECT item FROM items WHERE key = ?');
  const upsert = database.prepare(`INSERT INTO items (key, item, expires_at) VALUES (?, ?, ?)
    ON CONFLICT (key) DO UPDATE SET item = excluded.item, expires_at = excluded.expires_at`);
  const following = database.prepare('SELECT key, item FROM items WHERE key >= ? AND key > ? ORDER BY key LIMIT ? + 0');
  const overdue = database.prepare('SELECT key, item FROM items WHERE expires_at <= ? ORDER BY expires_at LIMIT ? + 0');
  const remove = database.prepare('DELETE FROM items WHERE key = ?');
  const removeAsItWas = database.prepare('DELETE FROM items WHERE key = ? AND item = ?');
  const committed = groupCommit(database);
  const seconds = (): number => Math.floor(clock.now() / 1_000);

  function read(key: string): Item | undefined {
    const row = select.get(key) as { item: string } | undefined;
    return row && (JSON.parse(row.item) as Item);
  }
  function write(key: string, item: Item): void {
    const text = JSON.stringify(item);
    refuseTooLarge(key, text.length, () => text);
    const expires = item[EXPIRES_AT];
    upsert.run(key, text, typeof expires === 'number' ? expires : null);
  }
  return {
    update: (update) =>
      committed((): UpdateResult => {
        const before = read(update.key);
        const item = applyUpdate(before, update);
        if (!item) return { applied: false, item: before };
        write(update.key, item);
        return { applied: true, item };
      }),
    async get(key) {
      return database.read(() => read(key));
    },
    async list({ prefix, attributes, after = '' }) {
      const rows = database.read(() => following.all(prefix, after, LIST_PAGE)) as { key: string; item: string }[];
      // Keys that begin alike lie side by side.
      const own = rows.filter(({ key }) => key.startsWith(prefix));
      return toPage(own.map(({ key, item }) => ({ key, item: only(JSON.parse(item) as Item, attributes) })));
    },
    async expired(limit) {
      const rows = database.read(() => overdue.all(seconds(), limit)) as { key: string; item: string }[];
      return rows.map(({ key, item }) => ({ key, item: JSON.parse(item) as Item }));
    },
    async deleteExpired(expired) {
      database.transaction(() => {
        for (const { key, item } of expired) removeAsItWas.run(key, JSON.stringify(item));
      });
    },
    async delete(keys) {
      database.transaction(() => {
        for (const key of keys) remove.run(key);
      });
    },
  };
}
