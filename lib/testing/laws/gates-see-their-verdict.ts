import type { TierPlan } from '../../core/plan.ts';
import type { LawMaker } from './law.ts';

/** The destination gate sees what is accepted, the escalate gate what is not. */
export const gatesSeeTheirVerdict: LawMaker = (graph) => {
  const plans = new Map(graph.tiers.map((plan) => [plan.tier.name, plan]));
  return {
    name: 'gates see their own verdict only',
    hears: {
      gate({ tier, flow, gate, scores = [] }) {
        if (gate !== 'destination' && gate !== 'escalate') return undefined;
        const plan = plans.get(tier)!;
        if (gate === 'destination' ? isAccepted(plan, scores) : isEscalated(plan, scores)) return undefined;
        return { flow, message: `the ${gate} gate of ${tier} saw a prediction of score ${scores.join(' or ')}` };
      },
    },
  };
};

function isAccepted({ tier, next }: TierPlan, scores: readonly number[]): boolean {
  const { satisfied } = tier;
  return !satisfied || (!next && tier.exhausted === 'accept') || scores.some((score) => score >= satisfied.atLeast);
}

function isEscalated({ tier, next }: TierPlan, scores: readonly number[]): boolean {
  const { satisfied } = tier;
  return next !== undefined && satisfied !== undefined && scores.some((score) => score < satisfied.atLeast);
}
