import type { Columns } from './columns.ts';
import type { Path } from './walk.ts';

/**
 * For two tiers: the threshold comes down from above all scores, past every score there is. This path is the same
 * whatever the log says, so it may be tested on the very flows it is read from; between two scores nothing changes.
 */
export function everyScorePath({ scores }: Columns, lowest: number): Path {
  const cuts = distinctFalling(scores[0]!.filter((score) => score >= lowest));
  return { steps: cuts.length + 1, cuts: [cuts], levels: [Int32Array.from({ length: cuts.length + 1 }, (_, i) => i)] };
}

function distinctFalling(scores: Float64Array): Float64Array {
  return scores
    .sort()
    .reverse()
    .filter((score, i, sorted) => i === 0 || score !== sorted[i - 1]);
}
