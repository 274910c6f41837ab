import { type BatchResultErrorEntry, SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { SluiceError } from '../core/errors.ts';
import type { OutgoingMessage } from '../ports/queue.ts';
import { chunks, MAX_BATCH_ENTRIES } from './chunks.ts';
import { awsError, isDenied, isThrottled } from './errors.ts';
import { parallel } from './parallel.ts';
import { groupId } from './queue-group.ts';
import { sqsRefusal } from './queue-limits.ts';

/** Where to send, and how much at once. */
export interface Sending {
  readonly sqs: SQSClient;
  readonly name: string;
  readonly url: string;
  readonly maxBytes: number;
}

type Outcome = (Error | undefined)[];

/** Batches in flight at a time, per call. */
const AT_ONCE = 8;

/** Sends messages in as few batches as SQS allows; one entry a message, in order: the error where it was not sent. */
export async function sendAll(
  to: Sending,
  messages: readonly OutgoingMessage[],
): Promise<readonly (Error | undefined)[]> {
  const outcome: Outcome = messages.map((message) => sqsRefusal(to.name, message, to.maxBytes));
  const good = [...messages.entries()].filter(([at]) => !outcome[at]);
  const limits = { entries: MAX_BATCH_ENTRIES, bytes: to.maxBytes };
  const batches = chunks(good, limits, ([, { body }]) => Buffer.byteLength(body));
  await parallel(batches, AT_ONCE, (batch) => sendBatch(to, batch, outcome));
  return outcome;
}

async function sendBatch(to: Sending, batch: [number, OutgoingMessage][], outcome: Outcome): Promise<void> {
  const Entries = batch.map(([at, { body, delayMs = 0, group }]) => ({
    Id: String(at),
    MessageBody: body,
    ...(delayMs > 0 && { DelaySeconds: Math.ceil(delayMs / 1_000) }),
    ...(group !== undefined && { MessageGroupId: groupId(group) }),
  }));
  try {
    const { Failed = [] } = await to.sqs.send(new SendMessageBatchCommand({ QueueUrl: to.url, Entries }));
    for (const failed of Failed) outcome[Number(failed.Id)] = entryError(to.name, failed);
  } catch (thrown) {
    const doing = `sending to the queue ${to.name}`;
    for (const [at] of batch) outcome[at] = awsError(thrown, { code: 'queue-failed', doing, queue: to.name });
  }
}

/** Why SQS took a batch but not this entry; the sender's fault stays its fault, everything else passes. */
function entryError(queue: string, { Code = '', Message = '', SenderFault }: BatchResultErrorEntry): SluiceError {
  const senders = SenderFault === true && !isThrottled(Code) && !isDenied(Code);
  return new SluiceError('queue-failed', `SQS did not take a message: ${Message || 'it does not say why'} (${Code})`, {
    queue,
    fix: senders ? 'It fails the same way again: see what the message holds.' : 'It can be sent again.',
    details: { code: Code, senderFault: SenderFault === true },
    retry: senders ? 'never' : 'always',
  });
}
