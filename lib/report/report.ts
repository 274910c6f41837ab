import type { Decision, DecisionRecord } from '../core/decision.ts';
import { usageCounter } from '../cost/usage.ts';
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
  add(record: DecisionRecord): void;
  report(): Report;
}

const MOST = 20_000;

/** Memory grows with tiers and with `most`, not with records, which may come in any order. */
export function reportBuilder(options: ReportOptions): ReportBuilder {
  const { application, answer, labels, most = MOST } = options;
  const counts = new Map<string, TierCounts>();
  const sample = flowSample(most, answer);
  const usage = usageCounter();
  let records = 0;
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  return {
    add(found) {
      if (found.application !== application) return;
      const record = plausible(found);
      records += 1;
      from = Math.min(from, record.at);
      to = Math.max(to, record.at);
      usage.add(record);
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
      const tiers = names.map((name) => tierFigures(counts.get(name)!, counts));
      const busiest = mostFlows(chains, tiers);
      const modelMs = busiest.map((name) => counts.get(name)!).map((tier) => tier.modelMs / tier.timed);
      const quality = qualityOf(sample, busiest, modelMs, options);
      const money = moneyFigures(usage.usage(), busiest.at(-1), options);
      return {
        application,
        records,
        ...(records > 0 && { from, to }),
        flows: flowEnds(all),
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

function flowEnds(all: readonly TierCounts[]): FlowEnds {
  const sum = (decision: Decision): number =>
    all.reduce((total, { decisions }) => total + (decisions[decision] ?? 0), 0);
  const ends = {
    answered: sum('accepted'),
    dropped: sum('dropped'),
    expired: sum('expired'),
    deadLettered: sum('failed'),
  };
  return { ...ends, ended: ends.answered + ends.dropped + ends.expired + ends.deadLettered };
}

/** The cascade that most flows came to. */
function mostFlows(chains: readonly (readonly string[])[], tiers: readonly TierFigures[]): readonly string[] {
  const came = ([first]: readonly string[]): number => tiers.find(({ name }) => name === first)!.came;
  return chains.toSorted((a, b) => came(b) - came(a))[0] ?? [];
}

function tierFigures(tier: TierCounts, all: ReadonlyMap<string, TierCounts>): TierFigures {
  const of = (decision: Decision): number => tier.decisions[decision] ?? 0;
  const ends = { dropped: of('dropped'), expired: of('expired'), deadLettered: of('failed') };
  const { threshold, next } = tier;
  return {
    name: tier.name,
    versions: [...tier.versions],
    ...(next !== undefined && { next }),
    came: of('accepted') + of('escalated') + ends.dropped + ends.expired + ends.deadLettered,
    answered: of('accepted'),
    exhausted: tier.exhausted,
    escalated: of('escalated'),
    ...ends,
    audited: of('audited'),
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
