import type { TierPlan } from '../../core/plan.ts';
import type { LawMaker } from './law.ts';
import { liveThresholds } from './live-thresholds.ts';

/** The destination gate sees what is accepted, the escalate gate what is not. */
export const gatesSeeTheirVerdict: LawMaker = (graph, runs) => {
  const thresholds = liveThresholds(graph);
  return {
    name: 'gates see their own verdict only',
    hears: {
      ...thresholds.hears,
      gate({ by, tier, flow, gate, scores = [] }) {
        if (gate !== 'destination' && gate !== 'escalate') return undefined;
        const plan = runs.planOf(by, tier)!;
        const counted = thresholds.of(by, plan);
        if (gate === 'destination' ? isAccepted(plan, scores, counted) : isEscalated(plan, scores, counted))
          return undefined;
        return { flow, message: `the ${gate} gate of ${tier} saw a prediction of score ${scores.join(' or ')}` };
      },
    },
  };
};

type Numbers = readonly number[];

function isAccepted({ tier, next }: TierPlan, scores: Numbers, thresholds: Numbers): boolean {
  if (!tier.satisfied || (!next && tier.exhausted === 'accept')) return true;
  return scores.some((score) => thresholds.some((threshold) => score >= threshold));
}

function isEscalated({ tier, next }: TierPlan, scores: Numbers, thresholds: Numbers): boolean {
  if (!next || !tier.satisfied) return false;
  return scores.some((score) => thresholds.some((threshold) => score < threshold));
}
