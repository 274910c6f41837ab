import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isSluiceError, SluiceError, toError } from '../core/errors.ts';
import { sha256 } from '../core/identity.ts';
import type { LazyObject, ObjectReference, ObjectReferences } from '../core/object-reference.ts';
import type { ObjectStore } from '../ports/object-store.ts';

/** Reads objects through checks: only from allowed buckets, only what was promised. */
export interface ObjectReader {
  fetch(reference: ObjectReference): Promise<Uint8Array>;
}

/**
 * A reader over a store that fetches each object at most once in its lifetime, which is one invocation.
 *
 * @throws SluiceError from `fetch`: `object-foreign`, `object-missing`, `object-corrupt`, `object-failed`
 */
export function objectReader(store: ObjectStore, allowed: readonly string[] = []): ObjectReader {
  const fetched = new Map<string, Promise<Uint8Array>>();
  return {
    fetch(reference) {
      const id = `${reference.bucket}/${reference.key}#${reference.sha256}`;
      const known = fetched.get(id);
      if (known) return known;
      const bytes = fetchChecked(store, allowed, reference);
      fetched.set(id, bytes);
      return bytes;
    },
  };
}

async function fetchChecked(
  store: ObjectStore,
  allowed: readonly string[],
  reference: ObjectReference,
): Promise<Uint8Array> {
  const { bucket, key } = reference;
  if (bucket !== store.bucket && !allowed.includes(bucket)) {
    throw new SluiceError(
      'object-foreign',
      `the object reference points to bucket "${bucket}", which this cascade may not read`,
      {
        fix: `Send objects with the client, or add the bucket to allowedBuckets (now: ${[store.bucket, ...allowed].join(', ')}).`,
        details: { bucket, key },
        retry: 'never',
      },
    );
  }
  const bytes = await store.get(reference).catch((error: unknown) => {
    throw isSluiceError(error, 'object-missing') ? error : objectStoreFailed(`fetching ${bucket}/${key}`, error);
  });
  const found =
    bytes.byteLength !== reference.size
      ? `has ${bytes.byteLength} bytes instead of ${reference.size}`
      : hashProblem(bytes, reference);
  if (!found) return bytes;
  throw new SluiceError('object-corrupt', `the object ${bucket}/${key} ${found}`, {
    fix: 'It was changed after it was sent: send the flow again; never write over a sent object.',
    details: { bucket, key },
    retry: 'never',
  });
}

/** The object store's own fault: whatever flow it met, it is no reason to give that flow up. */
export function objectStoreFailed(doing: string, thrown: unknown): SluiceError {
  const cause = toError(thrown);
  if (isSluiceError(cause) && cause.retry !== undefined) return cause;
  return new SluiceError('object-failed', `${doing} failed: ${cause.message}`, {
    cause,
    fix: 'See that the object store can be reached and may be used; the flow waits for it.',
    retry: 'always',
  });
}

function hashProblem(bytes: Uint8Array, reference: ObjectReference): string | undefined {
  return sha256(bytes) === reference.sha256 ? undefined : 'does not have the SHA-256 it was sent with';
}

/** The lazy objects of one prediction, and what touching them cost. */
export interface LazyObjectSet {
  readonly objects: Readonly<Record<string, LazyObject>>;
  readonly fetched: { bytes: number; calls: number };
  /** Removes temporary files. */
  dispose(): Promise<void>;
}

/** Lazy objects over a reader; nothing is fetched before a method is called. */
export function lazyObjects(
  reader: ObjectReader,
  references: ObjectReferences,
  fetched = { bytes: 0, calls: 0 },
): LazyObjectSet {
  let folder: Promise<string> | undefined;
  const objects: Record<string, LazyObject> = {};
  for (const [name, reference] of Object.entries(references)) {
    let first: Promise<Uint8Array> | undefined;
    const bytes = (): Promise<Uint8Array> => {
      if (!first) {
        fetched.calls += 1;
        first = reader.fetch(reference).then((b) => {
          fetched.bytes += b.byteLength;
          return b;
        });
      }
      return first;
    };
    objects[name] = {
      reference,
      bytes,
      text: async () => new TextDecoder().decode(await bytes()),
      stream: () => streamOf(bytes),
      file: async () => {
        folder ??= mkdtemp(join(tmpdir(), 'sluice-'));
        const path = join(await folder, randomUUID());
        await writeFile(path, await bytes());
        return path;
      },
    };
  }
  return {
    objects,
    fetched,
    dispose: async () => {
      // What cannot be removed now is the temporary folder's to clean up: the predictions are made.
      await folder?.then((path) => rm(path, { recursive: true, force: true })).catch(() => undefined);
    },
  };
}

function streamOf(bytes: () => Promise<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async start(controller) {
      try {
        controller.enqueue(await bytes());
        controller.close();
      } catch (error) {
        controller.error(error);
      }
    },
  });
}
