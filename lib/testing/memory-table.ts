import type { Json } from '../core/json.ts';
import { type ListPage, nextKeys, only, type TableList, toPage } from '../core/table-list.ts';
import { applyUpdate, EXPIRES_AT, type Item, type TableUpdate, type UpdateResult } from '../core/table-update.ts';
import { refusedItem } from './limits.ts';

/** The flow table in memory; every act is done at once. */
export interface MemoryTable {
  readonly items: ReadonlyMap<string, Item>;
  update(update: TableUpdate): UpdateResult;
  list(list: TableList): ListPage;
  /** Items whose time is over at `now`, ms since the epoch. */
  expired(now: number): readonly { readonly key: string; readonly item: Item }[];
  /** Deletes an item if it still is as it was. */
  deleteExpired(key: string, was: Item): boolean;
  /** When the next item expires, ms since the epoch. */
  nextExpiry(): number | undefined;
  /** Items that hold a half which waits for the other, or both. */
  halves(): number;
}

export function memoryTable(onWrite: () => void): MemoryTable {
  const items = new Map<string, Item>();
  let halves = 0;
  const isOver = (item: Item, now: number): boolean => expiryOf(item) <= Math.floor(now / 1_000);
  const put = (key: string, item: Item | undefined): void => {
    halves += (item && holdsHalf(item) ? 1 : 0) - (holdsHalf(items.get(key) ?? {}) ? 1 : 0);
    if (item) items.set(key, item);
    else items.delete(key);
  };
  return {
    items,
    update(update) {
      const before = items.get(update.key);
      const item = applyUpdate(before, asStored(update));
      if (!item) return { applied: false, item: before };
      const refused = refusedItem(update.key, item);
      if (refused) throw refused;
      put(update.key, item);
      onWrite();
      return { applied: true, item };
    },
    list: (list) =>
      toPage(nextKeys(items.keys(), list).map((key) => ({ key, item: only(items.get(key)!, list.attributes) }))),
    expired: (now) => [...items].filter(([, item]) => isOver(item, now)).map(([key, item]) => ({ key, item })),
    deleteExpired(key, was) {
      if (items.get(key) !== was) return false;
      put(key, undefined);
      return true;
    },
    nextExpiry() {
      let least = Number.POSITIVE_INFINITY;
      for (const item of items.values()) least = Math.min(least, expiryOf(item));
      return Number.isFinite(least) ? least * 1_000 : undefined;
    },
    halves: () => halves,
  };
}

const expiryOf = (item: Item): number => {
  const at = item[EXPIRES_AT];
  return typeof at === 'number' ? at : Number.POSITIVE_INFINITY;
};

/** Whether an item holds a half that is still waited with; beside a done-mark, a half is a duplicate. */
export const holdsHalf = (item: Item): boolean =>
  item.done === undefined && (item.data !== undefined || item.signal !== undefined);

/** A table holds JSON: what does not survive it must not survive here either. */
function asStored(update: TableUpdate): TableUpdate {
  const { set, setIfAbsent } = update;
  return {
    ...update,
    ...(set && { set: throughJson(set) }),
    ...(setIfAbsent && { setIfAbsent: throughJson(setIfAbsent) }),
  };
}

function throughJson(item: Item): Item {
  const stored: Record<string, Json> = {};
  for (const [name, value] of Object.entries(item)) {
    stored[name] = typeof value === 'object' ? (JSON.parse(JSON.stringify(value)) as Json) : value;
  }
  return stored;
}
