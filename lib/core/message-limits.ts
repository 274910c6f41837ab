import { SluiceError } from './errors.ts';

/** What SQS takes in one message, and in one batch: 1 MiB of bodies. */
export const MAX_MESSAGE_BYTES = 2 ** 20;
/** SQS delays by at most fifteen minutes. */
export const MAX_DELAY_MS = 900_000;

/** A message as far as SQS limits it. */
interface Limited {
  readonly body: string;
  readonly delayMs?: number;
}

/** Why a message is too large or too late for any queue: what runs on one machine must run on SQS. */
export function refusal(
  queue: string,
  { body, delayMs = 0 }: Limited,
  maxBytes: number = MAX_MESSAGE_BYTES,
): SluiceError | undefined {
  // A UTF-16 unit is at most three bytes of UTF-8, so a short body need not be counted.
  const bytes = body.length * 3 > maxBytes ? Buffer.byteLength(body) : 0;
  if (bytes > maxBytes) {
    return new SluiceError('message-too-large', `a message of ${bytes} bytes is above the ${maxBytes} of a queue`, {
      queue,
      fix: 'Send the payload as an object and its reference in the message.',
      details: { bytes, limit: maxBytes },
      retry: 'never',
    });
  }
  if (delayMs <= MAX_DELAY_MS) return undefined;
  return new SluiceError('queue-failed', `a message cannot be delayed by ${delayMs} ms`, {
    queue,
    fix: `SQS delays by at most ${MAX_DELAY_MS} ms; send it later, or hide it once it is received.`,
    details: { delayMs, limit: MAX_DELAY_MS },
    retry: 'never',
  });
}
