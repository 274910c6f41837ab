import { type Columns, selectFlows } from './columns.ts';
import { everyScorePath } from './every-score-path.ts';
import { proposePath } from './propose-path.ts';
import type { Path } from './walk.ts';
import { flowWeights, weigh } from './weigh.ts';

/** A path, and the flows it may be tested on. */
export interface Proposal {
  readonly path: Path;
  readonly proof: Columns;
}

/** Of all flows, those that look for a path. */
export const PROPOSING = 0.25;
/** More than this many do not find a better one. */
const MOST_PROPOSING = 50_000;

/**
 * Finds a path and keeps the flows it was found on out of its test. With two tiers there is only one path, so nothing
 * needs to be found and all flows test.
 */
export function propose(
  columns: Columns,
  lowest: readonly number[],
  shares: readonly (number | undefined)[],
  cost: readonly number[],
): Proposal {
  if (columns.tiers.length === 2) return { path: everyScorePath(columns, lowest[0]!), proof: columns };
  const share = Math.min(PROPOSING, MOST_PROPOSING / columns.flows);
  const isProposing = (flow: number): boolean => columns.lot[flow]! < share * 2 ** 32;
  const scouts = selectFlows(columns, isProposing);
  const weights = flowWeights(weigh(scouts, lowest, shares, 0.5));
  return {
    path: proposePath(scouts, weights, cost, lowest),
    proof: selectFlows(columns, (flow) => !isProposing(flow)),
  };
}
