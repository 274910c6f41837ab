import type { Graph } from '../../core/plan.ts';
import type { MessageFacts } from '../facts.ts';

/**
 * Flows that a tier both answered and escalated, as a control had moved when their message came again: docs/controls.md allows
 * it. Where there are no controls there are none; where a tier works data again, any flow may be.
 */
export interface DecidedBothWays {
  hear(message: MessageFacts): void;
  has(flow: string | null): boolean;
}

export function decidedBothWays({ controls, tiers }: Graph): DecidedBothWays {
  const worksAgain = tiers.some(({ tier }) => tier.reevaluateOnControl);
  const ways = new Map<string, string>();
  const both = new Set<string>();
  return {
    hear({ flow, kind, envelope }) {
      if (!controls || flow === null || !envelope?.signal || envelope.audit) return;
      const place = `${envelope.from.name} ${flow}`;
      const before = ways.get(place);
      ways.set(place, kind);
      if (before !== undefined && before !== kind) both.add(flow);
    },
    has: (flow) => worksAgain || (flow !== null && both.has(flow)),
  };
}
