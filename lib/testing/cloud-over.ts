import { SluiceError } from '../core/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Cloud } from '../ports/cloud.ts';
import type { Queue } from '../ports/queue.ts';
import { refusedMessage } from './limits.ts';
import { BUCKET } from './memory-objects.ts';
import type { MemoryQueue } from './memory-queue.ts';
import type { World } from './world.ts';

/** What a port call is about. */
export type Part = 'send' | 'receive' | 'hide' | 'delete' | 'update' | 'read' | 'put' | 'get' | 'remove' | 'log';

/** Which entries of a batch are done; all of them where it is left out. */
export type Share = (index: number) => boolean;

/** Makes a port call happen: now, later, half, or never. */
export type Caller = <T>(part: Part, entries: number, act: (share: Share) => T) => Promise<T>;

/** Everything is done at once, and whole: the hand of the test itself. */
export const atOnce: Caller = async (_part, _entries, act) => act(() => true);

const NOT_TAKEN = new Error('the queue did not take this entry of the batch');

/** A cloud over a world, for one process whose calls happen as `call` lets them. */
export function cloudOver(world: World, by: string, call: Caller, clock: Clock): Cloud {
  const { table, objects, records, schedule, faults } = world;
  const lag = faults.at('objectLag', by);
  const loss = faults.at('objectLoss', by);
  const queues = new Map<string, Queue>();
  return {
    clock,
    random: { id: world.newId },
    queue(name) {
      const known = queues.get(name);
      if (known) return known;
      const made = queueOver(world, by, call, find(world, name));
      queues.set(name, made);
      return made;
    },
    table: {
      update: (update) =>
        call('update', 1, () => {
          const result = table.update(update);
          world.tell(by, { did: 'write', update, item: result.item, applied: result.applied });
          return result;
        }),
      get: (key) => call('read', 1, () => table.items.get(key)),
      list: (list) => call('read', 1, () => table.list(list)),
    },
    objects: {
      bucket: BUCKET,
      put: (key, bytes, { contentType } = {}) =>
        call('put', 1, () => {
          const late = lag();
          const visibleAt = late === undefined ? 0 : schedule.now() + 10 ** (late * 4.5);
          const found = objects.differs(key, bytes);
          const reference = objects.put(key, bytes, contentType, visibleAt);
          world.tell(by, { did: 'put', key, found });
          if (loss() !== undefined) objects.remove(key);
          return reference;
        }),
      get: (reference) =>
        call('get', 1, () => {
          const { key } = reference;
          const object = objects.stored.get(key);
          object?.fetchedBy.push(by);
          world.tell(by, { did: 'get', key, found: object?.bytes !== undefined });
          return objects.get(reference, schedule.now());
        }),
      delete: (references) =>
        call('remove', references.length, (share) => {
          for (const [i, { bucket, key }] of references.entries()) {
            if (share(i) && bucket === BUCKET) world.tell(by, { did: 'remove', key, found: objects.remove(key) });
          }
        }),
    },
    decisions: {
      write: (written) =>
        call('log', written.length, (share) => {
          for (const [i, record] of written.entries()) {
            if (!share(i)) continue;
            records.push(record);
            world.tell(by, { did: 'log', record });
          }
        }),
      flow: (flowId) => call('read', 1, () => records.filter((record) => record.flow === flowId)),
    },
  };
}

function find(world: World, name: string): MemoryQueue {
  const queue = world.queues.get(name);
  if (queue) return queue;
  throw new SluiceError('queue-unknown', 'there is no such queue', {
    queue: name,
    fix: `Queues of the application: ${[...world.queues.keys()].join(', ')}.`,
  });
}

function queueOver(world: World, by: string, call: Caller, queue: MemoryQueue): Queue {
  const { schedule, faults } = world;
  const { name, retentionMs } = queue.spec;
  const delay = faults.at('delay', name);
  return {
    name,
    send: (messages) =>
      call('send', messages.length, (share) =>
        messages.map((message, i) => {
          if (!share(i)) return NOT_TAKEN;
          const refused = refusedMessage(name, message);
          if (refused) return refused;
          const late = delay();
          // Seconds as a rule, up to most of the retention time. The rest is for what comes after: a message that is hidden
          // for its longest, twelve hours, twice would otherwise be forgotten, and its flow be lost by no fault of its own.
          const lateMs = late === undefined ? 0 : 1_000 * (retentionMs / 1_000) ** late * 0.75;
          const visibleAt = schedule.now() + (message.delayMs ?? 0) + lateMs;
          const { facts } = queue.add(message, visibleAt);
          world.tell(by, { did: 'send', queue: name, message: facts, visibleAt });
          return undefined;
        }),
      ),
    receive: ({ max, visibilityMs }) =>
      call('receive', 1, () => queue.take(max, visibilityMs).map(({ received }) => received)),
    delete: (receipts) =>
      call('delete', receipts.length, (share) => {
        for (const [i, receipt] of receipts.entries()) {
          const message = share(i) ? queue.delete(receipt) : undefined;
          if (message) world.tell(by, { did: 'delete', queue: name, message: message.facts });
        }
      }),
    hide: (receipts, ms) =>
      call('hide', receipts.length, (share) => {
        for (const [i, receipt] of receipts.entries()) {
          const message = share(i) ? queue.hide(receipt, ms) : undefined;
          if (message) world.tell(by, { did: 'hide', queue: name, message: message.facts, ms });
        }
      }),
    depth: () => call('read', 1, () => queue.depth()),
    purge: () => call('delete', 1, () => queue.purge()),
  };
}
