import { SluiceError } from '../core/errors.ts';
import { didYouMean } from '../core/nearest.ts';
import type { QueueSpec } from '../core/plan.ts';
import type { Database } from './database.ts';

/** A declared queue and the number its messages carry. */
export interface DeclaredQueue {
  readonly number: number;
  readonly spec: QueueSpec;
}

/** Which queues there are. */
export interface QueueRegistry {
  /** Makes queues, or changes the times of those that are there; messages are kept. */
  declare(specs: readonly QueueSpec[]): void;
  /** @throws SluiceError `queue-unknown` */
  find(name: string): DeclaredQueue;
  all(): readonly QueueSpec[];
  /** When the oldest message of each queue that has one was sent, ms since the epoch, by name. */
  oldest(): ReadonlyMap<string, number>;
}

/** The queues of a store. */
export function queueRegistry(database: Database): QueueRegistry {
  const upsert = database.prepare(
    'INSERT INTO queues (name, spec) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET spec = excluded.spec',
  );
  const select = database.prepare('SELECT number, name, spec FROM queues ORDER BY number');
  const oldest = database.prepare(
    'SELECT name, min(sent_at) AS at FROM messages JOIN queues ON queues.number = messages.queue GROUP BY name',
  );
  let known = new Map<string, DeclaredQueue>();

  function load(): void {
    const rows = database.read(() => select.all()) as { number: number; name: string; spec: string }[];
    known = new Map(rows.map((row) => [row.name, { number: row.number, spec: JSON.parse(row.spec) as QueueSpec }]));
  }
  load();
  return {
    declare(specs) {
      const names = new Set([...known.keys(), ...specs.map((spec) => spec.name)]);
      for (const { deadLetters } of specs) {
        if (deadLetters !== undefined && !names.has(deadLetters)) throw unknown(deadLetters, [...names]);
      }
      database.transaction(() => {
        for (const spec of specs) upsert.run(spec.name, JSON.stringify(spec));
      });
      load();
    },
    find(name) {
      // Another process may have declared it since.
      if (!known.has(name)) load();
      const found = known.get(name);
      if (!found) throw unknown(name, [...known.keys()]);
      return found;
    },
    oldest() {
      const rows = database.read(() => oldest.all()) as { name: string; at: number }[];
      return new Map(rows.map(({ name, at }) => [name, at]));
    },
    all() {
      load();
      return [...known.values()].map(({ spec }) => spec);
    },
  };
}

function unknown(queue: string, known: string[]): SluiceError {
  return new SluiceError('queue-unknown', 'there is no such queue', {
    queue,
    fix:
      known.length === 0
        ? 'This store has no queues yet: start its runner once.'
        : `${didYouMean(queue, known)}Queues: ${known.join(', ')}.`,
    details: { known },
  });
}
