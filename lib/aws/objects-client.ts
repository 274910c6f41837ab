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
  get(bucket: string, key: string): Promise<Uint8Array>;
  /** Deletes up to 1,000 objects; the errors of those that could not be. */
  delete(bucket: string, keys: readonly string[]): Promise<readonly Error[]>;
}

/** The calls over an SDK client; this file alone loads the SDK, and is itself loaded on the first call. */
export function objectsClient(client: S3Client = defaultClient()): ObjectsClient {
  return {
    async put({ bucket: Bucket, key: Key, bytes: Body, sha256, contentType }) {
      const type = contentType !== undefined && { ContentType: contentType };
      await client.send(new PutObjectCommand({ Bucket, Key, Body, ChecksumSHA256: sha256, ...type }));
    },
    async get(Bucket, Key) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
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
