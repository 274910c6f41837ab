import type { ReceivedMessage } from '../ports/queue.ts';

/** One record of an SQS event, as far as it is used. */
export interface SqsRecord {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly attributes: {
    readonly ApproximateReceiveCount: string;
    readonly SentTimestamp: string;
    readonly MessageGroupId?: string | undefined;
    /** X-Ray's trace of the sender. */
    readonly AWSTraceHeader?: string | undefined;
  };
  readonly eventSourceARN: string;
}

/** What the event source mapping calls the function with. */
export interface SqsEvent {
  readonly Records: readonly SqsRecord[];
}

/** Tells the event source mapping which records must come back. */
export interface BatchResponse {
  batchItemFailures: { itemIdentifier: string }[];
}

/** A record's message as the runtime reads it. */
export function toMessage(record: SqsRecord, now: number): ReceivedMessage {
  const { ApproximateReceiveCount, SentTimestamp, MessageGroupId } = record.attributes;
  return {
    id: record.messageId,
    body: record.body,
    receipt: record.receiptHandle,
    receives: count(ApproximateReceiveCount) ?? 1,
    sentAt: count(SentTimestamp) ?? now,
    ...(MessageGroupId !== undefined && { group: MessageGroupId }),
  };
}

/** Whether a record has what it takes to be worked off. */
export function isUsable(record: Partial<SqsRecord>): record is SqsRecord {
  const { body, receiptHandle, eventSourceARN, attributes } = record;
  return (
    [body, receiptHandle, eventSourceARN].every((text) => typeof text === 'string') &&
    typeof attributes === 'object' &&
    attributes !== null
  );
}

/** The records of an event, or `undefined` where they cannot all be named and so not be reported one by one. */
export function recordsOf<R extends object>(event: unknown, id: (record: R) => unknown): readonly R[] | undefined {
  const records = (event as { readonly Records?: unknown } | null | undefined)?.Records;
  if (!Array.isArray(records)) return undefined;
  const named = records.every((record) => {
    if (typeof record !== 'object' || record === null) return false;
    const name = id(record as R);
    return typeof name === 'string' && name !== '';
  });
  return named ? (records as readonly R[]) : undefined;
}

/** The response that lets these records come back. */
export function failing(ids: Iterable<string>): BatchResponse {
  return { batchItemFailures: [...ids].map((itemIdentifier) => ({ itemIdentifier })) };
}

/**
 * The response that lets the whole batch come back, whatever is in it: Lambda takes an empty identifier for that
 * (developer guide, partial batch responses), while an empty list would be a success.
 */
export function wholeBatch(): BatchResponse {
  return failing(['']);
}

/** Queue names by the last part of their URL, which is also the last part of their ARN. */
export function queuesByArn(urls: Readonly<Record<string, string>>): (arn: string) => string | undefined {
  const names = new Map(
    Object.entries(urls).map(([name, url]) => [url.slice(url.lastIndexOf('/') + 1), name] as const),
  );
  return (arn) => names.get(arn.slice(arn.lastIndexOf(':') + 1));
}

function count(text: unknown): number | undefined {
  const n = Number(text);
  return text !== undefined && Number.isFinite(n) ? n : undefined;
}
