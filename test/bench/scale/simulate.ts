import type { Assumed } from './assumed.ts';
import { LIMITS } from './aws.ts';
import type { Batches } from './batches.ts';
import { type Figures, UNKNOWN } from './figures.ts';
import { type Parcel, total } from './line.ts';
import { rateAt, type Step } from './load.ts';
import type { Mapping } from './mapping.ts';
import { divide, refillBegins } from './rules-account.ts';
import { type Second, type Series, series } from './series.ts';
import type { TierShape } from './shape.ts';
import { type TierState, tierState, type Usage } from './tier-state.ts';

/** What is simulated. */
export interface Run {
  readonly shape: readonly TierShape[];
  readonly figures: Readonly<Record<string, Figures>>;
  readonly load: Step;
  readonly assumed: Assumed;
  /** Invocations at a time that the account has for this cascade. */
  readonly accountConcurrency: number;
  /** Length of a tick, s. */
  readonly tickSeconds?: number;
  readonly onSecond?: (second: number) => void;
  /** Called after every tick; for tests that hold laws against it. */
  readonly onTick?: (moment: Moment) => void;
}

/** The state after a tick. */
export interface Moment {
  readonly now: number;
  readonly tiers: readonly TierState[];
  readonly sent: number;
  readonly answered: number;
}

/** One tier's part of the outcome. */
export interface TierOutcome {
  readonly shape: TierShape;
  readonly figures: Figures;
  readonly seconds: readonly Second[];
  readonly usage: Readonly<Usage>;
  readonly environments: number;
  readonly p50: number | undefined;
  readonly p99: number | undefined;
  /** Receive and delete requests, poller-seconds, messages refused until they were visible again. */
  readonly requests: number;
  readonly pollerSeconds: number;
  readonly returned: number;
}

/** What came of it. */
export interface Outcome {
  readonly tiers: readonly TierOutcome[];
  readonly all: {
    readonly seconds: readonly Second[];
    readonly p50: number | undefined;
    readonly p99: number | undefined;
  };
  readonly sent: number;
  readonly answered: number;
  readonly run: Run;
}

const TICK = 0.02;
/** Flows that begin within so many seconds are one cohort. */
const COHORT = 0.1;

/** Runs a cascade through a load, tick by tick: the same run always comes to the same end. */
export function simulate(run: Run): Outcome {
  const { load, assumed, accountConcurrency, tickSeconds = TICK } = run;
  const tiers = run.shape.map((shape) => tierState(shape, run.figures[shape.name] ?? UNKNOWN, assumed, tickSeconds));
  const all = series();
  const own = new Map<TierState, Series>(tiers.map((tier) => [tier, series()]));
  const ticksASecond = Math.round(1 / tickSeconds);
  const ticks = load.end * ticksASecond;
  let sent = 0;
  let answered = 0;
  let begins = 0;

  for (let tick = 0; tick < ticks; tick += 1) {
    const now = tick * tickSeconds;
    for (const tier of tiers) answered += finish(tier, tiers, { tick, now, all, own: own.get(tier)! });
    sent += arrive(tiers, { now, count: rateAt(load, now) * tickSeconds });
    begins = refillBegins(begins, accountConcurrency, tickSeconds);
    begins -= work(tiers, { tick, now, seconds: tickSeconds, accountConcurrency, begins });
    for (const tier of tiers) own.get(tier)!.read(readTier(tier, now));
    all.read(readAll(tiers));
    run.onTick?.({ now, tiers, sent, answered });
    if ((tick + 1) % ticksASecond === 0) {
      const second = Math.floor(now);
      for (const one of [all, ...own.values()]) one.close(second);
      run.onSecond?.(second + 1);
    }
  }
  return {
    run,
    sent,
    answered,
    all: { seconds: all.seconds, p50: all.durations.quantile(0.5), p99: all.durations.quantile(0.99) },
    tiers: tiers.map((tier) => outcomeOf(tier, own.get(tier)!)),
  };
}

/** Ends what is due, sends on what is not satisfied, and returns how many flows were answered. */
function finish(
  tier: TierState,
  tiers: readonly TierState[],
  at: { tick: number; now: number; all: Series; own: Series },
): number {
  const { results, accepted, escalated } = tier.end(at.tick);
  for (const { since, count } of results) at.own.took(at.now - since, count);
  for (const { born, count } of accepted) at.all.took(at.now - born, count);
  const { next } = tier.shape;
  const target = next && tiers.find(({ mappings }) => mappings.some(({ queue }) => queue.name === next));
  if (target) for (const parcel of escalated) target.enter(next, { ...parcel, since: at.now });
  return total(accepted);
}

/** Flows begin: one message at each entry, and one in each stream of a join. */
function arrive(tiers: readonly TierState[], { now, count }: { now: number; count: number }): number {
  const born = Math.floor(now / COHORT + 1e-6) * COHORT;
  const parcel: Parcel = { born, since: now, count, shadow: false };
  let entries = 0;
  for (const tier of tiers) {
    const { shape, usage } = tier;
    tier.halves?.expect(born, count);
    for (const { name, kind, puts } of shape.queues) {
      if (kind !== 'data' || shape.mode === 'carry') continue;
      if (shape.mode === 'entry') entries += 1;
      tier.enter(name, parcel);
      usage.sends += count / LIMITS.messagesPerRequest;
      usage.puts += count * puts;
    }
  }
  return entries * count;
}

interface Wish {
  readonly tier: TierState;
  readonly from: Mapping;
  readonly batches: readonly Batches[];
}

/** Mappings gather batches; the account and the functions take what they may; the rest is tried again. Returns how many began. */
function work(
  tiers: readonly TierState[],
  at: { tick: number; now: number; seconds: number; accountConcurrency: number; begins: number },
): number {
  const wishes: Wish[] = tiers.flatMap((tier) =>
    tier.mappings.map((from) => ({ tier, from, batches: from.gather(at.now, at.seconds) })),
  );
  const running = tiers.reduce((sum, tier) => sum + tier.running, 0);
  const left = Math.min(at.accountConcurrency - running, at.begins);
  const granted = divide(
    wishes.map(({ batches }) => batches.reduce((sum, { count }) => sum + count, 0)),
    left,
  );
  wishes.forEach(({ tier, from, batches }, i) => {
    const refused = tier.begin(from, batches, granted[i]!, at);
    from.adapt(refused.length > 0, at.seconds);
  });
  for (const tier of tiers) tier.rest(at.seconds);
  return tiers.reduce((sum, tier) => sum + tier.running, 0) - running;
}

function readTier({ mappings, running, usage }: TierState, now: number) {
  return {
    backlog: mappings.map((m) => m.line.size + m.heldMessages),
    oldest: Math.max(...mappings.map((m) => now - (m.line.oldest ?? now))),
    concurrency: running,
    allowed: mappings.reduce((sum, m) => sum + Math.floor(m.allowance.concurrency), 0),
    throttles: usage.throttles,
  };
}

function readAll(tiers: readonly TierState[]) {
  const sum = (of: (tier: TierState) => number): number => tiers.reduce((all, tier) => all + of(tier), 0);
  return {
    backlog: [],
    oldest: 0,
    concurrency: sum((tier) => tier.running),
    allowed: sum(({ mappings }) => mappings.reduce((all, m) => all + Math.floor(m.allowance.concurrency), 0)),
    throttles: sum(({ usage }) => usage.throttles),
  };
}

function outcomeOf(
  { shape, figures, mappings, usage, environments }: TierState,
  { seconds, durations }: Series,
): TierOutcome {
  const sum = (of: (mapping: Mapping) => number): number => mappings.reduce((all, m) => all + of(m), 0);
  return {
    shape,
    figures,
    seconds,
    usage,
    environments,
    p50: durations.quantile(0.5),
    p99: durations.quantile(0.99),
    requests: sum((m) => m.requests),
    pollerSeconds: sum((m) => m.pollerSeconds),
    returned: sum((m) => m.returned),
  };
}
