import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isSluiceError, SluiceError, toError } from '../core/errors.ts';
import { sha256 } from '../core/identity.ts';
import { objectCorrupt } from '../core/object-corrupt.ts';
import type { LazyObject, ObjectReference, ObjectReferences } from '../core/object-reference.ts';
import type { ObjectStore } from '../ports/object-store.ts';

/** Reads objects through checks: only from allowed buckets and prefixes, only what was promised. */
export interface ObjectReader {
  /** The bytes of a reference; in the cascade's own bucket its key must lie under one of these prefixes. */
  fetch(reference: ObjectReference, under: readonly string[]): Promise<Uint8Array>;
}

/**
 * A reader over a store that fetches each object at most once in its lifetime, which is one invocation.
 *
 * @throws SluiceError from `fetch`: `object-foreign`, `object-missing`, `object-corrupt`, `object-failed`
 */
export function objectReader(store: ObjectStore, allowed: readonly string[] = []): ObjectReader {
  const fetched = new Map<string, Promise<Uint8Array>>();
  return {
    fetch(reference, under) {
      const id = `${reference.bucket}/${reference.key}#${reference.sha256}`;
      const known = fetched.get(id);
      if (known && isUnder(reference, under)) return known;
      const bytes = fetchChecked(store, allowed, reference, under);
      fetched.set(id, bytes);
      return bytes;
    },
  };
}

async function fetchChecked(
  store: ObjectStore,
  allowed: readonly string[],
  reference: ObjectReference,
  under: readonly string[],
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
  // What else lies in the own bucket (messages, halves, decisions) is nobody's to name.
  if (bucket === store.bucket && !isUnder(reference, under)) {
    throw new SluiceError(
      'object-foreign',
      `the object reference points to "${key.slice(0, 200)}", which is no such object`,
      {
        fix: `Send objects with the client, or store them under ${under.join(' or ')}.`,
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
  if (found) throw objectCorrupt(reference, found);
  return bytes;
}

function isUnder({ key }: ObjectReference, prefixes: readonly string[]): boolean {
  return prefixes.some((prefix) => key.startsWith(prefix));
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
  readonly fetched: { bytes: number; calls: number; reads?: number };
  /** Removes temporary files, where there are any. */
  dispose(): Promise<void> | undefined;
}

/** Lazy objects over a reader; nothing is fetched before a method is called. */
export function lazyObjects(
  reader: ObjectReader,
  references: ObjectReferences,
  under: readonly string[],
  fetched: LazyObjectSet['fetched'] = { bytes: 0, calls: 0 },
): LazyObjectSet {
  if (isEmpty(references)) return { objects: NO_OBJECTS, fetched, dispose: () => undefined };
  let folder: Promise<string> | undefined;
  // No prototype: a message names its objects, `__proto__` included.
  const objects: Record<string, LazyObject> = Object.create(null);
  for (const [name, reference] of Object.entries(references)) {
    let first: Promise<Uint8Array> | undefined;
    const bytes = (): Promise<Uint8Array> => {
      if (!first) {
        fetched.calls += 1;
        first = reader.fetch(reference, under).then((b) => {
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
    // What cannot be removed now is the temporary folder's to clean up: the predictions are made.
    dispose: () => folder?.then((path) => rm(path, { recursive: true, force: true })).catch(() => undefined),
  };
}

const NO_OBJECTS: LazyObjectSet['objects'] = Object.freeze(Object.create(null));

function isEmpty(references: ObjectReferences): boolean {
  for (const _ in references) return false;
  return true;
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
