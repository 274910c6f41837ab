import { type DeadLetter, readDeadLetter } from '../core/dead-letter.ts';
import type { Offloaded } from '../core/envelope.ts';
import { isSluiceError, toError } from '../core/errors.ts';
import { MESSAGES } from '../core/object-keys.ts';
import { isReference, type ObjectReference } from '../core/object-reference.ts';
import type { Cloud } from '../ports/cloud.ts';
import type { ReceivedMessage } from '../ports/queue.ts';
import { fetchBody } from './bodies.ts';
import type { DeadLetterSource } from './dead-letters.ts';

/** Reads a letter, fetching its text where it was too large for a message. */
export async function readLetter(
  cloud: Cloud,
  source: DeadLetterSource,
  message: ReceivedMessage,
): Promise<DeadLetter> {
  const { body, id, sentAt, receives } = message;
  const read = (text: string, queue: string): DeadLetter =>
    readDeadLetter(text, { id, application: source.application, tier: source.tier, queue, sentAt, receives });
  const reference = offloadedIn(body);
  const text = reference ? await fetchText(cloud, reference) : body;
  if (text instanceof Error) return { ...read(body, queueFor(source, '')), reason: text.message, code: codeOf(text) };
  const letter = read(text, queueFor(source, text));
  // What the queue itself moved here is the message, not a letter of ours: it goes back as short as it came.
  return letter.body === text ? { ...letter, body } : letter;
}

function offloadedIn(body: string): ObjectReference | undefined {
  try {
    const value = JSON.parse(body) as Partial<Offloaded> | null;
    return isReference(value?.offloaded) ? value.offloaded : undefined;
  } catch {
    return undefined;
  }
}

async function fetchText(cloud: Cloud, reference: ObjectReference): Promise<string | Error> {
  try {
    return await fetchBody(cloud.objects, reference, [MESSAGES]);
  } catch (error) {
    return toError(error);
  }
}

const codeOf = (error: Error): DeadLetter['code'] => (isSluiceError(error) ? error.code : 'object-missing');

/** The queue a message came from, by what it carries; the tier's own where that cannot be read. */
function queueFor(source: DeadLetterSource, text: string): string {
  let kind: unknown;
  try {
    kind = (JSON.parse(text) as { kind?: unknown } | null)?.kind;
  } catch {
    // Not an envelope: any of the tier's queues will say so again.
  }
  return (source.queues.find((queue) => queue.kind === kind) ?? source.queues[0]!).queue;
}
