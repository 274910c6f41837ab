import { sha256 } from '../core/identity.ts';
import { objectLarger } from '../core/object-corrupt.ts';
import { MODELS } from '../core/object-keys.ts';
import type { Clock } from '../ports/clock.ts';
import type { LocalObjects } from './local-objects.ts';
import { LOCAL_BUCKET, objectMissing } from './object-missing.ts';

/** An object store in memory; bytes are copied in and out, so that nobody shares them. */
export function memoryObjects(clock: Clock): LocalObjects {
  const stored = new Map<string, { readonly bytes: Uint8Array; readonly at: number }>();
  return {
    bucket: LOCAL_BUCKET,
    async put(key, bytes, { contentType } = {}) {
      stored.set(key, { bytes: Uint8Array.from(bytes), at: clock.now() });
      const reference = { bucket: LOCAL_BUCKET, key, size: bytes.byteLength, sha256: sha256(bytes) };
      return contentType === undefined ? reference : { ...reference, contentType };
    },
    async get(reference) {
      const bytes = reference.bucket === LOCAL_BUCKET ? stored.get(reference.key)?.bytes : undefined;
      if (!bytes) throw objectMissing(reference);
      if (bytes.byteLength > reference.size) throw objectLarger(reference, bytes.byteLength);
      return Uint8Array.from(bytes);
    },
    async delete(references) {
      for (const { bucket, key } of references) if (bucket === LOCAL_BUCKET) stored.delete(key);
    },
    async deleteOlder(ms) {
      const old = [...stored].filter(([key, { at }]) => at < ms && !key.startsWith(MODELS));
      for (const [key] of old) stored.delete(key);
      return old.length;
    },
  };
}
