import type { BatchHandler } from '../runtime/handler.ts';
import type { FleetOptions, Program } from './fleet.ts';
import { createProcess, type Process } from './process.ts';

/** A process, and what it runs. */
export interface Worker {
  readonly process: Process;
  readonly program: Program;
  readonly handlerOf: (queue: string) => BatchHandler;
}

/** The processes of one tier: as many at work as its concurrency allows, and idle ones that are used again. */
export interface Crew {
  busy(): number;
  /** True where no other batch may be worked on now; `onFree` is then called once one may. */
  isFull(onFree: () => void): boolean;
  /** A process for a batch of a queue: an idle one, or a new one. */
  take(queue: string): Worker;
  /** It begins with the batch. */
  begin(worker: Worker): void;
  /** The batch is done. */
  end(worker: Worker): void;
}

export function createCrew(options: FleetOptions): Crew {
  const { world, name, programs, concurrency } = options;
  const waiting: (() => void)[] = [];
  let idle: Worker[] = [];
  let started = 0;
  let busy = 0;

  function free(): void {
    busy -= 1;
    waiting.shift()?.();
  }
  function take(queue: string): Worker {
    idle = idle.filter(({ program }) => options.counts(program));
    const known = idle.findLast(({ program }) => program.queues.includes(queue));
    if (known) {
      idle.splice(idle.lastIndexOf(known), 1);
      return known;
    }
    started += 1;
    const chosen = options.choose();
    // A queue that only one of them reads is fed to nobody else.
    const program = chosen.queues.includes(queue) ? chosen : programs.find(({ queues }) => queues.includes(queue))!;
    const process = createProcess(world, name, started, program.limits);
    return { process, program, handlerOf: program.start(process) };
  }
  return {
    busy: () => busy,
    isFull(onFree) {
      if (busy < concurrency) return false;
      waiting.push(onFree);
      return true;
    },
    take,
    begin({ process, program }) {
      busy += 1;
      process.begin(program.limits.functionMs, free);
    },
    end(worker) {
      worker.process.end();
      idle.push(worker);
      free();
    },
  };
}
