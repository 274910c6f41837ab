import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Json } from '../core/json.ts';
import type { Item } from '../core/table-update.ts';

/** The table's partition key. */
export const KEY = 'key';

/** The one name of a map that holds JSON as text. */
const AS_TEXT = '$json';
/** Names that a map cannot have: DynamoDB takes no empty one, and objects on the way would take `__proto__` for a prototype. */
const NOT_NAMES = new Set(['', AS_TEXT, '__proto__']);
/** DynamoDB nests 32 levels; the item itself and the text of an escaped value are two of them. */
const MAX_DEPTH = 28;

/**
 * A JSON value as DynamoDB holds it. What DynamoDB cannot hold but JSON can (deep nesting, empty names, very large or
 * small numbers, half a surrogate pair) goes as text: a flow's data is the user's, and any JSON must come back as it was.
 */
export function toAttribute(value: Json): AttributeValue {
  return fits(value, MAX_DEPTH) ? native(value) : { M: { [AS_TEXT]: { S: JSON.stringify(value) } } };
}

function fits(value: Json, depth: number): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  // The range of DynamoDB's numbers; it keeps 38 digits, more than a double has.
  if (typeof value === 'number') return value === 0 || !(Math.abs(value) < 1e-130 || Math.abs(value) >= 1e126);
  if (typeof value !== 'object' || value === null) return true;
  if (depth === 0) return false;
  if (Array.isArray(value)) return value.every((inner) => fits(inner, depth - 1));
  return Object.entries(value).every(
    ([name, inner]) => !NOT_NAMES.has(name) && name.isWellFormed() && fits(inner, depth - 1),
  );
}

function native(value: Json): AttributeValue {
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number' && Number.isFinite(value)) return { N: String(value) };
  if (typeof value === 'boolean') return { BOOL: value };
  if (Array.isArray(value)) return { L: value.map(native) };
  if (typeof value !== 'object' || value === null) return { NULL: true };
  const M: Record<string, AttributeValue> = {};
  for (const [name, inner] of Object.entries(value)) if (inner !== undefined) M[name] = native(inner);
  return { M };
}

/** And back. */
export function fromAttribute(value: AttributeValue): Json {
  if (value.S !== undefined) return value.S;
  if (value.N !== undefined) return Number(value.N);
  if (value.BOOL !== undefined) return value.BOOL;
  if (value.L !== undefined) return value.L.map(fromAttribute);
  if (value.M === undefined) return null;
  const text = value.M[AS_TEXT]?.S;
  return text === undefined ? fromAttributes(value.M) : (JSON.parse(text) as Json);
}

/** An item without its key, which is no attribute of a flow's state. */
export function toItem(attributes: Readonly<Record<string, AttributeValue>>): Item {
  const { [KEY]: _key, ...rest } = attributes;
  return fromAttributes(rest);
}

function fromAttributes(attributes: Readonly<Record<string, AttributeValue>>): Item {
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, fromAttribute(value)]));
}
