import { codeOf, equal } from './assert.ts';
import { outsideChecksOf } from './check.ts';
import { collectOne, eventually, LONG_MS, sendAll } from './receiving.ts';
import { newKey } from './table-writes.ts';

const queueChecks = outsideChecksOf('queue', {
  'says that its queue is unknown once somebody deleted it': async (backend, outside) => {
    const { queue } = await backend.queue({});
    await sendAll(queue, ['"received"', '"lost with the queue"']);
    const { receipt } = await collectOne(backend, queue);
    await outside.deleteQueue(queue.name);
    await eventually(backend, () => codeOf(queue.depth()), 'queue-unknown', 'code of depth');
    const receive = () => queue.receive({ max: 1, visibilityMs: LONG_MS, waitMs: 0 });
    equal(await codeOf(receive), 'queue-unknown', 'code of receive');
    equal(await codeOf(queue.delete([receipt])), 'queue-unknown', 'code of delete');
    equal(await codeOf(queue.hide([receipt], 0)), 'queue-unknown', 'code of hide');
    equal(await codeOf(queue.purge()), 'queue-unknown', 'code of purge');
    const errors = await queue.send([{ body: '"a"' }, { body: '"b"' }]);
    const codes = await Promise.all(errors.map((error) => codeOf(Promise.reject(error))));
    equal(codes, ['queue-unknown', 'queue-unknown'], 'codes of send, one a message');
  },

  'receives a message with attributes it does not know': async (backend, outside) => {
    const { queue } = await backend.queue({});
    await outside.sendWithAttributes(queue.name, '{"from":"another program"}');
    const { body, receives, receipt } = await collectOne(backend, queue);
    equal({ body, receives }, { body: '{"from":"another program"}', receives: 1 }, 'the message');
    await queue.delete([receipt]);
    await eventually(backend, () => queue.depth(), { ready: 0, delayed: 0, inFlight: 0 }, 'depth');
  },
});

const tableChecks = outsideChecksOf('table', {
  'keeps an attribute of a type it does not know': async (backend, outside) => {
    const { table } = backend.cloud;
    const key = newKey(backend);
    await table.update({ key, set: { n: 1 } });
    await outside.writeAttribute(key, 'foreign');
    const there = { attribute: 'foreign', is: 'present' } as const;
    for (const n of [2, 3]) {
      const { applied, item } = await table.update({ key, add: { n: 1 }, set: { own: n }, when: [there] });
      equal({ applied, n: item?.n, own: item?.own }, { applied: true, n, own: n }, 'the update');
    }
    const item = await table.get(key);
    equal({ n: item?.n, own: item?.own }, { n: 3, own: 3 }, 'the item');
  },
});

/** What the ports say and keep when others meddle with queues and items. */
export const outsideChecks = [...queueChecks, ...tableChecks];
