import { equal, holds } from './assert.ts';
import { checksOf } from './check.ts';
import { collect, collectOne, eventually, nothing, sendAll } from './receiving.ts';

const EMPTY = { ready: 0, delayed: 0, inFlight: 0 };

/** When a message can be received, and how often. Times are whole seconds: no queue is asked to be more exact. */
export const queueVisibility = checksOf('queue', {
  'hides a message for its visibility timeout, then delivers it again': async (backend) => {
    const { queue } = await backend.queue({});
    await sendAll(queue, ['{}']);
    const first = await collectOne(backend, queue, 2_000);
    await nothing(queue, 'while it is hidden');
    await backend.sleep(2_500);
    const second = await collectOne(backend, queue);
    const { id, body, sentAt } = second;
    equal({ id, body, sentAt }, { id: first.id, body: first.body, sentAt: first.sentAt }, 'the message');
    holds(second.receipt !== first.receipt, 'the second delivery has the receipt of the first');
  },

  'counts receives': async (backend) => {
    const { queue } = await backend.queue({});
    await sendAll(queue, ['{}']);
    for (const receives of [1, 2, 3, 4]) {
      const message = await collectOne(backend, queue);
      equal(message.receives, receives, 'receives');
      await queue.hide([message.receipt], 0);
    }
  },

  'deletes a message for good': async (backend) => {
    const { queue } = await backend.queue({});
    await sendAll(queue, ['{}']);
    const { receipt } = await collectOne(backend, queue, 1_000);
    await queue.delete([receipt]);
    await backend.sleep(1_500);
    await nothing(queue, 'after it was deleted');
    await eventually(backend, () => queue.depth(), EMPTY, 'depth');
  },

  'makes a message visible at once': async (backend) => {
    const { queue } = await backend.queue({});
    await sendAll(queue, ['{}']);
    const { receipt } = await collectOne(backend, queue);
    await queue.hide([receipt], 0);
    equal((await collectOne(backend, queue)).receives, 2, 'receives');
  },

  'hides a message for longer than it was': async (backend) => {
    const { queue } = await backend.queue({});
    await sendAll(queue, ['{}']);
    const { receipt } = await collectOne(backend, queue, 1_000);
    await queue.hide([receipt], 3_000);
    await backend.sleep(1_500);
    await nothing(queue, 'after the first timeout');
    await backend.sleep(2_000);
    await collectOne(backend, queue);
  },

  'delays a message': async (backend) => {
    const { queue } = await backend.queue({});
    await queue.send([{ body: '"late"', delayMs: 2_000 }, { body: '"now"' }]);
    equal((await collectOne(backend, queue)).body, '"now"', 'the message that was not delayed');
    await nothing(queue, 'before its time');
    await backend.sleep(2_500);
    const late = await collectOne(backend, queue);
    equal({ body: late.body, receives: late.receives }, { body: '"late"', receives: 1 }, 'the delayed message');
  },

  'moves a message to the dead letters after its last receive': async (backend) => {
    const { queue, deadLetters } = await backend.queue({ maxReceives: 2 });
    await sendAll(queue, ['{"poison":true}']);
    for (const receives of [1, 2]) {
      const message = await collectOne(backend, queue);
      equal(message.receives, receives, 'receives');
      await queue.hide([message.receipt], 0);
    }
    await nothing(queue, 'after its last receive');
    equal((await collectOne(backend, deadLetters!)).body, '{"poison":true}', 'the dead letter');
    await eventually(backend, () => queue.depth(), EMPTY, 'depth');
  },

  'sends a dead letter back to work, and gives it up again after as many receives': async (backend) => {
    const { queue, deadLetters } = await backend.queue({ maxReceives: 1 });
    await sendAll(queue, ['{"poison":true}']);
    for (const round of [1, 2]) {
      const { receipt, receives } = await collectOne(backend, queue);
      equal(receives, 1, `receives in round ${round}`);
      await queue.hide([receipt], 0);
      await nothing(queue, 'after its last receive');
      const letter = await collectOne(backend, deadLetters!);
      await sendAll(queue, [letter.body]);
      await deadLetters!.delete([letter.receipt]);
      await eventually(backend, () => deadLetters!.depth(), EMPTY, 'depth of the dead letters');
    }
  },

  'delivers again what of a batch was not deleted, and nothing else': async (backend) => {
    const { queue } = await backend.queue({});
    const bodies = Array.from({ length: 11 }, (_, n) => `{"n":${n}}`);
    await sendAll(queue, bodies);
    const batch = await collect(backend, queue, 11, 2_000);
    const failed = new Set(bodies.slice(3, 6));
    await queue.delete(batch.filter(({ body }) => !failed.has(body)).map(({ receipt }) => receipt));
    await backend.sleep(2_500);
    const again = await collect(backend, queue, 3);
    equal(again.map(({ body }) => body).sort(), [...failed].sort(), 'bodies');
    await nothing(queue, 'beside the three that failed');
  },

  'passes over receipts that are void, and such that never were': async (backend) => {
    const { queue } = await backend.queue({});
    await sendAll(queue, ['"a"', '"b"']);
    const [a, b] = await collect(backend, queue, 2, 1_000);
    await queue.delete([a!.receipt]);
    await queue.delete([a!.receipt, 'nonsense', '', b!.receipt]);
    await queue.hide(['nonsense', '', a!.receipt], 0);
    await backend.sleep(1_500);
    await nothing(queue, 'after both were deleted');
  },

  'keeps a message that was received again deletable by its last receipt': async (backend) => {
    const { queue } = await backend.queue({});
    await sendAll(queue, ['{}']);
    await collectOne(backend, queue, 1_000);
    await backend.sleep(1_500);
    const { receipt } = await collectOne(backend, queue, 1_000);
    await queue.delete([receipt]);
    await backend.sleep(1_500);
    await nothing(queue, 'after it was deleted');
  },
});
