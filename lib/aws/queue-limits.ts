import { SluiceError } from '../core/errors.ts';
import { refusal } from '../core/message-limits.ts';
import type { OutgoingMessage } from '../ports/queue.ts';

/** Characters that XML 1.0, and therefore an SQS body, cannot hold. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const ILLEGAL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

/** Why SQS would not take a message, known before it is asked: otherwise one message could fail its whole batch. */
export function sqsRefusal(queue: string, message: OutgoingMessage, maxBytes: number): SluiceError | undefined {
  return refusal(queue, message, maxBytes) ?? textRefusal(queue, message.body);
}

function textRefusal(queue: string, body: string): SluiceError | undefined {
  if (body === '') return refused(queue, 'a message cannot be empty', 'Send an envelope, which is JSON.');
  if (ILLEGAL.test(body) || !body.isWellFormed()) {
    return refused(queue, 'the message holds characters that SQS does not take', 'Escape them, as JSON does.');
  }
  return undefined;
}

function refused(queue: string, problem: string, fix: string): SluiceError {
  return new SluiceError('queue-failed', problem, { queue, fix, retry: 'never' });
}
