import type { TierPlan } from '../core/plan.ts';
import type { MessageFacts } from './facts.ts';
import { isOutsider } from './outsiders.ts';
import type { Runs } from './runs.ts';

/**
 * Which flows were worked on by two versions of a tier: an output id depends on the version, as docs/delivery.md says, and
 * where it goes on what the graph has after the tier.
 */
export interface MixedVersions {
  /** Hears of a message and who sent it. */
  hear(by: string, message: MessageFacts): void;
  /** Hears that a process decided on a flow by what its version says. */
  decided(by: string, tier: string, version: string, flow: string | null): void;
  isMixed(flow: string | null): boolean;
}

export function mixedVersions({ planOf }: Runs): MixedVersions {
  const known = new Map<string, { readonly version: string; readonly plan: TierPlan | undefined }>();
  const mixed = new Set<string>();
  function decided(by: string, tier: string, version: string, flow: string | null): void {
    if (flow === null) return;
    const place = `${tier} ${flow}`;
    const plan = planOf(by, tier);
    const before = known.get(place);
    if (before === undefined) known.set(place, { version, plan });
    else if (before.version !== version || before.plan !== plan) mixed.add(flow);
  }
  return {
    decided,
    hear(by, { flow, envelope }) {
      // A client sends what is its own, and what is redriven as it was.
      if (envelope && !isOutsider(by)) decided(by, envelope.from.name, envelope.from.version, flow);
    },
    isMixed: (flow) => flow !== null && mixed.has(flow),
  };
}
