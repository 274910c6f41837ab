import type { Graph } from '../../core/plan.ts';
import { fittingHalvesJoin } from './fitting-halves-join.ts';
import { halvesAreDecidedOn } from './halves-are-decided-on.ts';
import { halvesBelongTogether } from './halves-belong-together.ts';
import { halvesWaitTheirTime } from './halves-wait-their-time.ts';
import type { LawMaker } from './law.ts';

/** Laws of joins: applications that have none need not listen for them. */
export const JOIN_LAWS: readonly LawMaker[] = [
  halvesAreDecidedOn,
  halvesBelongTogether,
  halvesWaitTheirTime,
  fittingHalvesJoin,
];

/** Whether an application has anything that these laws are about. */
export function hasJoins({ tiers }: Graph): boolean {
  return tiers.some(({ mode }) => mode === 'join');
}
