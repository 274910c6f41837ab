import { SluiceError } from '../core/errors.ts';
import type { ObjectReference } from '../core/object-reference.ts';

/** The bucket of the embedded object store. */
export const LOCAL_BUCKET = 'local';

/** What a reference to nothing ends in. */
export function objectMissing({ bucket, key }: ObjectReference, cause?: unknown): SluiceError {
  return new SluiceError('object-missing', `there is no object ${key} in bucket ${bucket}`, {
    fix: 'It was deleted, or never put: send the payload again.',
    cause,
    details: { bucket, key },
  });
}
