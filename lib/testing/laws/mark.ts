import type { TierPlan } from '../../core/plan.ts';

/** How long a done-mark lasts at least, ms: as long as messages of the flow may still be under way. */
const MARKED_MS = 4 * 86_400_000;

/** How long this tier's done-marks keep a flow from being worked on again, ms. */
export function markMs({ tier }: TierPlan): number {
  return Math.max(tier.joins?.ttlMs ?? 0, MARKED_MS);
}
