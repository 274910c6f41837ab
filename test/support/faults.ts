import type { LocalCloud } from '../../lib/local/index.ts';

/** What can be down. */
export type Part = 'send' | 'hide' | 'table' | 'put' | 'get' | 'log';

/** A cloud parts of which are down until the test says otherwise. */
export interface Faults {
  readonly wrap: (cloud: LocalCloud) => LocalCloud;
  /** Calls that were refused. */
  readonly refused: () => number;
  /** From now on: these parts, and no others, refuse every call. */
  down(...parts: readonly Part[]): void;
}

export function faults(): Faults {
  let broken: readonly Part[] = [];
  let refused = 0;
  const guard = <A extends readonly unknown[], R>(part: Part, call: (...args: A) => Promise<R>) => {
    return async (...args: A): Promise<R> => {
      if (!broken.includes(part)) return call(...args);
      refused += 1;
      throw new Error(`connect ECONNREFUSED (${part})`);
    };
  };
  return {
    refused: () => refused,
    down: (...parts) => {
      broken = parts;
    },
    wrap: (cloud) => ({
      ...cloud,
      queue: (name) => {
        const queue = cloud.queue(name);
        return { ...queue, send: guard('send', queue.send), hide: guard('hide', queue.hide) };
      },
      table: { ...cloud.table, update: guard('table', cloud.table.update), get: guard('table', cloud.table.get) },
      objects: { ...cloud.objects, put: guard('put', cloud.objects.put), get: guard('get', cloud.objects.get) },
      decisions: { ...cloud.decisions, write: guard('log', cloud.decisions.write) },
    }),
  };
}
