import { SluiceError } from '../core/errors.ts';
import { sha256 } from '../core/identity.ts';
import { objectLarger } from '../core/object-corrupt.ts';
import type { ObjectReference } from '../core/object-reference.ts';

/** The bucket of a simulation. */
export const BUCKET = 'simulated';

/** An object and what was done with it. */
export interface StoredObject {
  readonly key: string;
  readonly size: number;
  /** Where it is gone, what remains is that it was there. */
  bytes: Uint8Array | undefined;
  /** It cannot be seen before. */
  visibleAt: number;
  /** Names of the tiers that fetched it. */
  readonly fetchedBy: string[];
}

/** The object store in memory; every act is done at once. */
export interface MemoryObjects {
  readonly stored: ReadonlyMap<string, StoredObject>;
  put(key: string, bytes: Uint8Array, contentType: string | undefined, visibleAt: number): ObjectReference;
  /** Whether other bytes lie there, which a put writes over. */
  differs(key: string, bytes: Uint8Array): boolean;
  /** @throws SluiceError `object-missing`, `object-corrupt` */
  get(reference: ObjectReference, now: number): Uint8Array;
  /** False where there was nothing to delete. */
  remove(key: string): boolean;
}

export function memoryObjects(): MemoryObjects {
  const stored = new Map<string, StoredObject>();
  return {
    stored,
    put(key, bytes, contentType, visibleAt) {
      const reference = { bucket: BUCKET, key, size: bytes.byteLength, sha256: sha256(bytes) };
      const before = stored.get(key);
      // What was there is seen until it is replaced.
      const seenAt = before?.bytes ? Math.min(before.visibleAt, visibleAt) : visibleAt;
      const fetchedBy = before?.fetchedBy ?? [];
      stored.set(key, { key, size: bytes.byteLength, bytes: Uint8Array.from(bytes), visibleAt: seenAt, fetchedBy });
      return contentType === undefined ? reference : { ...reference, contentType };
    },
    differs(key, bytes) {
      const before = stored.get(key)?.bytes;
      return before !== undefined && Buffer.compare(before, bytes) !== 0;
    },
    get(reference, now) {
      const object = reference.bucket === BUCKET ? stored.get(reference.key) : undefined;
      if (!object?.bytes || object.visibleAt > now) throw missing(reference);
      if (object.bytes.byteLength > reference.size) throw objectLarger(reference, object.bytes.byteLength);
      return Uint8Array.from(object.bytes);
    },
    remove(key) {
      const object = stored.get(key);
      if (!object?.bytes) return false;
      object.bytes = undefined;
      return true;
    },
  };
}

function missing({ bucket, key }: ObjectReference): SluiceError {
  return new SluiceError('object-missing', `there is no object ${key} in bucket ${bucket}`, {
    fix: 'It was deleted, or never put: send the payload again.',
    details: { bucket, key },
  });
}
