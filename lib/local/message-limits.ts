import { SluiceError } from '../core/errors.ts';
import type { OutgoingMessage } from '../ports/queue.ts';

const MAX_BODY_BYTES = 2 ** 20;
const MAX_DELAY_MS = 900_000;

/** Why SQS would not take a message: what runs here must run there. */
export function refusal(queue: string, { body, delayMs = 0 }: OutgoingMessage): Error | undefined {
  // A UTF-16 unit is at most three bytes of UTF-8, so a short body need not be counted.
  const bytes = body.length * 3 > MAX_BODY_BYTES ? Buffer.byteLength(body) : 0;
  if (bytes > MAX_BODY_BYTES) {
    return new SluiceError(
      'message-too-large',
      `a message of ${bytes} bytes is above the ${MAX_BODY_BYTES} of a queue`,
      {
        queue,
        fix: 'Send the payload as an object and its reference in the message.',
        details: { bytes, limit: MAX_BODY_BYTES },
        retry: 'never',
      },
    );
  }
  if (delayMs <= MAX_DELAY_MS) return undefined;
  return new SluiceError('queue-failed', `a message cannot be delayed by ${delayMs} ms`, {
    queue,
    fix: `SQS delays by at most ${MAX_DELAY_MS} ms; send it later, or hide it once it is received.`,
    details: { delayMs, limit: MAX_DELAY_MS },
    retry: 'never',
  });
}
