import type { Answer } from 'sluice';

/** What the demo keeps of a decision record. */
export interface DemoRecord {
  readonly flow: string | null;
  readonly tier: string;
  readonly decision: string;
  readonly modelMs: number | undefined;
  readonly latencyMs: number | undefined;
  readonly bytes: { readonly declared: number; readonly fetched: number } | undefined;
}

/** One tier's share of the work. */
export interface TierFigures {
  readonly name: string;
  /** Flows it predicted on, audits included. */
  readonly in: number;
  readonly accepted: number;
  readonly escalated: number;
  readonly dropped: number;
  readonly failed: number;
  /** Of the flows it answered. */
  readonly accuracy: number;
  /** From sent to this tier until decided by it. */
  readonly p50Ms: number;
  readonly p95Ms: number;
  /** Milliseconds its model worked, over all flows. */
  readonly modelMs: number;
}

/** Adds up the decision log, tier by tier. */
export function tierFigures(
  names: readonly string[],
  records: readonly DemoRecord[],
  answers: ReadonlyMap<string, Answer>,
  truth: (flow: string) => string,
): readonly TierFigures[] {
  return names.map((name) => {
    const mine = records.filter((r) => r.tier === name);
    const count = (decision: string): number => mine.filter((r) => r.decision === decision).length;
    const ran = mine.filter((r) => r.modelMs !== undefined);
    const latencies = ran.map((r) => r.latencyMs ?? 0).sort((a, b) => a - b);
    const answered = [...answers.values()].filter((a) => a.tier === name);
    const right = answered.filter((a) => (a.output as { label: string }).label === truth(a.flowId)).length;
    return {
      name,
      in: ran.length,
      accepted: count('accepted'),
      escalated: count('escalated'),
      dropped: count('dropped'),
      failed: count('failed'),
      accuracy: answered.length === 0 ? 0 : right / answered.length,
      p50Ms: quantile(latencies, 0.5),
      p95Ms: quantile(latencies, 0.95),
      modelMs: ran.reduce((total, r) => total + (r.modelMs ?? 0), 0),
    };
  });
}

function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0;
}
