import type { Json } from './json.ts';
import type { Item } from './table-update.ts';

/**
 * What AWS bills for work, in the units it bills by (pricing pages of Lambda, SQS, DynamoDB and S3): a record of the decision log
 * carries an even share of its batch's, so that sums over records are exact. What is left out is zero.
 */
export interface Billed {
  /** Invocations of the tier's function. */
  readonly invocations?: number;
  /** Milliseconds the function ran; only where it is a function: elsewhere other work shares the time. */
  readonly ms?: number;
  /** SQS requests of 64 KiB: receives, sends, changes of visibility and deletes, up to ten messages in each. */
  readonly requests?: number;
  /** DynamoDB write units of 1 KiB. */
  readonly writes?: number;
  /** DynamoDB read units of 4 KiB, strongly consistent. */
  readonly reads?: number;
  /** S3 requests that write. */
  readonly puts?: number;
  /** S3 requests that read. Deletes are free. */
  readonly gets?: number;
}

const REQUEST_BYTES = 64 * 1_024;
const MESSAGES_PER_REQUEST = 10;
const BATCH_BYTES = 1_048_576;
const WRITE_BYTES = 1_024;
const READ_BYTES = 4 * 1_024;

/** SQS requests that it takes to send or receive bodies of these sizes together. */
export function requestsFor(sizes: readonly number[]): number {
  let requests = 0;
  let entries = 0;
  let bytes = 0;
  const close = (): void => {
    if (entries > 0) requests += Math.max(1, Math.ceil(bytes / REQUEST_BYTES));
    entries = 0;
    bytes = 0;
  };
  for (const size of sizes) {
    if (entries === MESSAGES_PER_REQUEST || bytes + size > BATCH_BYTES) close();
    entries += 1;
    bytes += size;
  }
  close();
  return requests;
}

/** SQS requests that it takes to delete or hide so many messages. */
export const requestsForReceipts = (count: number): number => Math.ceil(count / MESSAGES_PER_REQUEST);

/** Write units of an item as it was left; a refused condition is billed like a write. */
export const writeUnits = (key: string, item: Item | undefined): number => units(key, item, WRITE_BYTES);

/** Read units of an item, or of its absence. */
export const readUnits = (key: string, item: Item | undefined): number => units(key, item, READ_BYTES);

function units(key: string, item: Item | undefined, bytes: number): number {
  return Math.max(1, Math.ceil((key.length + 3 + (item === undefined ? 0 : sizeOf(item))) / bytes));
}

/** About the bytes DynamoDB counts: names, text by its length, numbers as 8, and 3 for each list or map with 1 for each entry. */
function sizeOf(value: Json): number {
  if (typeof value === 'string') return value.length;
  if (typeof value === 'number') return 8;
  if (typeof value !== 'object' || value === null) return 1;
  let size = 3;
  if (Array.isArray(value)) for (const entry of value as readonly Json[]) size += 1 + sizeOf(entry);
  else
    for (const name in value) size += 1 + name.length + sizeOf((value as Readonly<Record<string, Json>>)[name] ?? null);
  return size;
}
