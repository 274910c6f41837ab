import { setImmediate } from 'node:timers/promises';
import { toError } from '../core/errors.ts';
import { isCount, rejectUnknownKeys, requireOption } from '../core/options.ts';
import type { Clock } from '../ports/clock.ts';
import type { Queue, ReceivedMessage } from '../ports/queue.ts';

/** What to feed, and how. */
export interface EventSourceOptions {
  readonly queue: Queue;
  /** Works on a batch; resolves with the receipts that must not be deleted. */
  readonly handler: (messages: readonly ReceivedMessage[]) => Promise<{ readonly failed: readonly string[] }>;
  readonly batchSize: number;
  /** How long a batch waits for more messages after its first. */
  readonly windowMs: number;
  /** Batches in work at the same time. */
  readonly concurrency: number;
  readonly visibilityMs: number;
  readonly clock: Clock;
  /** Told of handlers that rejected and calls of the queue that failed; must not throw. */
  readonly onError?: (error: Error) => void;
}

/** A running event source. */
export interface EventSource {
  /** Receives no more, gives back what no handler has seen, and waits for the batches in work. */
  stop(): Promise<void>;
  /** True while nothing is in work and it waits for messages. */
  idle(): boolean;
}

const LONG_POLL_MS = 20_000;
const RECEIVE_AT_MOST = 1_000;
const FIRST_BACKOFF_MS = 100;
const LAST_BACKOFF_MS = 5_000;
/** A loop that always finds messages must let timers and sockets have their turn. */
const TURN_MS = 10;

/**
 * Feeds a handler from a queue as Lambda's SQS event source mapping does: batches by size and window, several at once,
 * deleted but for what failed; a batch whose handler rejects comes back after its visibility timeout.
 *
 * @throws SluiceError `option-unknown`, `option-invalid`
 * @example
 * ```ts
 * import { openCloud, startEventSource } from 'sluice/local';
 *
 * const cloud = await openCloud({ dir: ':memory:' });
 * cloud.declare([{ name: 'mail', visibilityMs: 30_000, retentionMs: 60_000 }]);
 * await cloud.queue('mail').send([{ body: 'one' }, { body: 'two' }]);
 * await new Promise<void>((done) => {
 *   startEventSource({
 *     queue: cloud.queue('mail'),
 *     handler: async (messages) => {
 *       console.log(messages.map((message) => message.body)); // [ 'one', 'two' ]
 *       done();
 *       return { failed: [] };
 *     },
 *     batchSize: 10,
 *     windowMs: 0,
 *     concurrency: 1,
 *     visibilityMs: 30_000,
 *     clock: cloud.clock,
 *   });
 * });
 * ```
 */
export function startEventSource(options: EventSourceOptions): EventSource {
  checkOptions(options);
  const { queue, handler, batchSize, windowMs, concurrency, visibilityMs, clock, onError } = options;
  const stopping = new AbortController();
  const working = new Set<Promise<void>>();
  const gathered: ReceivedMessage[] = [];
  let windowEnd = 0;
  let waiting = false;
  let onFree: (() => void) | undefined;
  let stopped: Promise<void> | undefined;

  async function work(batch: readonly ReceivedMessage[]): Promise<void> {
    try {
      const failed = new Set((await handler(batch)).failed);
      const done = batch.map(({ receipt }) => receipt).filter((receipt) => !failed.has(receipt));
      if (done.length > 0) await queue.delete(done);
    } catch (error) {
      onError?.(toError(error));
    }
  }
  function dispatch(): void {
    while (gathered.length > 0 && working.size < concurrency) {
      if (gathered.length < batchSize && clock.now() < windowEnd) return;
      const batch = work(gathered.splice(0, batchSize)).finally(() => {
        working.delete(batch);
        onFree?.();
      });
      working.add(batch);
    }
  }
  /** Resolves with how many messages came. */
  async function gather(): Promise<number> {
    const room = (concurrency - working.size) * batchSize - gathered.length;
    const max = Math.min(room, Math.max(batchSize, RECEIVE_AT_MOST));
    const waitMs = gathered.length > 0 ? Math.max(0, windowEnd - clock.now()) : LONG_POLL_MS;
    waiting = gathered.length === 0;
    const messages = await queue.receive({ max, visibilityMs, waitMs, abort: stopping.signal });
    waiting = false;
    // What a full batch leaves over came with this receive, so its window begins now.
    const first = gathered.length === 0 || gathered.length + messages.length > batchSize;
    if (first) windowEnd = clock.now() + windowMs;
    gathered.push(...messages);
    return messages.length;
  }
  async function loop(): Promise<void> {
    let backoffMs = FIRST_BACKOFF_MS;
    let turn = clock.now();
    while (!stopping.signal.aborted) {
      let busy = true;
      try {
        if (working.size < concurrency) busy = (await gather()) > 0;
        else await new Promise<void>((resolve) => (onFree = resolve));
        backoffMs = FIRST_BACKOFF_MS;
      } catch (error) {
        waiting = false;
        onError?.(toError(error));
        await clock.sleep(backoffMs, stopping.signal);
        backoffMs = Math.min(2 * backoffMs, LAST_BACKOFF_MS);
      }
      if (!stopping.signal.aborted) dispatch();
      if (!busy || clock.now() - turn >= TURN_MS) {
        await setImmediate();
        turn = clock.now();
      }
    }
  }
  const looping = loop();

  async function stop(): Promise<void> {
    stopping.abort();
    await looping;
    const unseen = gathered.splice(0).map(({ receipt }) => receipt);
    if (unseen.length > 0) await queue.hide(unseen, 0).catch((error: unknown) => onError?.(toError(error)));
    await Promise.all(working);
  }
  return {
    stop: () => (stopped ??= stop()),
    idle: () => waiting && working.size === 0,
  };
}

const KEYS = ['queue', 'handler', 'batchSize', 'windowMs', 'concurrency', 'visibilityMs', 'clock', 'onError'];

function checkOptions(options: EventSourceOptions): void {
  const what = 'an event source';
  rejectUnknownKeys(options, KEYS, what);
  for (const key of ['batchSize', 'concurrency'] as const) {
    requireOption(isCount(options[key], 1, Number.MAX_SAFE_INTEGER), what, key, options[key], 'a whole number from 1');
  }
  for (const key of ['windowMs', 'visibilityMs'] as const) {
    requireOption(options[key] >= 0, what, key, options[key], 'milliseconds from 0');
  }
}
