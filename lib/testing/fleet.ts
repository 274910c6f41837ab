import type { Limits } from '../core/plan.ts';
import type { BatchHandler } from '../runtime/handler.ts';
import { createCrew } from './crew.ts';
import { feed } from './feed.ts';
import { plannedOutage } from './outage.ts';
import type { Process } from './process.ts';
import type { World } from './world.ts';

/** The processes of one tier, and what feeds them: batches by size and window, several at once, as an event source does. */
export interface FleetOptions {
  readonly world: World;
  /** The tier or destination. */
  readonly name: string;
  /** What its processes may run: one program, or the one before and the one after a deployment. */
  readonly programs: readonly Program[];
  /** Which of them a new process runs. */
  readonly choose: () => Program;
  /** Whether processes may go on to run a program: once all is deployed those of the old one are ended. */
  readonly counts: (program: Program) => boolean;
  readonly timing: { readonly batchSize: number; readonly windowMs: number };
  /** Batches in work at the same time, over all queues. */
  readonly concurrency: number;
}

/** What a process runs. */
export interface Program {
  readonly queues: readonly string[];
  readonly limits: Limits;
  /** Sets a new process to work: the handlers of its queues. */
  readonly start: (process: Process) => (queue: string) => BatchHandler;
}

/** A tier at work. */
export interface Fleet {
  /** Batches in work. */
  busy(): number;
}

/** Sets the processes of a tier to work on all queues that any of its programs reads. */
export function startFleet(options: FleetOptions): Fleet {
  const { world, name, programs, timing } = options;
  const crew = createCrew(options);
  const feeding = {
    world,
    timing,
    crew,
    visibilityMs: Math.max(...programs.map(({ limits }) => limits.visibilityMs)),
    outage: plannedOutage(world, name),
    draws: world.draws(`event source of ${name}`),
    orders: world.draws(`order of ${name}`),
    duplicate: world.faults.at('duplicate', name),
    reorder: world.faults.at('reorder', name),
    lostDelete: world.faults.at('partial', `deletes of ${name}`),
  };
  for (const queue of new Set(programs.flatMap(({ queues }) => queues))) feed(queue, feeding);
  return { busy: crew.busy };
}
