import { SluiceError } from '../core/errors.ts';
import type { OutgoingMessage } from '../ports/queue.ts';

/** SQS delays by at most fifteen minutes. */
const MAX_DELAY_MS = 900_000;
/** Characters that XML 1.0, and therefore an SQS body, cannot hold. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const ILLEGAL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

/** UTF-8 bytes of a body. */
export function bodyBytes({ body }: OutgoingMessage): number {
  return Buffer.byteLength(body);
}

/** Why SQS would not take a message, known before it is asked: otherwise one message could fail its whole batch. */
export function refusal(queue: string, message: OutgoingMessage, maxBytes: number): SluiceError | undefined {
  const { body, delayMs = 0 } = message;
  const bytes = bodyBytes(message);
  if (bytes > maxBytes) {
    return new SluiceError('message-too-large', `a message of ${bytes} bytes is above the ${maxBytes} of a queue`, {
      queue,
      fix: 'Send the payload as an object and its reference in the message.',
      details: { bytes, limit: maxBytes },
      retry: 'never',
    });
  }
  if (delayMs > MAX_DELAY_MS) {
    return refused(queue, `a message cannot be delayed by ${delayMs} ms`, `SQS delays by at most ${MAX_DELAY_MS} ms.`);
  }
  if (body === '') return refused(queue, 'a message cannot be empty', 'Send an envelope, which is JSON.');
  if (ILLEGAL.test(body) || !body.isWellFormed()) {
    return refused(queue, 'the message holds characters that SQS does not take', 'Escape them, as JSON does.');
  }
  return undefined;
}

function refused(queue: string, problem: string, fix: string): SluiceError {
  return new SluiceError('queue-failed', problem, { queue, fix, retry: 'never' });
}
