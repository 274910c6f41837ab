import type { Item } from './table-update.ts';

/** Which items of the flow table are to be listed, and what of them. */
export interface TableList {
  /** How their keys begin. */
  readonly prefix: string;
  /** The attributes wanted; of the others nothing is returned. */
  readonly attributes: readonly string[];
  /** Where the page before ended. */
  readonly after?: string;
}

/** An item with its key. */
export interface KeyedItem {
  readonly key: string;
  readonly item: Item;
}

/** One page of a list. It may be empty, and others follow all the same. */
export interface ListPage {
  readonly items: readonly KeyedItem[];
  /** Where the next page begins; nothing where this is the last one. */
  readonly next?: string;
  /** Read units that it is billed as, where it is. */
  readonly reads?: number;
}

/** Most items that one page looks at: what follows from one is bounded. */
export const LIST_PAGE = 1_000;

/** The next page of a list over keys that all lie in memory, in their order. */
export function nextKeys(keys: Iterable<string>, { prefix, after }: TableList): readonly string[] {
  const left: string[] = [];
  for (const key of keys) if (key.startsWith(prefix) && (after === undefined || key > after)) left.push(key);
  return left.sort().slice(0, LIST_PAGE);
}

/** A page of as many items as it may have is not known to be the last one. */
export function toPage(items: readonly KeyedItem[]): ListPage {
  return items.length < LIST_PAGE ? { items } : { items, next: items.at(-1)!.key };
}

/** What of an item was asked for. */
export function only(item: Item, attributes: readonly string[]): Item {
  return Object.fromEntries(attributes.flatMap((name) => (name in item ? [[name, item[name]!]] : [])));
}
