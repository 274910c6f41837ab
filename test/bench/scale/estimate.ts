import type { Assumed } from './assumed.ts';
import { LIMITS, PRICES } from './aws.ts';
import { type Dollars, dollarsOf } from './cost.ts';
import { callsOf, invocationMs, passedOn, requestsFor } from './duration.ts';
import { type Figures, UNKNOWN } from './figures.ts';
import { DAY, type DailyCounts, type Need, needsOf, type QueueEstimate } from './needs.ts';
import type { QueueShape, TierShape } from './shape.ts';

/** What an estimate on paper is made from. */
export interface EstimateInput {
  readonly flowsPerDay: number;
  /** The busiest moment by the average. */
  readonly peak: number;
  readonly shape: readonly TierShape[];
  readonly figures: Readonly<Record<string, Figures>>;
  readonly assumed: Assumed;
}

/** The estimate. */
export interface Estimate {
  readonly flowsPerSecond: number;
  readonly queues: readonly QueueEstimate[];
  readonly needs: readonly Need[];
  readonly daily: DailyCounts;
  readonly dollarsPerDay: Dollars & { readonly storage: number };
  readonly stored: { readonly tableGb: number; readonly objectGb: number };
}

/** What stays of a flow that is done at a join: its output id, and how long. */
const MARK_BYTES = 120;
const MARK_DAYS = 4;
/** DynamoDB deletes within a few days of expiry (developer guide, time to live); two are counted. */
const LATE_DELETION = 2 * DAY;
/** How long objects stay: `infra/state.ts`. */
const OBJECT_DAYS = 14;

/** Estimates a day of `flowsPerDay`, from averages: data of a join is there before its signal, batches are full. */
export function estimate(input: EstimateInput): Estimate {
  const { flowsPerDay, peak, shape, figures, assumed } = input;
  const flowsPerSecond = flowsPerDay / DAY;
  const feeds = feedsOf(shape, figures);
  const all = feeds.map((feed) => ({ feed, day: dayOf(feed, flowsPerDay, assumed) }));
  const queues = all.map(({ feed, day }) => ({
    queue: feed.queue.name,
    tier: feed.tier.name,
    messagesPerSecond: day.messages / DAY,
    invocationsPerSecond: day.invocations / DAY,
    invocationMs: day.ms,
    concurrency: (day.invocations / DAY) * (day.ms / 1_000),
  }));
  const sum = (of: (day: Day) => number): number => all.reduce((total, { day }) => total + of(day), 0);
  const daily = {
    messages: sum((d) => d.messages),
    writes: sum((d) => d.writes),
    puts: sum((d) => d.puts),
    gets: sum((d) => d.gets),
  };
  const dollars = dollarsOf({
    ...daily,
    sqsRequests: sum((d) => d.requests),
    invocations: sum((d) => d.invocations),
    gbSeconds: sum((d) => d.gbSeconds),
    pollerSeconds: 0,
    logBytes: daily.messages * assumed.decisionBytes + sum((d) => d.invocations) * assumed.invocationLogBytes,
  });
  const stored = storedBy(input);
  return {
    flowsPerSecond,
    queues,
    needs: needsOf(queues, daily, peak),
    daily,
    stored,
    dollarsPerDay: {
      ...dollars,
      storage: (stored.tableGb * PRICES.tableGbMonth + stored.objectGb * PRICES.objectGbMonth) / 30,
    },
  };
}

/** What a load asks of AWS beyond its defaults. */
export function beyondDefaults(
  flowsPerSecond: number,
  given: Pick<EstimateInput, 'shape' | 'figures' | 'assumed'>,
): readonly Need[] {
  const { needs } = estimate({ ...given, flowsPerDay: flowsPerSecond * DAY, peak: 1 });
  return needs.filter(({ peak, limit }) => peak > limit);
}

interface Feed {
  readonly tier: TierShape;
  readonly figures: Figures;
  readonly queue: QueueShape;
  /** Messages a flow. */
  readonly share: number;
}

function feedsOf(shape: readonly TierShape[], figures: Readonly<Record<string, Figures>>): readonly Feed[] {
  const shares = new Map<string, number>();
  return shape.flatMap((tier) => {
    const own = figures[tier.name] ?? UNKNOWN;
    const feeds = tier.queues.map((queue) => ({ tier, figures: own, queue, share: shares.get(queue.name) ?? 1 }));
    // Audits end at the next tier; counting them as if they went on is the higher figure, by the audited share.
    const { share: predicted } = feeds.find(({ queue }) => queue.kind === 'signal') ?? feeds[0]!;
    if (tier.next) shares.set(tier.next, predicted * passedOn(tier, own));
    return feeds;
  });
}

interface Day {
  readonly messages: number;
  readonly invocations: number;
  readonly ms: number;
  readonly gbSeconds: number;
  readonly writes: number;
  readonly puts: number;
  readonly gets: number;
  readonly requests: number;
}

function dayOf({ tier, figures, queue, share }: Feed, flowsPerDay: number, assumed: Assumed): Day {
  const messages = flowsPerDay * share;
  const records = tier.settings.batchSize;
  const invocations = messages / records;
  const stores = tier.mode === 'join' && queue.kind === 'data';
  const work = { records, runs: stores ? 0 : records };
  const ms = invocationMs(tier, figures, work, assumed);
  const calls = callsOf(tier, figures, work);
  const producers = queue.kind === 'data' && tier.mode !== 'carry' ? messages / LIMITS.messagesPerRequest : 0;
  return {
    messages,
    invocations,
    ms,
    gbSeconds: (invocations * ms * tier.settings.memorySize) / 1_024 / 1_000,
    writes: calls.writes * invocations,
    puts: messages * queue.puts,
    gets: calls.gets * invocations,
    requests: producers + (2 * requestsFor(records) + calls.sends) * invocations,
  };
}

function storedBy({ flowsPerDay, shape, assumed }: EstimateInput): { tableGb: number; objectGb: number } {
  const perSecond = flowsPerDay / DAY;
  const joins = shape.filter(({ mode }) => mode === 'join');
  const kept = joins.reduce((sum, { ttlSeconds }) => sum + ttlSeconds + LATE_DELETION, 0);
  // As if every flow were finished at every join: most here are, and a mark is small.
  const marked = joins.length * (MARK_DAYS * DAY + LATE_DELETION);
  const puts = shape.flatMap(({ queues }) => queues).reduce((sum, queue) => sum + queue.puts, 0);
  return {
    tableGb: (perSecond * (kept * assumed.itemBytes + marked * MARK_BYTES)) / 1e9,
    objectGb: (flowsPerDay * OBJECT_DAYS * puts * assumed.objectBytes) / 1e9,
  };
}
