import type { S3Client } from '@aws-sdk/client-s3';
import { SluiceError } from '../core/errors.ts';
import { sha256 } from '../core/identity.ts';
import { objectCorrupt } from '../core/object-corrupt.ts';
import type { ObjectReference } from '../core/object-reference.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { chunksOf } from './chunks.ts';
import { awsError, errorName } from './errors.ts';
import type { OpenObjects } from './objects-client.ts';
import { s3Key } from './objects-key.ts';
import { once } from './once.ts';
import { parallel } from './parallel.ts';

/** Which bucket, and how to reach it. */
export interface ObjectsOptions {
  readonly bucket: string | undefined;
  readonly client?: S3Client;
  /** The calls, where they are loaded already; else the first one loads them. */
  readonly open?: OpenObjects;
}

/** What S3 deletes in one call. */
const MAX_DELETES = 1_000;

/** An object store in an S3 bucket. It reads from any bucket a reference names and writes to its own. */
export function s3Objects({ bucket, client, open }: ObjectsOptions): ObjectStore {
  const load = once(async () => (open ?? (await import('./objects-client.ts')).objectsClient)(client));

  return {
    bucket: bucket ?? '',
    async put(key, bytes, { contentType } = {}) {
      const own = declared(bucket);
      const hex = sha256(bytes);
      const checked = { bytes, sha256: Buffer.from(hex, 'hex').toString('base64'), contentType };
      try {
        await (await load()).put({ bucket: own, key: s3Key(key), ...checked });
      } catch (thrown) {
        throw awsError(thrown, { code: 'object-failed', doing: `putting the object ${own}/${key}` });
      }
      const reference = { bucket: own, key, size: bytes.byteLength, sha256: hex };
      return contentType === undefined ? reference : { ...reference, contentType };
    },
    async get(reference) {
      const { bucket: from, key, size } = reference;
      const bytes = await (await load()).get(from, s3Key(key), size).catch((thrown: unknown) => {
        throw getError(thrown, reference);
      });
      if (!bytes) throw objectCorrupt(reference, `has more than the ${size} bytes it was sent with`);
      return bytes;
    },
    async delete(references) {
      const own = references.filter((reference) => reference.bucket === bucket);
      if (own.length === 0) return;
      const keys = [...new Set(own.map(({ key }) => s3Key(key)))];
      const call = { code: 'object-failed', doing: `deleting objects of the bucket ${bucket}` } as const;
      const objects = await load();
      const errors = await parallel(chunksOf(keys, MAX_DELETES), 4, (batch) =>
        objects.delete(declared(bucket), batch).catch((thrown: unknown) => [awsError(thrown, call)]),
      );
      const [first] = errors.flat();
      if (first) throw awsError(first, call);
    },
  };
}

function declared(bucket: string | undefined): string {
  if (bucket !== undefined) return bucket;
  throw new SluiceError('option-invalid', 'an object is stored, but no bucket is configured', {
    fix: 'Give awsCloud a bucket; the construct makes one for every application.',
  });
}

function getError(thrown: unknown, { bucket, key }: ObjectReference): SluiceError {
  const name = errorName(thrown);
  if (name === 'NoSuchKey' || name === 'NotFound') {
    return new SluiceError('object-missing', `there is no object ${key} in bucket ${bucket}`, {
      fix: 'It was deleted, or never put: send the payload again.',
      cause: thrown,
      details: { bucket, key },
    });
  }
  return awsError(thrown, { code: 'object-failed', doing: `fetching the object ${bucket}/${key}` });
}
