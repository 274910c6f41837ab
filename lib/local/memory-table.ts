import type { Json } from '../core/json.ts';
import { nextKeys, only, toPage } from '../core/table-list.ts';
import { applyUpdate, EXPIRES_AT, type Item } from '../core/table-update.ts';
import type { Clock } from '../ports/clock.ts';
import { refuseTooLarge } from './item-size.ts';
import type { ExpiredItem, LocalTable } from './local-table.ts';

/** An attribute as it is kept: a list or a map as text, so that whoever reads it gets one of their own, as from any table. */
type Kept = string | number | boolean | null | { readonly json: string };
type KeptItem = Readonly<Record<string, Kept>>;

/** More than a number has, or the quotes around a name and a text. */
const AROUND_CHARS = 30;

/** A flow table in memory: what it keeps of text is neither written nor read anew, as a database would have to. */
export function memoryTable(clock: Clock): LocalTable {
  const items = new Map<string, KeptItem>();
  /** No item expires before. */
  let earliest = Number.POSITIVE_INFINITY;
  const seconds = (): number => Math.floor(clock.now() / 1_000);

  function read(key: string): Item | undefined {
    const kept = items.get(key);
    return kept && toItem(kept);
  }
  function overdue(now: number): ExpiredItem[] {
    if (now < earliest) return [];
    const due: ExpiredItem[] = [];
    earliest = Number.POSITIVE_INFINITY;
    for (const [key, kept] of items) {
      earliest = Math.min(earliest, expiryOf(kept));
      if (expiryOf(kept) <= now) due.push({ key, item: toItem(kept) });
    }
    return due.sort((a, b) => expiryOf(a.item) - expiryOf(b.item));
  }
  return {
    async update(update) {
      const before = read(update.key);
      const item = applyUpdate(before, update);
      if (!item) return { applied: false, item: before };
      const kept = toKept(item);
      refuseTooLarge(update.key, charsOf(kept), () => JSON.stringify(item));
      items.set(update.key, kept);
      earliest = Math.min(earliest, expiryOf(kept));
      return { applied: true, item };
    },
    get: async (key) => read(key),
    list: async (list) =>
      toPage(nextKeys(items.keys(), list).map((key) => ({ key, item: only(read(key)!, list.attributes) }))),
    expired: async (limit) => overdue(seconds()).slice(0, limit),
    async deleteExpired(expired) {
      for (const { key, item } of expired) {
        if (JSON.stringify(read(key)) === JSON.stringify(item)) items.delete(key);
      }
    },
    async delete(keys) {
      for (const key of keys) items.delete(key);
    },
  };
}

function expiryOf(item: Item | KeptItem): number {
  const at = item[EXPIRES_AT];
  return typeof at === 'number' ? at : Number.POSITIVE_INFINITY;
}

function toKept(item: Item): KeptItem {
  const kept: Record<string, Kept> = {};
  for (const name of Object.keys(item)) {
    const value = keptValue(item[name]);
    if (value !== undefined) kept[name] = value;
  }
  return kept;
}

/** What JSON makes of a value: nothing of `undefined`, null of what is no number, and 0 of -0. */
function keptValue(value: Json | undefined): Kept | undefined {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value + 0 : null;
  const json = JSON.stringify(value) as string | undefined;
  return json === undefined ? undefined : { json };
}

function toItem(kept: KeptItem): Item {
  const item: Record<string, Json> = {};
  for (const name of Object.keys(kept)) {
    const value = kept[name]!;
    item[name] = isText(value) ? (JSON.parse(value.json) as Json) : value;
  }
  return item;
}

function isText(value: Kept): value is { readonly json: string } {
  return typeof value === 'object' && value !== null;
}

/** At least as many characters as a sixth of the bytes its JSON has. */
function charsOf(kept: KeptItem): number {
  let chars = 0;
  for (const name of Object.keys(kept)) {
    const value = kept[name]!;
    const text = isText(value) ? value.json : typeof value === 'string' ? value : '';
    chars += name.length + text.length + AROUND_CHARS;
  }
  return chars;
}
