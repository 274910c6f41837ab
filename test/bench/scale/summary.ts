import { addDollars, type Dollars, dollarsOfTier } from './cost.ts';
import { invocationMs } from './duration.ts';
import type { Step } from './load.ts';
import type { Second } from './series.ts';
import type { Outcome, TierOutcome } from './simulate.ts';

/** What a run says about one tier. */
export interface TierSummary {
  readonly name: string;
  readonly messages: number;
  readonly peakBacklog: number;
  readonly oldestSeconds: number;
  /** From the step until nothing is old any more, s; `undefined` if that does not happen while the load holds. */
  readonly caughtUpSeconds: number | undefined;
  readonly peakConcurrency: number;
  readonly coldStarts: number;
  readonly p50Seconds: number | undefined;
  readonly p99Seconds: number | undefined;
  /** Refused attempts, and messages that went back to the queue for it. */
  readonly throttles: number;
  readonly returned: number;
  readonly dollars: Dollars;
  /** What the reader should know before trusting the rest. */
  readonly notes: readonly string[];
}

/** What a run says about the cascade. */
export interface Summary {
  readonly flows: number;
  readonly answered: number;
  readonly peakConcurrency: number;
  readonly caughtUpSeconds: number | undefined;
  readonly throttles: number;
  /** Over all flows of the run, s. */
  readonly p50Seconds: number | undefined;
  readonly p99Seconds: number | undefined;
  /** In the last minute of the load, s: what is left when the ramp is over. */
  readonly steadyP50Seconds: number | undefined;
  readonly steadyP99Seconds: number | undefined;
  readonly dollars: Dollars;
  readonly tiers: readonly TierSummary[];
}

/** A message that has waited no longer than this, and its window, is not late. */
const LATE_SECONDS = 2;

/** Sums a run up. */
export function summarise(outcome: Outcome): Summary {
  const { all, run, sent, answered } = outcome;
  const tiers = outcome.tiers.map((tier) => summariseTier(tier, outcome));
  const times = tiers.map(({ caughtUpSeconds }) => caughtUpSeconds);
  const steady = all.seconds.filter(({ second }) => {
    const end = run.load.at + run.load.hold;
    return second >= end - 60 && second < end;
  });
  return {
    flows: sent,
    answered,
    peakConcurrency: most(all.seconds, ({ concurrency }) => concurrency),
    caughtUpSeconds: times.includes(undefined) ? undefined : Math.max(...(times as number[])),
    throttles: tiers.reduce((sum, tier) => sum + tier.throttles, 0),
    p50Seconds: all.p50,
    p99Seconds: all.p99,
    steadyP50Seconds: median(steady.map(({ p50 }) => p50)),
    steadyP99Seconds: median(steady.map(({ p99 }) => p99)),
    dollars: addDollars(tiers.map(({ dollars }) => dollars)),
    tiers,
  };
}

function summariseTier(tier: TierOutcome, outcome: Outcome): TierSummary {
  const { shape, seconds, usage, p50, p99, returned } = tier;
  return {
    name: shape.name,
    messages: usage.entered,
    peakBacklog: most(seconds, ({ peakBacklog }) => peakBacklog),
    oldestSeconds: most(seconds, ({ oldest }) => oldest),
    caughtUpSeconds: caughtUp(seconds, outcome.run.load, LATE_SECONDS + shape.settings.windowSeconds),
    peakConcurrency: most(seconds, ({ concurrency }) => concurrency),
    coldStarts: usage.coldStarts,
    p50Seconds: p50,
    p99Seconds: p99,
    throttles: usage.throttles,
    returned,
    dollars: dollarsOfTier(tier, outcome),
    notes: notesOn(tier, outcome),
  };
}

function notesOn({ shape, figures, returned }: TierOutcome, { run }: Outcome): readonly string[] {
  const { batchSize, timeoutSeconds } = shape.settings;
  const full = invocationMs(shape, figures, { records: batchSize, runs: batchSize }, run.assumed) / 1_000;
  return [
    ...(full > timeoutSeconds - 1
      ? [
          `a full batch takes ${full.toFixed(1)} s of ${timeoutSeconds} s: it would be handed back in part, which is not simulated`,
        ]
      : []),
    ...(returned >= 1
      ? [
          `${Math.round(returned)} messages were refused until their visibility timeout was over: each has used up a receive`,
        ]
      : []),
  ];
}

/** Seconds from the step until no message is late for the rest of it. */
function caughtUp(seconds: readonly Second[], { at, hold }: Step, late: number): number | undefined {
  const loaded = seconds.filter(({ second }) => second >= at && second < at + hold);
  const last = loaded.findLastIndex(({ oldest }) => oldest > late);
  return last === loaded.length - 1 && last >= 0 ? undefined : last + 1;
}

function most(seconds: readonly Second[], of: (second: Second) => number): number {
  return seconds.reduce((peak, second) => Math.max(peak, of(second)), 0);
}

function median(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined).sort((a, b) => a - b);
  return known[Math.floor(known.length / 2)];
}
