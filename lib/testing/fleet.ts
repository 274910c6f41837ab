import { toError } from '../core/errors.ts';
import type { Limits } from '../core/plan.ts';
import type { BatchHandler } from '../runtime/handler.ts';
import { createProcess, type Process } from './process.ts';
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

interface Worker {
  readonly process: Process;
  readonly program: Program;
  readonly handlerOf: (queue: string) => BatchHandler;
}

/** Longest time between two looks at a queue that has something. */
const POLL_MS = 60;
const HOUR_MS = 3_600_000;

export function startFleet(options: FleetOptions): Fleet {
  const { world, name, programs, timing, concurrency } = options;
  const queues = new Set(programs.flatMap((program) => program.queues));
  const visibilityMs = Math.max(...programs.map(({ limits }) => limits.visibilityMs));
  const { schedule, faults } = world;
  const draws = world.draws(`event source of ${name}`);
  const orders = world.draws(`order of ${name}`);
  const points = {
    duplicate: faults.at('duplicate', name),
    reorder: faults.at('reorder', name),
    lostDelete: faults.at('partial', `deletes of ${name}`),
  };
  let idle: Worker[] = [];
  const full: (() => void)[] = [];
  let started = 0;
  let busy = 0;
  const outage = plannedOutage();

  function plannedOutage(): { readonly from: number; readonly to: number } | undefined {
    const how = faults.at('outage', name)();
    if (how === undefined) return undefined;
    const from = schedule.now() + 60_000 * how;
    return { from, to: from + HOUR_MS * (0.2 + 0.8 * how) };
  }
  function worker(queue: string): Worker {
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
  function free(): void {
    busy -= 1;
    full.shift()?.();
  }

  for (const queue of queues) feed(queue);

  function feed(name: string): void {
    const queue = world.queues.get(name)!;
    let next: { readonly at: number; readonly timer: { cancel(): void } } | undefined;

    function wake(): void {
      const visible = queue.next();
      if (visible === undefined) return;
      const open = outage && !world.healed() && schedule.now() >= outage.from ? outage.to : 0;
      const at = Math.max(visible, schedule.now(), open);
      if (next && next.at <= at) return;
      next?.timer.cancel();
      const delay = POLL_MS * draws.next() ** 2 + timing.windowMs * draws.next();
      next = { at, timer: schedule.after(at - schedule.now() + delay, poll) };
    }
    function poll(): void {
      next = undefined;
      if (busy >= concurrency) {
        full.push(poll);
        return;
      }
      const down = outage && !world.healed() && schedule.now() >= outage.from && schedule.now() < outage.to;
      if (!down) work();
      wake();
    }
    function work(): void {
      const most = Math.max(1, Math.ceil(timing.batchSize * draws.next() ** 0.25));
      const taken = queue.take(most, visibilityMs, points.reorder() === undefined ? undefined : shuffle);
      if (taken.length === 0) return;
      const messages = taken.map(({ received }) => received);
      const { process, program, handlerOf } = worker(name);
      world.tell(process.name, {
        did: 'receive',
        queue: name,
        messages: taken.map(({ stored }) => ({ ...stored.facts, receives: stored.receives })),
      });
      busy += 1;
      process.begin(program.limits.functionMs, free);
      for (const { stored } of taken) {
        const how = points.duplicate();
        // Seen again at once, or after a while, deleted or not.
        if (how !== undefined) {
          schedule.after(how < 0.5 ? 30 * how : 10 ** (8 * how - 1), () => queue.restore(stored, schedule.now()));
        }
      }
      const ended = (): void => {
        process.end();
        idle.push({ process, program, handlerOf });
        free();
      };
      handlerOf(name)(messages).then(
        ({ failed }) => {
          if (!process.alive()) return;
          ended();
          const done = messages.filter(({ receipt }) => !failed.includes(receipt));
          schedule.after(1 + 20 * draws.next(), () => acknowledge(done.map(({ receipt }) => receipt)));
        },
        (error: unknown) => {
          world.tell(process.name, { did: 'fail', error: toError(error) });
          ended();
        },
      );
    }
    function acknowledge(receipts: readonly string[]): void {
      const how = receipts.length > 0 ? points.lostDelete() : undefined;
      for (const [i, receipt] of receipts.entries()) {
        if (how !== undefined && i >= receipts.length * (1 - how)) continue;
        const message = queue.delete(receipt);
        if (message) world.tell('event source', { did: 'delete', queue: name, message: message.facts });
      }
    }
    world.onMessage(name, wake);
    wake();
  }
  function shuffle(messages: unknown[]): void {
    for (let i = messages.length - 1; i > 0; i -= 1) {
      const j = Math.floor(orders.next() * (i + 1));
      [messages[i], messages[j]] = [messages[j], messages[i]];
    }
  }
  return { busy: () => busy };
}
