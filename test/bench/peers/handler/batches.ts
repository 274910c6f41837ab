import { encode } from '../../../../lib/core/envelope.ts';

/** Records of one event, as Lambda hands them over. */
export const RECORDS = 10;
/** What a record carries beside its envelope: 2 KB of readings. */
const PADDING = 'x'.repeat(1_700);

/** The event that every contender gets: the same messages, under ids that no event before had. */
export interface SqsEvent {
  readonly Records: readonly {
    readonly messageId: string;
    readonly receiptHandle: string;
    readonly body: string;
    readonly attributes: {
      readonly ApproximateReceiveCount: string;
      readonly SentTimestamp: string;
      readonly SenderId: string;
      readonly ApproximateFirstReceiveTimestamp: string;
    };
    readonly messageAttributes: Readonly<Record<string, never>>;
    readonly md5OfBody: string;
    readonly eventSource: string;
    readonly eventSourceARN: string;
    readonly awsRegion: string;
  }[];
}

/** Where the events come from. */
export const QUEUE_ARN = 'arn:aws:sqs:eu-west-1:123:Stack-only-X1';

/** Processes share a table: what one has worked off must be new to the next. */
const RUN = process.pid.toString(36);
let made = 0;

/** A new event of ten records of 2 KB. */
export function nextEvent(): SqsEvent {
  return { Records: Array.from({ length: RECORDS }, nextRecord) };
}

function nextRecord(): SqsEvent['Records'][number] {
  made += 1;
  const id = `e${RUN}-${made}`;
  const from = { name: 'client', version: '1' };
  const data = { reading: made, padding: PADDING };
  return {
    messageId: `m${RUN}-${made}`,
    receiptHandle: `r${RUN}-${made}`,
    body: encode({ v: 1, id, flow: `f${RUN}-${made}`, kind: 'data', from, ts: 0, sent: 0, hop: 0, data }),
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: '1700000000000',
      SenderId: 'AIDA',
      ApproximateFirstReceiveTimestamp: '1700000000000',
    },
    messageAttributes: {},
    md5OfBody: '0',
    eventSource: 'aws:sqs',
    eventSourceARN: QUEUE_ARN,
    awsRegion: 'eu-west-1',
  };
}
