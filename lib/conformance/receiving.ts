import type { Queue, ReceivedMessage } from '../ports/queue.ts';
import { equal } from './assert.ts';
import type { Backend } from './check.ts';

const TRIES = 30;
const PAUSE_MS = 100;
/** Longer than any check takes. */
export const LONG_MS = 600_000;

/** Receives until so many messages have come: a receive may bring fewer than there are. */
export async function collect(
  backend: Backend,
  queue: Queue,
  count: number,
  visibilityMs = LONG_MS,
): Promise<readonly ReceivedMessage[]> {
  const found: ReceivedMessage[] = [];
  for (let i = 0; i < TRIES && found.length < count; i += 1) {
    if (i > 0) await backend.sleep(PAUSE_MS);
    found.push(...(await queue.receive({ max: count - found.length, visibilityMs, waitMs: 0 })));
  }
  equal(found.length, count, 'messages received');
  return found;
}

/** Receives the one message there is. */
export async function collectOne(backend: Backend, queue: Queue, visibilityMs = LONG_MS): Promise<ReceivedMessage> {
  return (await collect(backend, queue, 1, visibilityMs))[0]!;
}

/** Sends, and expects every message to be taken. */
export async function sendAll(queue: Queue, bodies: readonly string[]): Promise<void> {
  const outcome = await queue.send(bodies.map((body) => ({ body })));
  equal(
    outcome.map((error) => error?.message),
    bodies.map(() => undefined),
    'errors of the messages sent',
  );
}

/** Expects that nothing can be received. */
export async function nothing(queue: Queue, when: string): Promise<void> {
  const found = await queue.receive({ max: 10, visibilityMs: LONG_MS, waitMs: 0 });
  equal(found.length, 0, `messages received ${when}`);
}

/** Asks again until it is as expected: queues count with a delay. */
export async function eventually(backend: Backend, ask: () => Promise<unknown>, expected: unknown, what: string) {
  for (let i = 0; i < TRIES; i += 1) {
    try {
      return equal(await ask(), expected, what);
    } catch {
      await backend.sleep(PAUSE_MS);
    }
  }
  equal(await ask(), expected, what);
}
