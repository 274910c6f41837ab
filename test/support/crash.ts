import type { LocalCloud } from '../../lib/local/index.ts';
import type { TestCascade } from './cascade.ts';

/** Where the process dies: just before or just after its nth port call. */
export interface Crash {
  readonly at: number;
  readonly when: 'before' | 'after';
}

/**
 * A cloud whose process dies once. From the crash on, nothing reaches the cloud and nothing is acknowledged; the next
 * delivery is that of a new process.
 */
export function crashing(crash?: Crash): {
  readonly wrap: (cloud: LocalCloud) => LocalCloud;
  readonly drain: (cascade: TestCascade) => Promise<void>;
  readonly calls: () => number;
} {
  let armed = false;
  let dead = false;
  let calls = 0;
  const guard = <A extends readonly unknown[], R>(call: (...args: A) => Promise<R>) => {
    return async (...args: A): Promise<R> => {
      if (!armed) return call(...args);
      if (dead) throw new Error('the process is dead');
      calls += 1;
      if (crash?.at === calls && crash.when === 'before') dead = true;
      if (dead) throw new Error('the process died');
      const result = await call(...args);
      if (crash?.at === calls && crash.when === 'after') dead = true;
      if (dead) throw new Error('the process died');
      return result;
    };
  };
  return {
    calls: () => calls,
    wrap: (cloud) => ({
      ...cloud,
      queue: (name) => {
        const queue = cloud.queue(name);
        return {
          ...queue,
          send: guard(queue.send),
          hide: guard(queue.hide),
          delete: guard(queue.delete),
          // A receive that finds nothing leaves no trace, so dying around it is no case of its own.
          receive: async (options) => {
            const messages = await queue.receive(options);
            dead = false;
            return messages;
          },
        };
      },
      table: {
        ...cloud.table,
        update: guard(cloud.table.update),
        get: guard(cloud.table.get),
        list: guard(cloud.table.list),
      },
      objects: {
        ...cloud.objects,
        put: guard(cloud.objects.put),
        get: guard(cloud.objects.get),
        delete: guard(cloud.objects.delete),
      },
      decisions: { ...cloud.decisions, write: guard(cloud.decisions.write) },
    }),
    async drain(cascade) {
      armed = true;
      for (;;) {
        try {
          await cascade.drain();
          return;
        } catch (error) {
          // The process died in the middle of a batch: the next one finds what is left.
          if (!(error instanceof Error && /process (is dead|died)/.test(error.message))) throw error;
          dead = false;
        }
      }
    },
  };
}
