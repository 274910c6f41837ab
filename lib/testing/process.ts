import type { Limits } from '../core/plan.ts';
import type { Clock } from '../ports/clock.ts';
import type { Cloud } from '../ports/cloud.ts';
import { type Caller, cloudOver, type Part } from './cloud-over.ts';
import type { World } from './world.ts';

/** One process of a tier, the destination or the sweep: it works, stands still, and may die at any call. */
export interface Process {
  /** Its tier and its number, such as `small#3`. */
  readonly name: string;
  readonly cloud: Cloud;
  readonly alive: () => boolean;
  /** Begins a piece of work, which is ended by force after `limitMs`. `onCrash` is called once, if the process dies at it. */
  begin(limitMs: number, onCrash: () => void): void;
  /** The piece of work is done. */
  end(): void;
  crash(why: string): void;
}

/** Clocks go wrong by so much, either way. */
const JUMPS_MS = [1_000, 60_000, 3_600_000];
/** Longest usual latency of a port call: in some worlds all is near, in some far. */
const SLOWEST_MS = [4, 25, 200];

/** Made once for each part: where an error was made tells nobody anything here, and is dear to find out. */
const refusals = new Map<Part, Error>();
const losses = new Map<Part, Error>();

const refusalOf = (part: Part): Error => madeOnce(refusals, part, `${part} was refused: too many calls`);
const lossOf = (part: Part): Error => madeOnce(losses, part, `the reply to ${part} got lost`);

function madeOnce(made: Map<Part, Error>, part: Part, message: string): Error {
  const error = made.get(part) ?? new Error(message);
  made.set(part, error);
  return error;
}

const never = <T>(): Promise<T> => new Promise<T>(() => undefined);

export function createProcess(world: World, tier: string, number: number, limits: Limits): Process {
  const { schedule, faults } = world;
  const name = `${tier}#${number}`;
  const latency = world.draws(`latency of ${name}`);
  const slowestMs = world.draws('latencies').pick(SLOWEST_MS);
  const points = {
    crash: faults.at('crash', tier),
    throttle: faults.at('throttle', tier),
    lostReply: faults.at('lostReply', tier),
    stall: faults.at('stall', tier),
    partial: faults.at('partial', tier),
    clock: faults.at('clock', tier),
  };
  let alive = true;
  let stalls = false;
  let skewMs = 0;
  let onCrash: (() => void) | undefined;
  let limit: { cancel(): void } | undefined;

  function crash(why: string): void {
    if (!alive) return;
    alive = false;
    limit?.cancel();
    world.tell(name, { did: 'crash', why });
    onCrash?.();
  }
  const call: Caller = (part, entries, act) => {
    if (!alive) return never();
    const dies = points.crash();
    if (dies !== undefined && dies < 1 / 3) {
      crash(`before ${part}`);
      return never();
    }
    const refused = points.throttle() !== undefined;
    const lost = points.lostReply() !== undefined;
    const partial = entries > 1 && part === 'send' ? points.partial() : undefined;
    const stall = points.stall();
    const stallMs = stall === undefined ? 0 : stallFor(limits, stall);
    if (stall !== undefined) stalls = true;
    // Half of the stalls delay the call itself, half its reply.
    const asksLate = stall !== undefined && stall < 0.5 ? stallMs : 0;
    const { promise, resolve, reject } = Promise.withResolvers<ReturnType<typeof act>>();
    schedule.after(1 + slowestMs * latency.next() ** 2 + asksLate, () => {
      if (!alive) return;
      let value: ReturnType<typeof act>;
      try {
        if (refused) throw refusalOf(part);
        value = act(shareOf(entries, dies, partial));
      } catch (error) {
        return reject(error);
      }
      if (dies !== undefined) return crash(dies < 2 / 3 && entries > 1 ? `in the middle of ${part}` : `after ${part}`);
      if (lost) return reject(lossOf(part));
      if (stallMs === 0 || asksLate > 0) return resolve(value);
      schedule.after(stallMs, () => alive && resolve(value));
    });
    return promise;
  };
  const clock: Clock = {
    now: () => Math.floor(schedule.now() + skewMs),
    sleep: (ms, abort) =>
      new Promise((resolve) => {
        if (abort?.aborted) return resolve();
        const timer = schedule.after(ms, () => {
          abort?.removeEventListener('abort', stop);
          if (alive) resolve();
        });
        const stop = (): void => {
          timer.cancel();
          resolve();
        };
        abort?.addEventListener('abort', stop, { once: true });
      }),
  };
  return {
    name,
    cloud: cloudOver(world, name, call, clock),
    alive: () => alive,
    crash,
    begin(limitMs, listener) {
      onCrash = listener;
      const jump = points.clock();
      if (jump !== undefined) {
        const far = JUMPS_MS[Math.floor(jump * 2 * JUMPS_MS.length) % JUMPS_MS.length]!;
        skewMs += jump < 0.5 ? far : -far;
        world.clockAhead = Math.max(world.clockAhead, Math.abs(skewMs));
        world.tell(name, { did: 'clock', aheadMs: skewMs });
      }
      // A process that stood still was frozen, and nobody has ended it meanwhile.
      limit = schedule.after(limitMs, () => stalls || crash(`ran longer than ${limitMs} ms`));
    },
    end() {
      limit?.cancel();
      onCrash = undefined;
      stalls = false;
    },
  };
}

/** Past the lease, past the visibility timeout, or past two of them. */
function stallFor({ leaseMs, visibilityMs }: Limits, how: number): number {
  return [leaseMs + 500, visibilityMs + 500, 2 * visibilityMs + 500][Math.floor(how * 6) % 3]!;
}

/** Which entries are done: the first ones where the process dies in the middle, some where the batch is done in part. */
function shareOf(entries: number, dies: number | undefined, partial: number | undefined): (index: number) => boolean {
  if (dies !== undefined && dies < 2 / 3) {
    const first = Math.floor((dies * 3 - 1) * entries);
    return entries > 1 ? (i) => i < first : () => true;
  }
  if (partial === undefined) return () => true;
  const one = Math.floor(partial * entries);
  return (i) => i !== one && (i + one) % 3 !== 0;
}
