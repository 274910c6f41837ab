import { type Billed, readUnits, requestsFor, requestsForReceipts, writeUnits } from '../core/billed.ts';
import type { DecisionRecord } from '../core/decision.ts';
import type { Cloud } from '../ports/cloud.ts';
import type { Queue } from '../ports/queue.ts';

/** A cloud whose use is counted in what AWS bills for. */
export interface Metered<C extends Cloud> {
  /** The same cloud; the records it writes carry what was used since the last ones, in even shares. */
  readonly cloud: C;
  /** An invocation begins with these messages: they are received now, and deleted once they are done. */
  received(messages: readonly { readonly body: string }[]): void;
}

type Count = { -readonly [K in keyof Billed]-?: number };

const NOTHING: Count = { invocations: 0, ms: 0, requests: 0, writes: 0, reads: 0, puts: 0, gets: 0 };

const bodyBytes = ({ body }: { readonly body: string }): number => Buffer.byteLength(body);

/**
 * Counts what one tier uses. With `now`, the time of its invocations as well: for a process that works on nothing else
 * meanwhile.
 */
export function metered<C extends Cloud>(cloud: C, now?: () => number): Metered<C> {
  const used = { ...NOTHING };
  let since = 0;

  const queueOf = (queue: Queue): Queue => ({
    name: queue.name,
    send(messages) {
      used.requests += requestsFor(messages.map(bodyBytes));
      return queue.send(messages);
    },
    hide(receipts, ms) {
      used.requests += requestsForReceipts(receipts.length);
      return queue.hide(receipts, ms);
    },
    receive: (options) => queue.receive(options),
    delete: (receipts) => queue.delete(receipts),
    depth: () => queue.depth(),
    purge: () => queue.purge(),
  });
  const queues = new Map<string, Queue>();
  const { table, objects, decisions } = cloud;

  /** What was used since it was last asked, shared by so many. */
  function share(count: number): Billed {
    if (now) {
      const at = now();
      used.ms += at - since;
      since = at;
    }
    const billed: { -readonly [K in keyof Billed]: number } = {};
    for (const name of Object.keys(used) as (keyof Count)[]) {
      if (used[name] !== 0) billed[name] = Math.round((used[name] / count) * 1e6) / 1e6;
      used[name] = 0;
    }
    return billed;
  }
  return {
    received(messages) {
      if (now) since = now();
      used.invocations += 1;
      used.requests += requestsFor(messages.map(bodyBytes)) + requestsForReceipts(messages.length);
    },
    cloud: {
      ...cloud,
      queue(name: string) {
        const known = queues.get(name);
        if (known) return known;
        const made = queueOf(cloud.queue(name));
        queues.set(name, made);
        return made;
      },
      table: {
        async update(update) {
          const result = await table.update(update);
          used.writes += writeUnits(update.key, result.item);
          return result;
        },
        async get(key) {
          const item = await table.get(key);
          used.reads += readUnits(key, item);
          return item;
        },
        async list(list) {
          const page = await table.list(list);
          // Only what bills for it knows how much it has read.
          used.reads += page.reads ?? 0;
          return page;
        },
      },
      objects: {
        bucket: objects.bucket,
        put(...given) {
          used.puts += 1;
          return objects.put(...given);
        },
        get(reference) {
          used.gets += 1;
          return objects.get(reference);
        },
        delete: (references) => objects.delete(references),
      },
      decisions: {
        flow: (flowId) => decisions.flow(flowId),
        write(records: readonly DecisionRecord[]) {
          const billed = share(records.length);
          return decisions.write(records.map((record) => ({ ...record, billed })));
        },
      },
    },
  };
}
