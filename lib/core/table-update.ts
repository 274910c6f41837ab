import type { Json } from './json.ts';

/** One item of the flow table: flat attributes by name. */
export type Item = Readonly<Record<string, Json>>;

/** A condition on one attribute of the item as it stands before the update. */
export type Condition =
  | { readonly attribute: string; readonly is: 'absent' | 'present' }
  | { readonly attribute: string; readonly is: '=' | '<' | '<=' | '>' | '>='; readonly value: string | number }
  /** At least one holds. */
  | { readonly any: readonly Condition[] };

/** The condition that an attribute is not there yet, or compares as asked. */
export function absentOr(attribute: string, is: '=' | '<' | '<=' | '>' | '>=', value: string | number): Condition {
  return {
    any: [
      { attribute, is: 'absent' },
      { attribute, is, value },
    ],
  };
}

/**
 * One conditional write of one item, as data: every backend must do it atomically and return what it left behind.
 * It is what DynamoDB's `UpdateItem` can do in one call, and no more.
 */
export interface TableUpdate {
  readonly key: string;
  readonly set?: Item;
  /** Set unless the attribute is there already. */
  readonly setIfAbsent?: Item;
  /** Add to a number; an absent attribute counts as 0. */
  readonly add?: Readonly<Record<string, number>>;
  readonly remove?: readonly string[];
  /** All must hold, or nothing is written. */
  readonly when?: readonly Condition[];
}

/** The item after the update, or, where a condition failed, the item that stood in the way. */
export type UpdateResult =
  | { readonly applied: true; readonly item: Item }
  | { readonly applied: false; readonly item: Item | undefined };

/** The attribute that says when an item may be deleted, in whole seconds since the epoch: the table's TTL attribute. */
export const EXPIRES_AT = 'expiresAt';

/** Seconds since the epoch for an item that lives until `ms`. */
export function expiresAt(ms: number): number {
  return Math.ceil(ms / 1_000);
}

/** The item after `update`, or `undefined` when its conditions do not hold: the whole contract of a flow table, pure. */
export function applyUpdate(item: Item | undefined, update: TableUpdate): Item | undefined {
  if (!(update.when ?? []).every((condition) => holds(condition, item ?? {}))) return undefined;
  const next: Record<string, Json> = { ...item };
  for (const [name, value] of Object.entries(update.setIfAbsent ?? {})) {
    if (next[name] === undefined) next[name] = value;
  }
  Object.assign(next, update.set);
  for (const [name, value] of Object.entries(update.add ?? {})) next[name] = Number(next[name] ?? 0) + value;
  for (const name of update.remove ?? []) delete next[name];
  return next;
}

function holds(condition: Condition, item: Item): boolean {
  if ('any' in condition) return condition.any.some((one) => holds(one, item));
  const actual = item[condition.attribute];
  if (!('value' in condition)) return (actual === undefined) === (condition.is === 'absent');
  if (actual === undefined || typeof actual !== typeof condition.value) return false;
  return compare(actual as string | number, condition.is, condition.value);
}

function compare(a: string | number, is: '=' | '<' | '<=' | '>' | '>=', b: string | number): boolean {
  switch (is) {
    case '=':
      return a === b;
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
  }
}
