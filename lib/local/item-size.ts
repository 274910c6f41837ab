import { SluiceError } from '../core/errors.ts';

/** DynamoDB's limit of an item. */
const MAX_ITEM_BYTES = 400 * 1_024;
/** No character takes more in JSON, escaped or not. */
const MOST_BYTES_A_CHAR = 6;

/** Refuses an item that DynamoDB would refuse; its JSON is measured only where it may be. @throws SluiceError `message-too-large` */
export function refuseTooLarge(key: string, chars: number, toJson: () => string): void {
  if (chars * MOST_BYTES_A_CHAR <= MAX_ITEM_BYTES) return;
  const bytes = Buffer.byteLength(toJson());
  if (bytes <= MAX_ITEM_BYTES) return;
  throw new SluiceError('message-too-large', `the item ${key} would have ${bytes} bytes in the flow table`, {
    fix: `An item holds at most ${MAX_ITEM_BYTES} bytes: send large data as objects.`,
    details: { key, bytes, limit: MAX_ITEM_BYTES },
    retry: 'never',
  });
}
