import { Readable } from 'node:stream';
import { DeleteObjectsCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { clientConfig, customEndpoint } from './client-config.ts';

/** An object to put. */
export interface PutInput {
  readonly bucket: string;
  readonly key: string;
  readonly bytes: Uint8Array;
  /** Base64: S3 refuses bytes that do not have it. */
  readonly sha256: string;
  readonly contentType: string | undefined;
}

/** The three calls of S3 that an object store makes. */
export interface ObjectsClient {
  put(input: PutInput): Promise<void>;
  /** The bytes, or nothing where there are more than `most`: they are then not read. */
  get(bucket: string, key: string, most: number): Promise<Uint8Array | undefined>;
  /** Deletes up to 1,000 objects; the errors of those that could not be. */
  delete(bucket: string, keys: readonly string[]): Promise<readonly Error[]>;
}

/** Opens the calls over an SDK client: one of its own, where none is given. */
export type OpenObjects = (client?: S3Client) => ObjectsClient;

/** The calls over an SDK client; this file alone loads the SDK, and is itself loaded on the first call or bundled in. */
export function objectsClient(client: S3Client = defaultClient()): ObjectsClient {
  return {
    async put({ bucket: Bucket, key: Key, bytes: Body, sha256, contentType }) {
      const type = contentType !== undefined && { ContentType: contentType };
      await client.send(new PutObjectCommand({ Bucket, Key, Body, ChecksumSHA256: sha256, ...type }));
    },
    async get(Bucket, Key, most) {
      const { Body, ContentLength = 0 } = await client.send(new GetObjectCommand({ Bucket, Key }));
      if (ContentLength > most) {
        if (Body instanceof Readable) Body.destroy();
        return undefined;
      }
      return Body ? await Body.transformToByteArray() : new Uint8Array(0);
    },
    async delete(Bucket, keys) {
      const Delete = { Objects: keys.map((Key) => ({ Key })), Quiet: true };
      const { Errors = [] } = await client.send(new DeleteObjectsCommand({ Bucket, Delete }));
      return Errors.filter(({ Code }) => Code !== 'NoSuchKey').map(({ Key, Code = 'Error', Message }) =>
        Object.assign(new Error(`${Key}: ${Message}`), { name: Code }),
      );
    },
  };
}

function defaultClient(): S3Client {
  // A bucket as a host name needs a wildcard DNS entry, which no emulator on this machine has.
  return new S3Client({ ...clientConfig(), ...(customEndpoint('S3') && { forcePathStyle: true }) });
}
