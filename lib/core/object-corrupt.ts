import { SluiceError } from './errors.ts';
import type { ObjectReference } from './object-reference.ts';

/** An object that is not what its reference promised. */
export function objectCorrupt({ bucket, key }: ObjectReference, found: string): SluiceError {
  return new SluiceError('object-corrupt', `the object ${bucket}/${key} ${found}`, {
    fix: 'It was changed after it was sent: send the flow again; never write over a sent object.',
    details: { bucket, key },
    retry: 'never',
  });
}

/** The same where more lies there than was promised; whoever reads stops at this, so that no lie about a size fills a memory. */
export function objectLarger(reference: ObjectReference, bytes: number): SluiceError {
  return objectCorrupt(reference, `has ${bytes} bytes instead of ${reference.size}`);
}
