import type { Cloud } from '../ports/cloud.ts';
import type { Queue } from '../ports/queue.ts';

/** Calls made through a counted cloud since it was made. */
export interface CallCounter {
  /** Messages sent; each is received and deleted once more unless it is retried. */
  queue: number;
  /** Table updates and gets. */
  table: number;
  /** Object puts, gets and deletes. */
  object: number;
}

/**
 * The same cloud with its calls counted: what a flow costs, on any backend.
 *
 * @example
 * ```ts
 * import { countCalls, openCloud } from 'sluice/local';
 *
 * const { cloud, calls } = countCalls(await openCloud({ dir: ':memory:' }));
 * await cloud.objects.put('a', new Uint8Array(3));
 * console.log(calls); // { queue: 0, table: 0, object: 1 }
 * ```
 */
export function countCalls<C extends Cloud>(cloud: C): { readonly cloud: C; readonly calls: CallCounter } {
  const calls: CallCounter = { queue: 0, table: 0, object: 0 };
  const counted = (queue: Queue): Queue => ({
    ...queue,
    send: (messages) => {
      calls.queue += messages.length;
      return queue.send(messages);
    },
  });
  const count = <A extends readonly unknown[], R>(what: keyof CallCounter, call: (...args: A) => R) => {
    return (...args: A): R => {
      calls[what] += 1;
      return call(...args);
    };
  };
  const { table, objects } = cloud;
  return {
    calls,
    cloud: {
      ...cloud,
      queue: (name: string) => counted(cloud.queue(name)),
      table: {
        ...table,
        update: count('table', table.update),
        get: count('table', table.get),
        list: count('table', table.list),
      },
      objects: {
        ...objects,
        put: count('object', objects.put),
        get: count('object', objects.get),
        delete: count('object', objects.delete),
      },
    },
  };
}
