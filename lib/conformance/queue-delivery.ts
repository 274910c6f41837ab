import { codeOf, equal, holds } from './assert.ts';
import { checksOf } from './check.ts';
import { collect, collectOne, eventually, LONG_MS, nothing, sendAll } from './receiving.ts';

const numbered = (count: number): readonly string[] => Array.from({ length: count }, (_, i) => `{"n":${i}}`);
const sorted = (texts: readonly string[]): readonly string[] => [...texts].sort();

/** What every queue does with messages that nothing happens to. */
export const queueDelivery = checksOf('queue', {
  'delivers what was sent, each message with an id and a receipt of its own': async (backend) => {
    const { queue } = await backend.queue({});
    const before = backend.cloud.clock.now();
    await sendAll(queue, numbered(3));
    const messages = await collect(backend, queue, 3);
    equal(sorted(messages.map(({ body }) => body)), sorted(numbered(3)), 'bodies');
    equal(new Set(messages.map(({ id }) => id)).size, 3, 'different ids');
    equal(new Set(messages.map(({ receipt }) => receipt)).size, 3, 'different receipts');
    for (const { receives, sentAt } of messages) {
      equal(receives, 1, 'receives');
      // Clocks of two machines differ, and so may theirs.
      holds(Math.abs(sentAt - before) < 60_000, `sentAt is ${sentAt - before} ms after the send`);
    }
  },

  'takes no messages for none': async (backend) => {
    const { queue } = await backend.queue({});
    equal(await queue.send([]), [], 'errors');
    equal(await queue.receive({ max: 0, visibilityMs: LONG_MS, waitMs: 0 }), [], 'messages');
    await queue.delete([]);
    await queue.hide([], 0);
  },

  'sends 11 messages in one call': async (backend) => {
    const { queue } = await backend.queue({});
    await sendAll(queue, numbered(11));
    const messages = await collect(backend, queue, 11);
    equal(sorted(messages.map(({ body }) => body)), sorted(numbered(11)), 'bodies');
  },

  'sends, receives, hides and deletes 30 messages in one call each': async (backend) => {
    const { queue } = await backend.queue({});
    await sendAll(queue, numbered(30));
    const first = await collect(backend, queue, 30);
    await queue.hide(
      first.map(({ receipt }) => receipt),
      0,
    );
    const again = await collect(backend, queue, 30);
    await queue.delete(again.map(({ receipt }) => receipt));
    await eventually(backend, () => queue.depth(), { ready: 0, delayed: 0, inFlight: 0 }, 'depth');
  },

  'never delivers a message to two receivers at a time': async (backend) => {
    const { queue } = await backend.queue({});
    await sendAll(queue, numbered(40));
    const received = await Promise.all([10, 10, 10, 10].map((count) => collect(backend, queue, count)));
    equal(new Set(received.flat().map(({ id }) => id)).size, 40, 'different messages');
    await nothing(queue, 'while all are hidden');
  },

  'wakes a receiver that waits': async (backend) => {
    const { queue } = await backend.queue({});
    const receiving = queue.receive({ max: 1, visibilityMs: LONG_MS, waitMs: 20_000 });
    await new Promise((resolve) => setTimeout(resolve, 50));
    const sent = Date.now();
    await sendAll(queue, ['{}']);
    equal((await receiving).length, 1, 'messages received');
    holds(Date.now() - sent < 5_000, `the receiver was woken after ${Date.now() - sent} ms`);
  },

  'ends a waiting receive when it is aborted': async (backend) => {
    const { queue } = await backend.queue({});
    const abort = new AbortController();
    const receiving = queue.receive({ max: 1, visibilityMs: LONG_MS, waitMs: 20_000, abort: abort.signal });
    await new Promise((resolve) => setTimeout(resolve, 50));
    abort.abort();
    equal(await receiving, [], 'messages received');
  },

  'counts what is ready, delayed and in flight': async (backend) => {
    const { queue } = await backend.queue({});
    await sendAll(queue, numbered(3));
    await queue.send([{ body: '{}', delayMs: 900_000 }]);
    await collectOne(backend, queue);
    await eventually(backend, () => queue.depth(), { ready: 2, delayed: 1, inFlight: 1 }, 'depth');
  },

  'purges everything': async (backend) => {
    const { queue } = await backend.queue({});
    await sendAll(queue, numbered(12));
    await collectOne(backend, queue);
    await queue.purge();
    await eventually(backend, () => queue.depth(), { ready: 0, delayed: 0, inFlight: 0 }, 'depth');
    await nothing(queue, 'after the purge');
  },

  'is unknown where it was not declared': async (backend) => {
    const call = () => backend.cloud.queue('no-such-queue').send([{ body: '{}' }]);
    equal(await codeOf(call), 'queue-unknown', 'code of the error');
  },
});
