import type { DeadLetter } from '../core/dead-letter.ts';
import { type Envelope, encode } from '../core/envelope.ts';
import { SluiceError, toError } from '../core/errors.ts';
import { sha256 } from '../core/identity.ts';
import { type Awaitable, isPromise } from '../core/json.ts';
import type { Mutable } from '../core/mutable.ts';
import { MAX_NESTING, nestsDeeper } from '../core/nesting.ts';
import { MESSAGES } from '../core/object-keys.ts';
import type { Cloud } from '../ports/cloud.ts';
import type { OutgoingMessage } from '../ports/queue.ts';

/** Bodies above this many UTF-8 bytes travel as references: one SQS request is billed per 64 KB (Amazon SQS pricing). */
export const INLINE_BYTES = 64 * 1024;

/** Largest message body at all, ours or offloaded, in UTF-8 bytes: it must fit a small function's memory several times. */
export const MAX_BODY_BYTES = 64 * 1024 * 1024;

/** The text to send for a message, put in the object store first where it is too large for a queue. */
export function toBody(cloud: Cloud, message: Envelope | DeadLetter): Awaitable<Body> {
  const body = encodeChecked(message);
  if (body.length * 3 <= INLINE_BYTES || Buffer.byteLength(body) <= INLINE_BYTES) return { body, puts: 0 };
  return offload(cloud, message, Buffer.from(body));
}

interface Body {
  readonly body: string;
  readonly puts: number;
}

async function offload(cloud: Cloud, message: Envelope | DeadLetter, bytes: Buffer): Promise<Body> {
  if (bytes.byteLength > MAX_BODY_BYTES) throw tooLarge(message, `${bytes.byteLength} bytes`);
  // Sent again, a message has its id again and another time: it must not write over the body of one that is under way.
  const key = `${MESSAGES}${message.id}/${sha256(bytes).slice(0, 16)}`;
  const offloaded = await cloud.objects.put(key, bytes, { contentType: 'application/json' });
  return { body: encode({ v: 1, flow: message.flow ?? 'unknown', offloaded }), puts: 1 };
}

function encodeChecked(message: Envelope | DeadLetter): string {
  let body: string;
  try {
    body = encode(message);
  } catch (cause) {
    const problem = toError(cause).message;
    if (cause instanceof RangeError && problem.includes('string length'))
      throw tooLarge(message, 'longer than any string may be', cause);
    throw notJson(message, cause instanceof RangeError ? TOO_DEEP : `is not JSON: ${problem}`, cause);
  }
  if (nestsDeeper(body)) throw notJson(message, TOO_DEEP, undefined);
  return body;
}

const TOO_DEEP = `nests deeper than ${MAX_NESTING} levels`;

function notJson(message: Envelope | DeadLetter, problem: string, cause: unknown): SluiceError {
  return new SluiceError('data-invalid', `the message ${problem}`, {
    ...(message.flow !== null && { flow: message.flow }),
    cause,
    fix: 'Data, predictions and signals must survive JSON; send bytes as objects.',
    retry: 'never',
  });
}

function tooLarge(message: Envelope | DeadLetter, size: string, cause?: unknown): SluiceError {
  return new SluiceError('message-too-large', `the message is ${size}; at most ${MAX_BODY_BYTES} bytes are allowed`, {
    ...(message.flow !== null && { flow: message.flow }),
    cause,
    fix: 'Declare the large part under objects and send it as bytes: it is then fetched only where it is read.',
    retry: 'never',
  });
}

/** A message waiting to be sent with others to its queue. */
export interface Posting {
  readonly queue: string;
  readonly message: Envelope | DeadLetter;
  readonly group?: string;
  readonly delayMs?: number;
}

/** What became of a posting. */
export interface Posted {
  /** Object puts it took: one where the message was too large to travel inline. */
  readonly puts: number;
  /** Why it was not sent. */
  readonly error?: Error;
}

/** Messages for one queue, and which postings they are of. */
interface Parcel {
  readonly messages: OutgoingMessage[];
  readonly places: number[];
}

/** Sends postings in one call per queue; the result has one entry a posting, in order. */
export async function post(cloud: Cloud, postings: readonly Posting[]): Promise<readonly Posted[]> {
  const results: Posted[] = new Array(postings.length);
  const parcels = new Map<string, Parcel>();
  for (let at = 0; at < postings.length; at += 1) {
    const { queue, message, group, delayMs } = postings[at]!;
    try {
      const made = toBody(cloud, message);
      const { body, puts } = isPromise(made) ? await made : made;
      results[at] = { puts };
      const outgoing: Mutable<OutgoingMessage> = { body };
      if (group !== undefined) outgoing.group = group;
      if (delayMs !== undefined) outgoing.delayMs = delayMs;
      const parcel = parcels.get(queue) ?? { messages: [], places: [] };
      parcels.set(queue, parcel);
      parcel.places.push(at);
      parcel.messages.push(outgoing);
    } catch (error) {
      results[at] = { puts: 0, error: toError(error) };
    }
  }
  await Promise.all(Array.from(parcels, ([queue, parcel]) => send(cloud, queue, parcel, results)));
  return results;
}

async function send(cloud: Cloud, queue: string, { messages, places }: Parcel, results: Posted[]): Promise<void> {
  const sent = await sendAll(cloud, queue, messages);
  for (const [i, at] of places.entries()) {
    const error = sent[i];
    if (error) results[at] = { ...results[at]!, error };
  }
}

async function sendAll(
  cloud: Cloud,
  queue: string,
  messages: readonly OutgoingMessage[],
): Promise<readonly (Error | undefined)[]> {
  try {
    return await cloud.queue(queue).send(messages);
  } catch (error) {
    return messages.map(() => toError(error));
  }
}
