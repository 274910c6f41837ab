import type { DeadLetter } from '../core/dead-letter.ts';
import { toError } from '../core/errors.ts';
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
  readonly queues: readonly { readonly queue: string; readonly kind: 'data' | 'signal' | 'answer' }[];
}

/** Which letters are meant; what is left out is not asked. */
export interface DeadLetterFilter {
  readonly id?: string;
  readonly flow?: string;
  readonly tier?: string;
  readonly code?: string;
}

/** What became of the letters of a redrive or purge. */
export interface DeadLetterOutcome {
  readonly done: readonly DeadLetter[];
  readonly failed: readonly { readonly letter: DeadLetter; readonly error: Error }[];
}

/** As many as SQS hands out, takes and deletes in one call. */
const CHUNK = 10;
/** Letters that are looked at come back by themselves this soon if the looking dies. */
const LOOK_MS = 60_000;
/** SQS may find nothing at once in a queue that holds something; waiting a second asks all of its servers. */
const WAIT_MS = 1_000;

/** Every dead-letter queue of an application. */
export function deadLetterSources(graph: Graph): readonly DeadLetterSource[] {
  const tiers = graph.tiers.map((plan) => ({ plan, name: plan.tier.name }));
  const destination = graph.destination ? [{ plan: graph.destination, name: graph.destination.destination.name }] : [];
  return [...tiers, ...destination].map(({ plan, name }) => ({
    application: graph.application,
    tier: name,
    deadLetters: plan.deadLetters,
    queues: plan.reads,
  }));
}

/** The dead letters that a filter means, oldest first; each stays where it is. */
export async function listDeadLetters(
  cloud: Cloud,
  sources: readonly DeadLetterSource[],
  filter: DeadLetterFilter = {},
): Promise<readonly DeadLetter[]> {
  const { done } = await withLetters(cloud, sources, filter, async () => []);
  return done;
}

/**
 * Sends letters back to the queues they came from, then deletes them: whatever ends it in between, no flow is lost, and
 * doing it again is safe. A letter that cannot be sent stays.
 */
export function redriveDeadLetters(
  cloud: Cloud,
  sources: readonly DeadLetterSource[],
  filter: DeadLetterFilter = {},
): Promise<DeadLetterOutcome> {
  return withLetters(cloud, sources, filter, async (dlq, held) => {
    const errors = await sendBack(cloud, held);
    await dlq.delete(held.filter((_, i) => !errors[i]).map(({ receipt }) => receipt));
    return errors;
  });
}

/** Deletes letters for good. */
export function purgeDeadLetters(
  cloud: Cloud,
  sources: readonly DeadLetterSource[],
  filter: DeadLetterFilter = {},
): Promise<DeadLetterOutcome> {
  return withLetters(cloud, sources, filter, async (dlq, held) => {
    await dlq.delete(held.map(({ receipt }) => receipt));
    return [];
  });
}

/** A letter in hand: hidden from others until it is deleted or given back. */
interface Held {
  readonly letter: DeadLetter;
  readonly receipt: string;
}

/** Does something with a chunk of letters; one entry a letter, an error where it was not done. */
type Handle = (dlq: Queue, held: readonly Held[]) => Promise<readonly (Error | undefined)[]>;

async function withLetters(
  cloud: Cloud,
  sources: readonly DeadLetterSource[],
  filter: DeadLetterFilter,
  handle: Handle,
): Promise<DeadLetterOutcome> {
  const done: DeadLetter[] = [];
  const failed: { letter: DeadLetter; error: Error }[] = [];
  const began = cloud.clock.now();
  for (const source of sources) {
    if (filter.tier !== undefined && filter.tier !== source.tier) continue;
    const dlq = cloud.queue(source.deadLetters);
    const receipts: string[] = [];
    try {
      for await (const messages of receiveAll(dlq)) {
        receipts.push(...messages.map(({ receipt }) => receipt));
        const held = await Promise.all(
          messages.map(async (m) => ({ letter: await readLetter(cloud, source, m), receipt: m.receipt })),
        );
        // A letter that comes in meanwhile may be one just redriven: taking it too would go round in circles.
        const meant = held.filter(({ letter }, i) => messages[i]!.sentAt <= began && isMeant(letter, filter));
        const errors = meant.length > 0 ? await handle(dlq, meant) : [];
        for (const [i, { letter }] of meant.entries()) {
          const error = errors[i];
          if (error) failed.push({ letter, error });
          else done.push(letter);
        }
      }
    } finally {
      // Receipts of deleted letters are passed over.
      for (let at = 0; at < receipts.length; at += CHUNK) await dlq.hide(receipts.slice(at, at + CHUNK), 0);
    }
  }
  return { done: done.sort((a, b) => a.at - b.at), failed };
}

async function* receiveAll(dlq: Queue): AsyncGenerator<readonly ReceivedMessage[]> {
  const { ready } = await dlq.depth();
  for (let seen = 0; ; ) {
    const waitMs = seen < ready ? WAIT_MS : 0;
    const messages = await dlq.receive({ max: CHUNK, visibilityMs: LOOK_MS, waitMs });
    if (messages.length === 0) return;
    seen += messages.length;
    yield messages;
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
async function sendBack(cloud: Cloud, held: readonly Held[]): Promise<readonly (Error | undefined)[]> {
  const errors: (Error | undefined)[] = new Array(held.length).fill(undefined);
  for (const name of new Set(held.map(({ letter }) => letter.queue))) {
    const indices = [...held.keys()].filter((i) => held[i]!.letter.queue === name);
    try {
      const sent = await cloud.queue(name).send(indices.map((i) => toMessage(held[i]!.letter)));
      for (const [at, i] of indices.entries()) errors[i] = sent[at];
    } catch (error) {
      for (const i of indices) errors[i] = toError(error);
    }
  }
  return errors;
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
