import type { DecisionRecord } from '../core/decision.ts';
import type { QueueSpec } from '../core/plan.ts';
import type { Fact, FactOf } from './facts.ts';
import { drawFaults, type FaultKey, type FaultRates, type Faults } from './faults.ts';
import { type MemoryObjects, memoryObjects } from './memory-objects.ts';
import { type MemoryQueue, memoryQueue } from './memory-queue.ts';
import { type MemoryTable, memoryTable } from './memory-table.ts';
import { type Draws, drawsFor } from './random.ts';
import { createSchedule, type Schedule } from './schedule.ts';

/** All that a simulation holds: time, queues, table, objects, log, and everything that happened. */
export interface World {
  readonly seed: number;
  readonly schedule: Schedule;
  readonly queues: ReadonlyMap<string, MemoryQueue>;
  readonly table: MemoryTable;
  readonly objects: MemoryObjects;
  readonly records: DecisionRecord[];
  readonly faults: Faults;
  readonly facts: Fact[];
  /** Furthest any process's clock has gone ahead of the world's, ms. */
  clockAhead: number;
  /** True once the world has healed: nothing goes wrong any more. */
  healed(): boolean;
  heal(): void;
  /** Says what happened; the laws are listening. */
  tell(by: string, fact: FactOf): void;
  newId(): string;
  draws(purpose: string): Draws;
  /** Calls back when a queue has a message, or one can be received earlier than it seemed. */
  onMessage(queue: string, listener: () => void): void;
  onTableWrite(listener: () => void): void;
}

/** How a world begins. */
export interface WorldOptions {
  readonly seed: number;
  /** ms since the epoch. */
  readonly start: number;
  readonly queues: readonly QueueSpec[];
  readonly rates: FaultRates;
  readonly only?: ReadonlySet<FaultKey>;
  /** Faults happen for this long, ms. */
  readonly faultsMs: number;
  readonly onFact: (fact: Fact) => void;
}

export function createWorld(options: WorldOptions): World {
  const { seed, start, onFact } = options;
  const schedule = createSchedule(start);
  const facts: Fact[] = [];
  const queues = new Map<string, MemoryQueue>();
  const listeners = new Map<string, () => void>();
  const tableListeners: (() => void)[] = [];
  const objects = memoryObjects();
  const decoder = new TextDecoder();
  const seedText = (seed >>> 0).toString(16).padStart(8, '0');
  let ids = 0;
  let healed = false;

  const world: World = {
    seed,
    schedule,
    queues,
    objects,
    table: memoryTable(() => {
      for (const listener of tableListeners) listener();
    }),
    records: [],
    facts,
    clockAhead: 0,
    faults: drawFaults({
      seed,
      rates: options.rates,
      ...(options.only && { only: options.only }),
      active: () => !healed,
      onFault: (kind, place) => world.tell('world', { did: 'fault', kind, place }),
    }),
    healed: () => healed,
    heal() {
      if (healed) return;
      healed = true;
      world.tell('world', { did: 'heal' });
    },
    tell(by, fact) {
      // Facts are many: each is made once and completed here.
      const whole = Object.assign(fact, { at: schedule.now(), by }) as Fact;
      facts.push(whole);
      onFact(whole);
    },
    newId() {
      ids += 1;
      return `${seedText}-0000-4000-8000-${ids.toString(16).padStart(12, '0')}`;
    },
    draws: (purpose) => drawsFor(seed, purpose),
    onMessage: (queue, listener) => void listeners.set(queue, listener),
    onTableWrite: (listener) => void tableListeners.push(listener),
  };
  for (const spec of options.queues) {
    queues.set(
      spec.name,
      memoryQueue(spec, {
        now: schedule.now,
        newId: world.newId,
        textOf: (key) => {
          const bytes = objects.stored.get(key)?.bytes;
          return bytes && decoder.decode(bytes);
        },
        onMessage: () => listeners.get(spec.name)?.(),
        onGivenUp(message) {
          world.tell(spec.name, { did: 'give up', queue: spec.name, message: message.facts });
          // As in SQS: a message that moves keeps its id and is counted on.
          if (spec.deadLetters !== undefined) queues.get(spec.deadLetters)!.restore(message, schedule.now());
        },
        onForgotten: (message) => world.tell(spec.name, { did: 'forget', queue: spec.name, message: message.facts }),
      }),
    );
  }
  if (Object.keys(options.rates).length > 0) schedule.after(options.faultsMs, world.heal);
  else healed = true;
  return world;
}
