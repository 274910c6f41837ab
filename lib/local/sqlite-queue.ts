import { refusal } from '../core/message-limits.ts';
import type { Clock } from '../ports/clock.ts';
import type { OutgoingMessage, Queue } from '../ports/queue.ts';
import type { Random } from '../ports/random.ts';
import type { Bells } from './bells.ts';
import type { Database } from './database.ts';
import { fairTags } from './fair-tags.ts';
import type { QueueRegistry } from './queue-registry.ts';
import type { QueueStatements } from './queue-statements.ts';
import { hasMessage, nextVisible, type Taken, take } from './queue-take.ts';

/** What a queue works with. */
export interface QueueTools {
  readonly database: Database;
  readonly statements: QueueStatements;
  readonly registry: QueueRegistry;
  readonly bells: Bells;
  readonly clock: Clock;
  readonly random: Random;
}

/** SQS keeps a message hidden for at most twelve hours. */
const MAX_HIDDEN_MS = 43_200_000;
const SWEEP_EVERY_MS = 60_000;

/** A queue with the semantics of an SQS standard queue. @throws SluiceError `queue-unknown` */
export function sqliteQueue(name: string, tools: QueueTools): Queue {
  const { database, statements, registry, bells, clock, random } = tools;
  const { number } = registry.find(name);
  let sweptAt = clock.now();

  function insert(messages: readonly OutgoingMessage[], errors: readonly (Error | undefined)[]): void {
    const now = clock.now();
    const tags = fairTags(statements, number);
    for (const [index, { body, delayMs = 0, group }] of messages.entries()) {
      if (errors[index]) continue;
      const ready = delayMs > 0 ? 0 : 1;
      // A delayed message gets its place when it becomes visible.
      const tag = ready ? tags.arrival(group) : 0;
      statements.insert.run(number, ready, now + delayMs, tag, now, group ?? null, random.id(), body);
    }
    tags.save();
    if (now >= sweptAt + SWEEP_EVERY_MS) sweep(now);
  }
  // A receive drops what is too old by itself; a queue that nobody reads must not grow for ever either.
  function sweep(now: number): void {
    const oldest = now - registry.find(name).spec.retentionMs;
    while (Number(statements.dropOldest.run(number, oldest).changes) > 0);
    sweptAt = now;
  }
  function takeNow(max: number, visibilityMs: number): Taken {
    const now = clock.now();
    if (max < 1 || !database.read(() => hasMessage(statements, number, now))) return { messages: [], givenUp: 0 };
    const queue = registry.find(name);
    const deadLetters = queue.spec.deadLetters === undefined ? undefined : registry.find(queue.spec.deadLetters);
    const taken = database.transaction(() => take(statements, queue, { max, visibilityMs, now, deadLetters }));
    if (taken.givenUp > 0) bells.ring(deadLetters!.spec.name);
    return taken;
  }
  async function waitForNext(deadline: number, abort: AbortSignal | undefined): Promise<void> {
    const seen = database.foreignVersion();
    const now = clock.now();
    const next = database.read(() => (statements.firstTag.get(number) ? now : nextVisible(statements, number)));
    const ms = Math.min(deadline, next ?? deadline) - now;
    if (ms > 0) await bells.wait(name, ms, seen, abort);
  }
  function eachReceipt(receipts: readonly string[], run: (seq: number, delivery: number) => void): void {
    if (receipts.length === 0) return;
    database.transaction(() => {
      for (const receipt of receipts) {
        const [seq, delivery] = receipt.split('-').map(Number);
        if (Number.isSafeInteger(seq) && Number.isSafeInteger(delivery)) run(seq!, delivery!);
      }
    });
  }

  return {
    name,
    async send(messages) {
      const errors = messages.map((message) => refusal(name, message));
      if (messages.length > 0) database.transaction(() => insert(messages, errors));
      bells.ring(name);
      return errors;
    },
    async receive({ max, visibilityMs, waitMs, abort }) {
      const deadline = clock.now() + waitMs;
      while (!abort?.aborted) {
        const { messages } = takeNow(max, visibilityMs);
        if (messages.length > 0 || clock.now() >= deadline) return messages;
        await waitForNext(deadline, abort);
        if (bells.closed) break;
      }
      return [];
    },
    async delete(receipts) {
      eachReceipt(receipts, (seq, delivery) => statements.delete.run(seq, delivery, number));
    },
    async hide(receipts, ms) {
      const now = clock.now();
      const until = now + Math.min(ms, MAX_HIDDEN_MS);
      eachReceipt(receipts, (seq, delivery) => statements.hide.run(until, seq, delivery, number, now));
      bells.ring(name);
    },
    async depth() {
      const now = clock.now();
      return database.read(() => {
        const { count } = statements.countReady.get(number) as { count: number };
        const waiting = statements.countWaiting.get(now, now, now, number);
        const { due, delayed, hidden } = waiting as { due: number; delayed: number; hidden: number };
        return { ready: count + due, delayed, inFlight: hidden };
      });
    },
    async purge() {
      database.transaction(() => {
        statements.purgeReady.run(number);
        statements.purgeWaiting.run(number);
      });
    },
  };
}
