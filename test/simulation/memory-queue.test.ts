import fc from 'fast-check';
import { expect, test } from 'vitest';
import { memoryQueue } from '../../lib/testing/memory-queue.ts';

const SPEC = { name: 'q', visibilityMs: 30, retentionMs: 400, maxReceives: 3 };

test('a queue knows when its next message can be received, whatever was done to it', () => {
  const act = fc.record({
    do: fc.constantFrom('add', 'add', 'take', 'delete', 'hide', 'restore', 'purge', 'wait'),
    which: fc.nat(20),
    ms: fc.nat(60),
  });
  fc.assert(
    fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
      let now = 1_000;
      let ids = 0;
      const queue = memoryQueue(SPEC, {
        now: () => now,
        newId: () => `m-${++ids}`,
        textOf: () => undefined,
        onMessage: () => undefined,
        onGivenUp: () => undefined,
        onForgotten: () => undefined,
      });
      const taken: string[] = [];
      for (const { do: what, which, ms } of acts) {
        const receipt = taken[which % taken.length] ?? 'none/0';
        if (what === 'add') queue.add({ body: '{}' }, now + ms);
        else if (what === 'take')
          taken.push(...queue.take(1 + (which % 3), ms).map(({ received }) => received.receipt));
        else if (what === 'delete') queue.delete(receipt);
        else if (what === 'hide') queue.hide(receipt, ms);
        else if (what === 'purge' && which === 0) queue.purge();
        else if (what === 'wait') now += ms;
        else if (what === 'restore') {
          const message = queue.messages[which % queue.messages.length] ?? queue.delete(receipt);
          if (message) queue.restore(message, now + ms);
        }
        const times = queue.messages.map(({ visibleAt }) => visibleAt);
        expect(queue.next()).toBe(times.length === 0 ? undefined : Math.min(...times));
      }
    }),
  );
});
