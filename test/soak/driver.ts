import { setTimeout as sleep } from 'node:timers/promises';
import { ANSWERS, type Graph } from '../../lib/core/plan.ts';
import { type Cloud, connect, type DecisionRecord } from '../../lib/index.ts';
import type { ReceivedMessage } from '../../lib/ports/queue.ts';
import { fateOf } from './fates.ts';
import { flowId, type Ledger } from './ledger.ts';

/** How much is sent, and for how long. */
export interface Load {
  readonly ms: number;
  /** At most so many flows, spread evenly. */
  readonly flows: number;
  /** Flows in one call. */
  readonly chunk: number;
  /** No more is sent while so many messages wait. */
  readonly backlog: number;
}

/** Counts of what the driver saw. */
export interface Seen {
  /** Answers that came again. */
  answersAgain: number;
  /** Decisions on messages that were received before. */
  redeliveries: number;
  /** Calls of the driver's own that failed and were made again. */
  refusedCalls: number;
  /** Dead letters by code. */
  readonly deadLetters: Record<string, number>;
  /** Ends and waits by decision. */
  readonly decisions: Record<string, number>;
}

export function nothingSeen(): Seen {
  return { answersAgain: 0, redeliveries: 0, refusedCalls: 0, deadLetters: {}, decisions: {} };
}

const AGAIN_MS = 100;
const RECEIVE = 500;
const VISIBILITY_MS = 30_000;

/** The side of the senders and of whoever takes the answers: it is never harmed. */
export interface Driver {
  /** Sends at full load; resolves once all that was begun is sent. */
  send(load: Load): Promise<void>;
  /** Takes answers and dead letters into the ledger until `stop`. */
  receive(stop: AbortSignal): Promise<void>;
  /** Takes a decision into the ledger. */
  take(record: DecisionRecord): void;
  /** Messages that wait or are at work, the dead letters left out. */
  backlog(): Promise<number>;
}

/** What a driver works with. */
export interface DriverTools {
  readonly cloud: Cloud;
  readonly graph: Graph;
  readonly ledger: Ledger;
  readonly seen: Seen;
  /** Has the table keep how each flow ended. */
  readonly reply: boolean;
}

/** Drives the cascade of `functions/mill`. */
export function createDriver({ cloud, graph, ledger, seen, reply }: DriverTools): Driver {
  const data = connect<typeof import('./functions/mill/cheap.ts')>('cheap', { cloud });
  const parts = connect<typeof import('./functions/mill/dear.ts')>('dear.parts', { cloud });
  const working = graph.queues.map(({ name }) => name).filter((name) => !name.endsWith('.dlq'));
  const onceTiers = new Set(graph.tiers.filter(({ tier }) => tier.delivery === 'once').map(({ tier }) => tier.name));

  /** A full disk and a locked store pass. */
  async function persist<T>(call: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await call();
      } catch {
        seen.refusedCalls += 1;
        await sleep(AGAIN_MS);
      }
    }
  }
  async function sendAll<T>(
    items: readonly T[],
    batch: (items: readonly T[]) => Promise<readonly { error?: Error }[]>,
  ) {
    for (let left = items; left.length > 0; ) {
      const sent = await batch(left);
      left = left.filter((_, i) => sent[i]!.error);
      if (left.length === 0) return;
      seen.refusedCalls += 1;
      await sleep(AGAIN_MS);
    }
  }
  async function sendChunk(from: number, count: number): Promise<void> {
    const numbers = Array.from({ length: count }, (_, i) => from + i);
    for (const n of numbers) ledger.send(n);
    const first = numbers.filter((n) => fateOf(n).sends !== 'part');
    const second = numbers.filter((n) => fateOf(n).sends !== 'data');
    const sends = [
      () =>
        sendAll(
          first.map((n) => ({ ...dataOf(n), reply })),
          data.sendBatch,
        ),
      () =>
        sendAll(
          second.map((n) => ({ flowId: flowId(n), data: { part: n } })),
          parts.sendBatch,
        ),
    ];
    // Either half may be the first.
    for (const send of from % 2 === 0 ? sends : sends.reverse()) await send();
  }
  async function backlog(): Promise<number> {
    const depths = await persist(() => Promise.all(working.map((name) => cloud.queue(name).depth())));
    return depths.reduce((sum, { ready, delayed, inFlight }) => sum + ready + delayed + inFlight, 0);
  }
  async function drain(queue: string, stop: AbortSignal, take: (message: ReceivedMessage) => void): Promise<void> {
    while (!stop.aborted) {
      const options = { max: RECEIVE, visibilityMs: VISIBILITY_MS, waitMs: 1_000, abort: stop };
      const messages = await persist(() => cloud.queue(queue).receive(options));
      messages.forEach(take);
      await persist(() => cloud.queue(queue).delete(messages.map(({ receipt }) => receipt)));
    }
  }
  function takeAnswer({ body }: ReceivedMessage): void {
    const { id, flow } = JSON.parse(body) as { readonly id: string; readonly flow: string };
    if (!ledger.answer(flow, id)) seen.answersAgain += 1;
  }
  function takeLetter({ body }: ReceivedMessage): void {
    const { flow, code } = JSON.parse(body) as { readonly flow: string; readonly code?: string };
    // One that the queue itself gave up has no reason of ours.
    count(seen.deadLetters, code ?? 'receives-exhausted');
    ledger.end(flow, 'dead-lettered');
  }

  return {
    backlog,
    async send({ ms, flows, chunk, backlog: most }) {
      const began = Date.now();
      for (let sent = 0; sent < flows && Date.now() < began + ms; ) {
        const due = Math.min(flows, Math.ceil((flows * (Date.now() - began)) / ms)) - sent;
        if (due < 1 || (await backlog()) > most) {
          await sleep(10);
          continue;
        }
        const now = Math.min(due, chunk);
        await sendChunk(sent, now);
        sent += now;
      }
    },
    async receive(stop) {
      const letters = graph.queues.map(({ name }) => name).filter((name) => name.endsWith('.dlq'));
      await Promise.all([drain(ANSWERS, stop, takeAnswer), ...letters.map((name) => drain(name, stop, takeLetter))]);
    },
    take(record) {
      const { flow, decision, attempt, tier } = record;
      count(seen.decisions, decision);
      if (flow === null) return;
      if (attempt > 1) seen.redeliveries += 1;
      if (decision === 'dropped' || decision === 'expired') ledger.end(flow, decision);
      if (decision === 'accepted' && onceTiers.has(tier)) ledger.complete(flow);
      if (tells(record)) ledger.tell(flow, record.out?.find(({ to }) => to === ANSWERS)?.id);
    },
  };
}

/** Whether a decision says how its flow ended; a process that died before it said so leaves that to its successor. */
function tells({ decision, reason }: DecisionRecord): boolean {
  if (decision === 'duplicate') return /done here already/.test(reason ?? '');
  return ['accepted', 'failed', 'dropped', 'expired'].includes(decision);
}

function dataOf(n: number) {
  const { name } = fateOf(n);
  const data = { flowId: flowId(n), data: { n, fate: name } };
  return name === 'late' ? { ...data, deadline: new Date(0) } : data;
}

function count(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}
