import { type TierUsage, type Usage, type UsageCounter, usageCounter } from '../cost/usage.ts';
import type { Durations } from './durations.ts';
import type { FlowEnds, Latency, Report, TierFigures } from './figures.ts';
import { flowLatency } from './flow-latency.ts';
import { flowSample } from './flow-sample.ts';
import { moneyFigures, type Pricing } from './money.ts';
import { plausible } from './plausible.ts';
import { type Judging, qualityOf } from './quality.ts';
import { tierChains } from './tier-chains.ts';
import { countRecord, type TierCounts, tierCounts } from './tier-counts.ts';

/** What a report is made with. */
export interface ReportOptions extends Judging, Pricing {
  /** Records of others are left out. */
  readonly application: string;
  /** Flows whose answers are judged: more are drawn from. Default: 20,000. */
  readonly most?: number;
}

/** Takes records one by one, and makes figures of them. */
export interface ReportBuilder {
  add: UsageCounter['add'];
  report(): Report;
}

const MOST = 20_000;

/** Memory grows with tiers, dead letters and `most`, not with records; those of a flow at one tier come in the order of time. */
export function reportBuilder(options: ReportOptions): ReportBuilder {
  const { application, answer, labels, most = MOST } = options;
  const counts = new Map<string, TierCounts>();
  const sample = flowSample(most, answer);
  const usage = usageCounter();
  let records = 0;
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  return {
    add(found, bytes) {
      if (found.application !== application) return;
      const record = plausible(found);
      records += 1;
      from = Math.min(from, record.at);
      to = Math.max(to, record.at);
      usage.add(record, bytes);
      sample.add(record);
      const { tier } = record;
      const known = counts.get(tier) ?? tierCounts(tier);
      counts.set(tier, known);
      countRecord(known, record, answer);
    },
    report() {
      const all = [...counts.values()];
      const chains = tierChains(all);
      const names = chains.flat();
      const used = usage.usage();
      const tiers = names.map((name) =>
        tierFigures(counts.get(name)!, used.tiers.find((tier) => tier.name === name)!, counts),
      );
      const busiest = mostFlows(chains, tiers);
      const modelMs = busiest.map((name) => counts.get(name)!).map((tier) => tier.modelMs / tier.timed);
      const quality = qualityOf(sample, busiest, modelMs, options);
      const money = moneyFigures(used, busiest.at(-1), options);
      return {
        application,
        records,
        ...(records > 0 && { from, to }),
        flows: flowEnds(used),
        chains,
        tiers,
        latency: latencyOf(flowLatency(sample.flows.values())),
        decisions: inOrder(all, names).map(({ name, decisions }) => ({ name, counts: decisions })),
        ...(quality && { quality }),
        labels: labels !== undefined,
        unreadable: sample.unreadable,
        sampled: sample.share,
        ...(money && { money }),
      };
    },
  };
}

function flowEnds({ flows, answered, tiers }: Usage): FlowEnds {
  const sum = (of: 'dropped' | 'expired' | 'deadLettered'): number => tiers.reduce((all, tier) => all + tier[of], 0);
  return {
    answered,
    dropped: sum('dropped'),
    expired: sum('expired'),
    deadLettered: sum('deadLettered'),
    ended: flows,
  };
}

/** The cascade that most flows came to. */
function mostFlows(chains: readonly (readonly string[])[], tiers: readonly TierFigures[]): readonly string[] {
  const came = ([first]: readonly string[]): number => tiers.find(({ name }) => name === first)!.came;
  return chains.toSorted((a, b) => came(b) - came(a))[0] ?? [];
}

function tierFigures(tier: TierCounts, used: TierUsage, all: ReadonlyMap<string, TierCounts>): TierFigures {
  const { answered, escalated, dropped, expired, deadLettered } = used;
  const { threshold, next } = tier;
  return {
    name: tier.name,
    versions: [...tier.versions],
    ...(next !== undefined && { next }),
    came: answered + escalated + dropped + expired + deadLettered,
    answered,
    exhausted: tier.exhausted,
    escalated,
    dropped,
    expired,
    deadLettered,
    audited: tier.decisions.audited ?? 0,
    // The next tier's records tell of them.
    shadows: { compared: 0, agreed: 0, ...(next !== undefined && all.get(next)?.shadows) },
    predictions: tier.predictions,
    modelMs: tier.modelMs,
    timed: tier.timed,
    scores: tier.scores.bins(),
    ...(threshold && {
      threshold: { last: threshold.last, lowest: threshold.lowest, highest: threshold.highest },
    }),
    latency: latencyOf(tier.latency),
    declared: tier.declared,
    fetched: tier.fetched,
  };
}

const STRETCHES = 72;

function latencyOf(all: Durations): Latency {
  const [p5, p50, p95, p99] = [0.05, 0.5, 0.95, 0.99].map((share) => all.quantile(share)) as [
    number,
    number,
    number,
    number,
  ];
  // A little more than nearly all, so that the ends fall to nothing.
  const from = all.quantile(0.002) / 1.3;
  const to = all.quantile(0.998) * 1.3;
  const counts = all.total === 0 ? [] : all.shape(from, to, STRETCHES);
  return { flows: all.total, p5, p50, p95, p99, shape: { from, to, counts } };
}

/** Tiers first, then destinations and controls. */
function inOrder(all: readonly TierCounts[], tiers: readonly string[]): readonly TierCounts[] {
  const place = ({ name }: TierCounts): number => (tiers.includes(name) ? tiers.indexOf(name) : tiers.length);
  return [...all].sort((a, b) => place(a) - place(b));
}
