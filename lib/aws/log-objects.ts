import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import type { LogFile, LogRange } from '../ports/decision-log.ts';
import { clientConfig, customEndpoint } from './client-config.ts';
import { awsError } from './errors.ts';

/** Where delivered decisions lie. */
export interface LogPlace {
  readonly bucket: string;
  /** Such as `decisions/photos/`. */
  readonly prefix: string;
  readonly client?: S3Client;
}

const DAY_MS = 86_400_000;
const FILE = /(?:^|\/)dt=(\d{4}-\d\d-\d\d)\/tier=([^/]+)\/[^/]+$/;

/** The files of a delivered log, by date and tier. */
export async function* logObjects(place: LogPlace, range: LogRange = {}): AsyncGenerator<LogFile> {
  const { bucket: Bucket, prefix: Prefix, client = logClient() } = place;
  const days = daysOf(range);
  let from: string | undefined;
  do {
    const page = await client
      .send(
        new ListObjectsV2Command({
          Bucket,
          Prefix,
          ...(from === undefined
            ? days.first && { StartAfter: `${Prefix}dt=${days.first}` }
            : { ContinuationToken: from }),
        }),
      )
      .catch((thrown: unknown) => {
        throw awsError(thrown, { code: 'log-unreadable', doing: `listing s3://${Bucket}/${Prefix}` });
      });
    for (const { Key = '' } of page.Contents ?? []) {
      const [, day, tier] = FILE.exec(Key) ?? [];
      if (day !== undefined && days.last !== undefined && day > days.last) return;
      if (tier === undefined || !range.tiers || range.tiers.includes(tier)) yield logObject(client, Bucket, Key);
    }
    from = page.NextContinuationToken;
  } while (from !== undefined);
}

function logObject(client: S3Client, Bucket: string, Key: string): LogFile {
  const name = `s3://${Bucket}/${Key}`;
  return {
    name,
    async *bytes() {
      try {
        const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
        if (Body) yield* Body as AsyncIterable<Uint8Array>;
      } catch (thrown) {
        throw awsError(thrown, { code: 'log-unreadable', doing: `reading ${name}` });
      }
    },
  };
}

/** A file lies under the day of its oldest record, which may be the day before; a record that was tried again comes later. */
function daysOf({ from, to }: LogRange): { readonly first: string | undefined; readonly last: string | undefined } {
  const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
  return {
    first: from === undefined ? undefined : day(from - DAY_MS),
    last: to === undefined ? undefined : day(to + DAY_MS),
  };
}

function logClient(): S3Client {
  return new S3Client({ ...clientConfig(), ...(customEndpoint('S3') && { forcePathStyle: true }) });
}
