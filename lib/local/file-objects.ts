import { mkdir, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isSluiceError } from '../core/errors.ts';
import { sha256 } from '../core/identity.ts';
import { objectLarger } from '../core/object-corrupt.ts';
import { MODELS } from '../core/object-keys.ts';
import type { ObjectReference } from '../core/object-reference.ts';
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import type { LocalObjects } from './local-objects.ts';
import { LOCAL_BUCKET, objectMissing } from './object-missing.ts';
import { storeError } from './store-errors.ts';

/** What the files are made with. */
export interface FileObjectsTools {
  /** The store's folder; objects lie in `objects/`. */
  readonly dir: string;
  readonly random: Random;
}

const STALE_MS = 3_600_000;

/**
 * An object store in files. A file is named by the hash of its key, so any key is safe; it is written under another
 * name and renamed, so a reader sees all of an object or nothing.
 */
export function fileObjects({ dir, random }: FileObjectsTools): LocalObjects {
  const shards = new Set<string>();

  function place(key: string): { readonly shard: string; readonly file: string } {
    const hash = sha256(Buffer.from(key));
    // Models are kept apart from what is swept away by age.
    const shard = join(dir, key.startsWith(MODELS) ? 'models' : 'objects', hash.slice(0, 2));
    return { shard, file: join(shard, hash) };
  }
  async function replace(key: string, bytes: Uint8Array): Promise<void> {
    const { shard, file } = place(key);
    const partial = join(dir, 'objects', 'partial', random.id());
    try {
      if (!shards.has(shard)) await mkdir(shard, { recursive: true });
      shards.add(shard);
      await writeFile(partial, bytes);
      await rename(partial, file);
    } catch (error) {
      await rm(partial, { force: true });
      throw storeError(error, dir);
    }
  }
  return {
    bucket: LOCAL_BUCKET,
    async put(key, bytes, { contentType } = {}) {
      await replace(key, bytes);
      const reference = { bucket: LOCAL_BUCKET, key, size: bytes.byteLength, sha256: sha256(bytes) };
      return contentType === undefined ? reference : { ...reference, contentType };
    },
    async get(reference) {
      if (reference.bucket !== LOCAL_BUCKET) throw objectMissing(reference);
      try {
        return await readBounded(reference, place(reference.key).file);
      } catch (error) {
        if (isSluiceError(error)) throw error;
        throw (error as { code?: string }).code === 'ENOENT' ? objectMissing(reference, error) : storeError(error, dir);
      }
    },
    async delete(references) {
      const own = references.filter(({ bucket }) => bucket === LOCAL_BUCKET);
      await Promise.all(own.map(({ key }) => rm(place(key).file, { force: true })));
    },
    async deleteOlder(ms) {
      let deleted = 0;
      for (const entry of await readdir(join(dir, 'objects'), { recursive: true, withFileTypes: true })) {
        if (entry.isFile() && (await removeIfOlder(join(entry.parentPath, entry.name), ms))) deleted += 1;
      }
      return deleted;
    },
  };
}

async function readBounded(reference: ObjectReference, path: string): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    if (size > reference.size) throw objectLarger(reference, size);
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/** Makes the folder, and removes what processes that died left half-written; a young file may still be in work. */
export async function prepareObjects(dir: string, clock: Clock): Promise<void> {
  const partials = join(dir, 'objects', 'partial');
  await mkdir(partials, { recursive: true });
  for (const name of await readdir(partials)) await removeIfOlder(join(partials, name), clock.now() - STALE_MS);
}

async function removeIfOlder(file: string, ms: number): Promise<boolean> {
  const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: Infinity }));
  if (mtimeMs >= ms) return false;
  await rm(file, { force: true });
  return true;
}
