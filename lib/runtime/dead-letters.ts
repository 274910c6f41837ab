import type { DeadLetter } from '../core/dead-letter.ts';
import { SluiceError, toError } from '../core/errors.ts';
import type { Graph } from '../core/plan.ts';
import type { Cloud } from '../ports/cloud.ts';
import type { Queue, ReceivedMessage } from '../ports/queue.ts';
import { readLetter } from './dead-letter-reading.ts';

/** One dead-letter queue and the queues its letters came from. */
export interface DeadLetterSource {
  readonly application: string;
  /** The tier or destination that gave up. */
  readonly tier: string;
  readonly deadLetters: string;
  readonly queues: readonly { readonly queue: string; readonly kind: 'data' | 'signal' | 'answer' | 'control' }[];
}

/** Which letters are meant; what is left out is not asked. */
export interface DeadLetterFilter {
  readonly id?: string;
  readonly flow?: string;
  readonly tier?: string;
  readonly code?: string;
}

/** What is kept of a letter that has been dealt with: no payload, so that any number of them fits into memory. */
export type LetterFacts = Pick<DeadLetter, 'id' | 'tier' | 'code' | 'flow' | 'at'>;

/** What became of the letters of a redrive or purge. */
export interface DeadLetterOutcome {
  readonly done: readonly LetterFacts[];
  readonly failed: readonly { readonly letter: LetterFacts; readonly error: Error }[];
}

/** As many as SQS hands out, takes and deletes in one call. */
const CHUNK = 10;
/** Letters that are looked at come back by themselves this soon if the looking dies, */
const LOOK_MS = 60_000;
/** and so much later for each letter in the queue: the first must not come back before the last has been looked at. */
const LOOK_EACH_MS = 10;
/** SQS may find nothing at once in a queue that holds something; waiting a second asks all of its servers. */
const WAIT_MS = 1_000;

/** Every dead-letter queue of an application. */
export function deadLetterSources(graph: Graph): readonly DeadLetterSource[] {
  const tiers = graph.tiers.map((plan) => ({ plan, name: plan.tier.name }));
  const destination = graph.destination ? [{ plan: graph.destination, name: graph.destination.destination.name }] : [];
  const controls = graph.controls ? [{ plan: graph.controls, name: graph.controls.name }] : [];
  return [...tiers, ...destination, ...controls].map(({ plan, name }) => ({
    application: graph.application,
    tier: name,
    deadLetters: plan.deadLetters,
    queues: plan.reads,
  }));
}

/** Shows the dead letters that a filter means, one after the other, in no promised order; each stays where it is. */
export async function visitDeadLetters(
  cloud: Cloud,
  sources: readonly DeadLetterSource[],
  filter: DeadLetterFilter,
  visit: (letter: DeadLetter) => void,
): Promise<void> {
  await withLetters(cloud, sources, filter, async (_, held) => {
    for (const { letter } of held) visit(letter);
    return { kept: held };
  });
}

/** The dead letters that a filter means, oldest first; each stays where it is. */
export async function listDeadLetters(
  cloud: Cloud,
  sources: readonly DeadLetterSource[],
  filter: DeadLetterFilter = {},
): Promise<readonly DeadLetter[]> {
  const letters: DeadLetter[] = [];
  await visitDeadLetters(cloud, sources, filter, (letter) => letters.push(letter));
  return letters.sort((a, b) => a.at - b.at);
}

/**
 * Sends letters back to the queues they came from, ten at a time, then deletes them: whatever ends it in between, no flow
 * is lost, and doing it again goes on where it ended. A letter that cannot be sent stays.
 */
export function redriveDeadLetters(
  cloud: Cloud,
  sources: readonly DeadLetterSource[],
  filter: DeadLetterFilter = {},
): Promise<DeadLetterOutcome> {
  return dealWith(cloud, sources, filter, (held, source) => sendBack(cloud, held, source));
}

/** Deletes letters for good. */
export function purgeDeadLetters(
  cloud: Cloud,
  sources: readonly DeadLetterSource[],
  filter: DeadLetterFilter = {},
): Promise<DeadLetterOutcome> {
  return dealWith(cloud, sources, filter, async () => []);
}

/** A letter in hand: hidden from others until it is deleted or given back. */
interface Held {
  readonly letter: DeadLetter;
  readonly receipt: string;
}

/** Does what must be done before letters are deleted; one entry a letter, an error where that one must stay. */
type Before = (held: readonly Held[], source: DeadLetterSource) => Promise<readonly (Error | undefined)[]>;

async function dealWith(
  cloud: Cloud,
  sources: readonly DeadLetterSource[],
  filter: DeadLetterFilter,
  before: Before,
): Promise<DeadLetterOutcome> {
  const done: LetterFacts[] = [];
  const failed: { letter: LetterFacts; error: Error }[] = [];
  await withLetters(cloud, sources, filter, async (source, held) => {
    const errors = await before(held, source);
    await cloud.queue(source.deadLetters).delete(held.filter((_, i) => !errors[i]).map(({ receipt }) => receipt));
    for (const [i, { letter }] of held.entries()) {
      const error = errors[i];
      if (error) failed.push({ letter: factsOf(letter), error });
      else done.push(factsOf(letter));
    }
    return { kept: held.filter((_, i) => errors[i]) };
  });
  return { done: done.sort((a, b) => a.at - b.at), failed };
}

function factsOf({ id, tier, code, flow, at }: DeadLetter): LetterFacts {
  return { id, tier, code, flow, at };
}

/** Goes through the letters that are meant, chunk by chunk; what `handle` kept, and what was not meant, is given back. */
async function withLetters(
  cloud: Cloud,
  sources: readonly DeadLetterSource[],
  filter: DeadLetterFilter,
  handle: (source: DeadLetterSource, held: readonly Held[]) => Promise<{ readonly kept: readonly Held[] }>,
): Promise<void> {
  const began = cloud.clock.now();
  for (const source of sources) {
    if (filter.tier !== undefined && filter.tier !== source.tier) continue;
    const dlq = cloud.queue(source.deadLetters);
    const giveBack = new Set<string>();
    try {
      for await (const messages of receiveAll(dlq)) {
        for (const { receipt } of messages) giveBack.add(receipt);
        const held = await Promise.all(
          messages.map(async (m) => ({ letter: await readLetter(cloud, source, m), receipt: m.receipt })),
        );
        // A letter that comes in meanwhile may be one just redriven: taking it too would go round in circles.
        const meant = held.filter(({ letter }, i) => messages[i]!.sentAt <= began && isMeant(letter, filter));
        if (meant.length === 0) continue;
        const { kept } = await handle(source, meant);
        for (const one of meant) if (!kept.includes(one)) giveBack.delete(one.receipt);
      }
    } finally {
      const receipts = [...giveBack];
      for (let at = 0; at < receipts.length; at += CHUNK) await dlq.hide(receipts.slice(at, at + CHUNK), 0);
    }
  }
}

/** All messages of a queue, each once: one that comes back while others are looked at has been seen. */
async function* receiveAll(dlq: Queue): AsyncGenerator<readonly ReceivedMessage[]> {
  const { ready } = await dlq.depth();
  const visibilityMs = LOOK_MS + ready * LOOK_EACH_MS;
  const seen = new Set<string>();
  for (;;) {
    const waitMs = seen.size < ready ? WAIT_MS : 0;
    const messages = await dlq.receive({ max: CHUNK, visibilityMs, waitMs });
    const fresh = messages.filter(({ id }) => !seen.has(id));
    if (fresh.length === 0) return;
    for (const { id } of fresh) seen.add(id);
    yield fresh;
  }
}

function isMeant(letter: DeadLetter, { id, flow, code }: DeadLetterFilter): boolean {
  return (
    (id === undefined || letter.id.startsWith(id)) &&
    (flow === undefined || letter.flow === flow) &&
    (code === undefined || letter.code === code)
  );
}

/** Sends letters' messages back, queue by queue; one entry a letter, an error where it was not sent. */
async function sendBack(
  cloud: Cloud,
  held: readonly Held[],
  source: DeadLetterSource,
): Promise<readonly (Error | undefined)[]> {
  const errors: (Error | undefined)[] = new Array(held.length).fill(undefined);
  for (const name of new Set(held.map(({ letter }) => letter.queue))) {
    const indices = [...held.keys()].filter((i) => held[i]!.letter.queue === name);
    try {
      requireOwn(source, name);
      const sent = await cloud.queue(name).send(indices.map((i) => toMessage(held[i]!.letter)));
      for (const [at, i] of indices.entries()) errors[i] = sent[at];
    } catch (error) {
      for (const i of indices) errors[i] = toError(error);
    }
  }
  return errors;
}

/** A letter may be forged by the message it holds, and must not carry that message to where its sender may not send. */
function requireOwn({ tier, queues }: DeadLetterSource, name: string): void {
  if (queues.some(({ queue }) => queue === name)) return;
  throw new SluiceError('queue-unknown', `tier "${tier}" does not read the queue "${name}" that the letter names`, {
    tier,
    queue: name,
    fix: `It reads ${queues.map(({ queue }) => queue).join(' and ')}: where a stream was renamed, give it its old name back.`,
  });
}

function toMessage({ body }: DeadLetter): { readonly body: string; readonly group?: string } {
  const group = fairIn(body);
  return { body, ...(group !== undefined && { group }) };
}

/** The fair group its message had, where it says so. */
function fairIn(body: string): string | undefined {
  try {
    const fair = (JSON.parse(body) as { fair?: unknown } | null)?.fair;
    return typeof fair === 'string' ? fair : undefined;
  } catch {
    return undefined;
  }
}
