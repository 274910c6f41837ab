import type { DecisionRecord } from '../../lib/core/decision.ts';

/** A flow as two or more tiers saw it. */
export interface Story {
  readonly flow: string;
  /** By tier that ran: score and answer. */
  readonly tiers: readonly { readonly score: number; readonly answer: string }[];
  /** The tier that answered; those after it ran in shadow. */
  readonly answeredBy: number;
}

/** The records of a flow, as a log with captured predictions holds them. */
export function recordsOf(
  { flow, tiers, answeredBy }: Story,
  names: readonly string[],
  at = 0,
): readonly DecisionRecord[] {
  return tiers.map(({ score, answer }, tier) => ({
    v: 1,
    at: at + tier,
    application: 'test',
    tier: names[tier]!,
    version: 'v1',
    flow,
    decision: tier < answeredBy ? 'escalated' : tier === answeredBy ? 'accepted' : 'audited',
    in: [{ id: `${flow}-${tier}`, kind: 'data' }],
    attempt: 1,
    score,
    threshold: 0.5,
    ...(tier === answeredBy && tiers.length > tier + 1 && { audit: true as const }),
    modelMs: 2 ** tier,
    calls: { queue: 1, table: 0, object: 0 },
    output: { label: answer, confidence: score },
    ...(tier > 0 && { signal: { label: tiers[tier - 1]!.answer, confidence: tiers[tier - 1]!.score } }),
  }));
}
