import type { Billed } from '../core/billed.ts';
import type { DecisionRecord } from '../core/decision.ts';

/** What one tier used in a run. */
export interface TierUsage {
  /** Tier, destination or `controls`. */
  readonly name: string;
  /** Decisions it made: a message that came twice counts twice. */
  readonly records: number;
  /** Predictions it made. */
  readonly predictions: number;
  readonly accepted: number;
  readonly escalated: number;
  /** Of the model; its CPU time where that was measured, as other tiers' work on a shared machine is none of its cost. */
  readonly modelMs: number;
  /** Bytes of its decision log, uncompressed. */
  readonly logBytes: number;
  /** Sums over its records. */
  readonly billed: Required<Billed>;
}

/** What a run used: counted, not assumed. */
export interface Usage {
  /** Flows that came to their end: answered, dropped, expired or dead-lettered. */
  readonly flows: number;
  readonly answered: number;
  /** In the order of their first decision. */
  readonly tiers: readonly TierUsage[];
  /** Records that say nothing of what was billed, as older ones do. */
  readonly unbilled: number;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const UNITS = ['invocations', 'ms', 'requests', 'writes', 'reads', 'puts', 'gets'] as const;
const PREDICTED: ReadonlySet<string> = new Set(['accepted', 'escalated', 'audited']);
const ENDED: ReadonlySet<string> = new Set(['dropped', 'expired', 'failed']);

/** Adds records up, one after the other. Memory grows with tiers, not with records. */
export function usageCounter(): { add(record: DecisionRecord): void; usage(): Usage } {
  const tiers = new Map<string, Mutable<TierUsage> & { readonly billed: Mutable<Required<Billed>> }>();
  let answered = 0;
  let ended = 0;
  let unbilled = 0;
  return {
    add(record) {
      const { tier: name, decision, billed } = record;
      let tier = tiers.get(name);
      if (!tier) {
        tier = { name, records: 0, predictions: 0, accepted: 0, escalated: 0, modelMs: 0, logBytes: 0, billed: none() };
        tiers.set(name, tier);
      }
      tier.records += 1;
      tier.logBytes += Buffer.byteLength(JSON.stringify(record)) + 1;
      tier.modelMs += record.modelCpuMs ?? record.modelMs ?? 0;
      if (PREDICTED.has(decision)) tier.predictions += 1;
      if (decision === 'escalated' || record.audit) tier.escalated += 1;
      if (decision === 'accepted') {
        tier.accepted += 1;
        answered += 1;
      } else if (ENDED.has(decision) && record.flow !== null) ended += 1;
      if (!billed) unbilled += 1;
      else for (const unit of UNITS) tier.billed[unit] += billed[unit] ?? 0;
    },
    usage: () => ({ flows: answered + ended, answered, tiers: [...tiers.values()], unbilled }),
  };
}

/** What the records of a log say was used. */
export async function usageOf(records: AsyncIterable<DecisionRecord> | Iterable<DecisionRecord>): Promise<Usage> {
  const counter = usageCounter();
  for await (const record of records) counter.add(record);
  return counter.usage();
}

const none = (): Mutable<Required<Billed>> => ({
  invocations: 0,
  ms: 0,
  requests: 0,
  writes: 0,
  reads: 0,
  puts: 0,
  gets: 0,
});
