import { SluiceError } from '../core/errors.ts';
import type { Item } from '../core/table-update.ts';
import type { OutgoingMessage } from '../ports/queue.ts';

/** What SQS and DynamoDB take at most: an application that breaks a limit there must break it here. */
const MAX_BODY_BYTES = 2 ** 20;
const MAX_DELAY_MS = 900_000;
const MAX_ITEM_BYTES = 400 * 1_024;

/** Why a queue would not take a message. */
export function refusedMessage(queue: string, { body, delayMs = 0 }: OutgoingMessage): SluiceError | undefined {
  if (isAbove(body, MAX_BODY_BYTES)) return tooLarge(`a message for queue ${queue}`, MAX_BODY_BYTES);
  if (delayMs <= MAX_DELAY_MS) return undefined;
  return new SluiceError('queue-failed', `a message cannot be delayed by ${delayMs} ms`, {
    queue,
    fix: `A queue delays by at most ${MAX_DELAY_MS} ms; send it later.`,
    retry: 'never',
  });
}

/** Why the table would not take an item. */
export function refusedItem(key: string, item: Item): SluiceError | undefined {
  return isAbove(JSON.stringify(item), MAX_ITEM_BYTES) ? tooLarge(`the item ${key}`, MAX_ITEM_BYTES) : undefined;
}

// A UTF-16 unit is at most three bytes of UTF-8, so a short text need not be counted.
const isAbove = (text: string, bytes: number): boolean => text.length * 3 > bytes && Buffer.byteLength(text) > bytes;

function tooLarge(what: string, limit: number): SluiceError {
  return new SluiceError('message-too-large', `${what} is above ${limit} bytes`, {
    fix: 'Send large data as objects.',
    details: { limit },
    retry: 'never',
  });
}
