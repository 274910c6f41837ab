import type { Billed } from '../core/billed.ts';
import type { DecisionRecord } from '../core/decision.ts';
import { type TierFlowCounter, type TierFlows, tierFlowCounter } from '../core/log/flow-ends.ts';
import type { Mutable } from '../core/mutable.ts';

/** What one tier used in a run. */
export interface TierUsage extends TierFlows {
  /** Tier, destination or `controls`. */
  readonly name: string;
  /** Its records: one for each decision, retries and duplicates among them. */
  readonly records: number;
  /** Predictions it made. */
  readonly predictions: number;
  /** Of the model; its CPU time where that was measured, as other tiers' work on a shared machine is none of its cost. */
  readonly modelMs: number;
  /** Bytes of its decision log, uncompressed. */
  readonly logBytes: number;
  /** Sums over its records. */
  readonly billed: Required<Billed>;
}

/** What a run used: counted, not assumed. */
export interface Usage {
  /** Flows that came to their end: answered, dropped, expired or dead-lettered. Each counts once. */
  readonly flows: number;
  readonly answered: number;
  /** Messages that clients sent. */
  readonly sent: number;
  /** In the order of their first decision. */
  readonly tiers: readonly TierUsage[];
  /** Records that say nothing of what was billed, as older ones do. */
  readonly unbilled: number;
}

/** Sums over the records of one tier. */
type Sums = Mutable<Omit<TierUsage, keyof TierFlows | 'billed'>> & {
  readonly billed: Mutable<Required<Billed>>;
  readonly flows: TierFlowCounter;
};

const UNITS = ['invocations', 'ms', 'requests', 'writes', 'reads', 'puts', 'gets'] as const;
const PREDICTED: ReadonlySet<string> = new Set(['accepted', 'escalated', 'audited']);

/** Adds records up, one after the other. Memory grows with tiers and with dead letters, not with records. */
export interface UsageCounter {
  /** `bytes` of its line, where it was read from one: writing a record anew to count them takes longer than all else here. */
  add(record: DecisionRecord, bytes?: number): void;
  usage(): Usage;
}

export function usageCounter(): UsageCounter {
  const tiers = new Map<string, Sums>();
  let unbilled = 0;
  return {
    add(record, bytes = lineBytesOf(record)) {
      const { tier: name, decision, billed } = record;
      let tier = tiers.get(name);
      if (!tier) {
        tier = { name, records: 0, predictions: 0, modelMs: 0, logBytes: 0, billed: none(), flows: tierFlowCounter() };
        tiers.set(name, tier);
      }
      tier.records += 1;
      tier.logBytes += bytes;
      tier.modelMs += record.modelCpuMs ?? record.modelMs ?? 0;
      if (PREDICTED.has(decision)) tier.predictions += 1;
      tier.flows.add(record);
      if (!billed) unbilled += 1;
      else for (const unit of UNITS) tier.billed[unit] += billed[unit] ?? 0;
    },
    usage: () =>
      usageFrom(
        [...tiers.values()].map(({ flows, ...sums }) => ({ ...sums, ...flows.flows() })),
        unbilled,
      ),
  };
}

const lineBytesOf = (record: DecisionRecord): number => Buffer.byteLength(JSON.stringify(record)) + 1;

function usageFrom(tiers: readonly TierUsage[], unbilled: number): Usage {
  const sum = (of: (tier: TierUsage) => number): number => tiers.reduce((all, tier) => all + of(tier), 0);
  return {
    flows: sum(endedAt),
    answered: sum(({ answered }) => answered),
    sent: sum(({ sent }) => sent),
    tiers,
    unbilled,
  };
}

/** Flows that came to their end at a tier. */
const endedAt = ({ answered, dropped, expired, deadLettered }: TierFlows): number =>
  answered + dropped + expired + deadLettered;

const none = (): Mutable<Required<Billed>> => ({
  invocations: 0,
  ms: 0,
  requests: 0,
  writes: 0,
  reads: 0,
  puts: 0,
  gets: 0,
});
