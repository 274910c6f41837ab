import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  PurgeQueueCommand,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import type { Queue, ReceivedMessage } from '../ports/queue.ts';
import { MAX_BATCH_ENTRIES } from './chunks.ts';
import { awsError } from './errors.ts';
import { byReceipts } from './queue-receipts.ts';
import { type Sending, sendAll } from './queue-send.ts';

/** SQS waits for a message for at most this long in one call. */
const MAX_WAIT_SECONDS = 20;
/** SQS keeps a message hidden for at most twelve hours. */
const MAX_HIDDEN_SECONDS = 43_200;

/** An SQS standard queue. SQS counts in whole seconds, so every time is rounded up. */
export function sqsQueue(to: Sending): Queue {
  const { sqs, name, url: QueueUrl } = to;
  const failed = (doing: string) => (thrown: unknown) => {
    throw awsError(thrown, { code: 'queue-failed', doing: `${doing} the queue ${name}`, queue: name });
  };

  async function receiveOnce(max: number, visibilityMs: number, waitMs: number, abort?: AbortSignal) {
    const command = new ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: Math.min(max, MAX_BATCH_ENTRIES),
      VisibilityTimeout: seconds(visibilityMs, MAX_HIDDEN_SECONDS),
      WaitTimeSeconds: seconds(waitMs, MAX_WAIT_SECONDS),
      MessageSystemAttributeNames: ['ApproximateReceiveCount', 'SentTimestamp', 'MessageGroupId'],
    });
    try {
      const { Messages = [] } = await sqs.send(command, abort ? { abortSignal: abort } : {});
      return Messages.map(received);
    } catch (thrown) {
      return abort?.aborted ? [] : failed('receiving from')(thrown);
    }
  }
  return {
    name,
    send: (messages) => sendAll(to, messages),
    async receive({ max, visibilityMs, waitMs, abort }) {
      const messages: ReceivedMessage[] = [];
      const deadline = Date.now() + waitMs;
      let left = waitMs;
      while (messages.length < max && !abort?.aborted) {
        const more = await receiveOnce(max - messages.length, visibilityMs, messages.length > 0 ? 0 : left, abort);
        messages.push(...more);
        left = deadline - Date.now();
        if (more.length === 0 && (messages.length > 0 || left <= 0)) break;
      }
      return messages;
    },
    async delete(receipts) {
      await byReceipts(receipts, failed('deleting from'), (Entries) =>
        sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries })),
      );
    },
    async hide(receipts, ms) {
      const VisibilityTimeout = seconds(ms, MAX_HIDDEN_SECONDS);
      await byReceipts(receipts, failed('hiding messages of'), (entries) => {
        const Entries = entries.map((entry) => ({ ...entry, VisibilityTimeout }));
        return sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }));
      });
    },
    async depth() {
      const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [READY, DELAYED, IN_FLIGHT] });
      const { Attributes = {} } = await sqs.send(command).catch(failed('asking for the depth of'));
      const count = (attribute: string): number => Number((Attributes as Record<string, string>)[attribute] ?? 0);
      return { ready: count(READY), delayed: count(DELAYED), inFlight: count(IN_FLIGHT) };
    },
    async purge() {
      await sqs.send(new PurgeQueueCommand({ QueueUrl })).catch(failed('purging'));
    },
  };
}

const READY = 'ApproximateNumberOfMessages';
const DELAYED = 'ApproximateNumberOfMessagesDelayed';
const IN_FLIGHT = 'ApproximateNumberOfMessagesNotVisible';

function seconds(ms: number, most: number): number {
  return Math.min(Math.ceil(Math.max(ms, 0) / 1_000), most);
}

function received({ MessageId, Body, ReceiptHandle, Attributes = {} }: Message): ReceivedMessage {
  const { ApproximateReceiveCount, SentTimestamp, MessageGroupId } = Attributes;
  return {
    id: MessageId!,
    body: Body ?? '',
    receipt: ReceiptHandle!,
    receives: Number(ApproximateReceiveCount ?? 1),
    sentAt: Number(SentTimestamp ?? 0),
    ...(MessageGroupId !== undefined && { group: MessageGroupId }),
  };
}
