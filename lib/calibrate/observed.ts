import { type Columns, UNKNOWN } from './columns.ts';

/** By tier that answered: how many flows, and of how many it is known whether each tier was right. */
export interface Support {
  readonly flows: readonly number[];
  readonly observed: readonly number[];
}

/**
 * Whether enough is known of a flow to say what any thresholds, none below `lowest`, would have made of it: a tier whose
 * score is below can never answer it.
 */
export function isObserved({ right, scores, tiers }: Columns, lowest: readonly number[], flow: number): boolean {
  const last = tiers.length - 1;
  if (right[last]![flow] === UNKNOWN) return false;
  for (let tier = 0; tier < last; tier++) {
    if (right[tier]![flow] === UNKNOWN && !(scores[tier]![flow]! < lowest[tier]!)) return false;
  }
  return true;
}

/** Counts what is known. */
export function supportOf(columns: Columns, lowest: readonly number[]): Support {
  const flows = columns.tiers.map(() => 0);
  const observed = columns.tiers.map(() => 0);
  for (let flow = 0; flow < columns.flows; flow++) {
    flows[columns.answeredBy[flow]!]!++;
    if (isObserved(columns, lowest, flow)) observed[columns.answeredBy[flow]!]!++;
  }
  return { flows, observed };
}

/**
 * By tier but the last: the threshold below which the log does not tell enough. Escalated flows show what their first
 * tiers predicted only where that was captured; without it, thresholds can be kept or raised, not lowered.
 */
export function lowestThresholds(columns: Columns): readonly number[] {
  const anywhere = columns.logged.map(() => Number.NEGATIVE_INFINITY);
  const rarest = (lowest: readonly number[]): number => {
    const { flows, observed } = supportOf(columns, lowest);
    return Math.min(...flows.map((n, tier) => (n === 0 ? 1 : observed[tier]! / n)));
  };
  // A few captured flows are no gain where audits are many times as frequent: the rarest kind sets the precision.
  return rarest(anywhere) >= rarest(columns.logged) / 2 ? anywhere : columns.logged;
}
