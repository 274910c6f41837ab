import type { Assumed } from './assumed.ts';
import { type Batches, split } from './batches.ts';
import { callsOf, invocationMs, passedOn } from './duration.ts';
import type { Figures } from './figures.ts';
import { type Parcel, total } from './line.ts';
import { type Mapping, mapping } from './mapping.ts';
import { type Meeting, meeting } from './meeting.ts';
import { FULL_TOKENS, place, refill, type Tokens } from './rules-account.ts';
import type { TierShape } from './shape.ts';

/** What a tier has used so far: what it is paid for. */
export interface Usage {
  invocations: number;
  coldStarts: number;
  gbSeconds: number;
  writes: number;
  gets: number;
  /** Send requests: its own, and its producers'. */
  sends: number;
  /** Objects that its producers put. */
  puts: number;
  throttles: number;
  /** Messages in, and done. */
  entered: number;
  done: number;
}

/** Predictions that end now. */
export interface Ended {
  readonly accepted: readonly Parcel[];
  readonly escalated: readonly Parcel[];
  readonly results: readonly Parcel[];
}

interface Ending {
  readonly mapping: Mapping;
  readonly batches: number;
  readonly messages: number;
  readonly results: readonly Parcel[];
}

/** A tier's function, its mappings and what it has used. */
export interface TierState {
  readonly shape: TierShape;
  readonly figures: Figures;
  readonly mappings: readonly Mapping[];
  readonly usage: Usage;
  readonly halves: Meeting | undefined;
  /** Invocations at work. */
  readonly running: number;
  readonly environments: number;
  enter(queue: string, parcel: Parcel): void;
  /** Ends what is due at this tick. */
  end(tick: number): Ended;
  /** Begins up to `granted` batches; returns those refused. */
  begin(
    from: Mapping,
    wanted: readonly Batches[],
    granted: number,
    at: { tick: number; now: number },
  ): readonly Batches[];
  /** Refills what the function may make of environments. */
  rest(seconds: number): void;
}

/** A tier that has not been called yet. */
export function tierState(shape: TierShape, figures: Figures, assumed: Assumed, tickSeconds: number): TierState {
  const { settings } = shape;
  const { batchSize, windowSeconds, visibilitySeconds } = settings;
  const mappings = shape.queues.map((queue) =>
    mapping({ queue, batchSize, windowSeconds, visibilitySeconds, assumed }),
  );
  const halves = shape.mode === 'join' ? meeting() : undefined;
  const endings = new Map<number, Ending[]>();
  const usage: Usage = {
    invocations: 0,
    coldStarts: 0,
    gbSeconds: 0,
    writes: 0,
    gets: 0,
    sends: 0,
    puts: 0,
    throttles: 0,
    entered: 0,
    done: 0,
  };
  let running = 0;
  let environments = 0;
  let tokens: Tokens = FULL_TOKENS;

  /** The predictions that these messages lead to: all of them, but for halves that only wait. */
  const meet = (kind: 'data' | 'signal', parcels: readonly Parcel[]): readonly Parcel[] => {
    if (!halves) return parcels;
    return parcels.flatMap((parcel) => (kind === 'signal' ? halves.signal(parcel) : halves.data(parcel)));
  };

  const run = (from: Mapping, batches: Batches, coldMs: number, tick: number): void => {
    const messages = total(batches.parcels);
    const results = meet(from.queue.kind, batches.parcels);
    const work = { records: messages / batches.count, runs: total(results) / batches.count };
    const calls = callsOf(shape, figures, work);
    const ms = coldMs + invocationMs(shape, figures, work, assumed);
    usage.invocations += batches.count;
    usage.gbSeconds += (batches.count * ms * settings.memorySize) / 1_024 / 1_000;
    usage.writes += calls.writes * batches.count;
    usage.gets += calls.gets * batches.count;
    usage.sends += calls.sends * batches.count;
    const due = tick + Math.max(1, Math.round(ms / 1_000 / tickSeconds));
    const ending = { mapping: from, batches: batches.count, messages, results };
    endings.set(due, [...(endings.get(due) ?? []), ending]);
    from.begin(batches.count, messages);
    running += batches.count;
  };

  return {
    shape,
    figures,
    mappings,
    usage,
    halves,
    get running() {
      return running;
    },
    get environments() {
      return environments;
    },
    enter(queue, parcel) {
      usage.entered += parcel.count;
      mappings.find((m) => m.queue.name === queue)!.line.push(parcel);
    },
    end(tick) {
      const due = endings.get(tick) ?? [];
      endings.delete(tick);
      for (const { mapping: from, batches, messages } of due) {
        from.end(batches, messages);
        running -= batches;
        usage.done += messages;
      }
      const results = due.flatMap((ending) => ending.results);
      const own = results.filter(({ shadow }) => !shadow);
      const on = shape.next ? figures.escalates : 0;
      const audited = passedOn(shape, figures) - on;
      return {
        results,
        accepted: scaled(own, 1 - on),
        escalated: [...scaled(own, on), ...scaled(own, audited).map((parcel) => ({ ...parcel, shadow: true }))],
      };
    },
    begin(from, wanted, granted, { tick, now }) {
      let left = granted;
      const refused: Batches[] = [];
      for (const batches of wanted) {
        const { warm, cold } = place(Math.min(left, batches.count), { idle: environments - running, tokens });
        tokens -= cold;
        environments += cold;
        usage.coldStarts += cold;
        left -= warm + cold;
        const [taken, rest] = split(batches, warm + cold);
        const [inWarm, inCold] = warm + cold > 0 ? split(taken, warm) : [];
        if (inWarm && warm > 0) run(from, inWarm, 0, tick);
        if (inCold && cold > 0) run(from, inCold, assumed.coldMs, tick);
        if (rest.count > 0) refused.push(rest);
      }
      for (const batches of refused) {
        usage.throttles += batches.count;
        from.refuse(batches, now);
      }
      return refused;
    },
    rest(seconds) {
      tokens = refill(tokens, seconds);
    },
  };
}

function scaled(parcels: readonly Parcel[], share: number): readonly Parcel[] {
  return share <= 0 ? [] : parcels.map((parcel) => ({ ...parcel, count: parcel.count * share }));
}
