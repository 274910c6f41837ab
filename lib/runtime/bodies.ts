import { SluiceError } from '../core/errors.ts';
import type { ObjectReference } from '../core/object-reference.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { objectReader } from './objects.ts';
import { MAX_BODY_BYTES } from './outbox.ts';

/**
 * The text of a message, or of a half, that lies in the object store; only where sluice puts such texts, and only as much as
 * one may be.
 *
 * @throws SluiceError `message-too-large`, and what fetching an object throws
 */
export async function fetchBody(
  store: ObjectStore,
  reference: ObjectReference,
  under: readonly string[],
): Promise<string> {
  if (reference.size > MAX_BODY_BYTES) {
    throw new SluiceError(
      'message-too-large',
      `the message says it has ${reference.size} bytes; at most ${MAX_BODY_BYTES} are allowed`,
      { fix: 'Send the large part as an object: it is then fetched only where it is read.', retry: 'never' },
    );
  }
  return Buffer.from(await objectReader(store).fetch(reference, under)).toString();
}
