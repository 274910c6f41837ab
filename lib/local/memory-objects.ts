import { sha256 } from '../core/identity.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { LOCAL_BUCKET, objectMissing } from './object-missing.ts';

/** An object store in memory; bytes are copied in and out, so that nobody shares them. */
export function memoryObjects(): ObjectStore {
  const stored = new Map<string, Uint8Array>();
  return {
    bucket: LOCAL_BUCKET,
    async put(key, bytes, { contentType } = {}) {
      stored.set(key, Uint8Array.from(bytes));
      const reference = { bucket: LOCAL_BUCKET, key, size: bytes.byteLength, sha256: sha256(bytes) };
      return contentType === undefined ? reference : { ...reference, contentType };
    },
    async get(reference) {
      const bytes = reference.bucket === LOCAL_BUCKET ? stored.get(reference.key) : undefined;
      if (!bytes) throw objectMissing(reference);
      return Uint8Array.from(bytes);
    },
    async delete(references) {
      for (const { bucket, key } of references) if (bucket === LOCAL_BUCKET) stored.delete(key);
    },
  };
}
