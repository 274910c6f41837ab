import { type Columns, WRONG } from './columns.ts';

/**
 * Thresholds from the safest to the cheapest: each step lowers thresholds and raises none, so each flow moves only to
 * earlier tiers.
 */
export interface Path {
  readonly steps: number;
  /** By tier but the last: thresholds there are, falling. */
  readonly cuts: readonly Float64Array[];
  /** By tier but the last: how many of its cuts are reached at each step; 0 accepts nothing. Never falls. */
  readonly levels: readonly Int32Array[];
}

/** What a path would have done to flows, step by step; flows count with their weights. */
export interface Walk {
  /** By class of weight: how many flows got a wrong answer. */
  readonly losses: readonly Int32Array[];
  /** By tier: the weight of flows it would have answered. */
  readonly answered: readonly Float64Array[];
  /** All of it. */
  readonly total: number;
}

/** The thresholds at a step, first tier first; `Infinity` accepts nothing. */
export function thresholdsAt({ cuts, levels }: Path, step: number): readonly number[] {
  return cuts.map((tierCuts, tier) => {
    const level = levels[tier]![step]!;
    return level === 0 ? Number.POSITIVE_INFINITY : tierCuts[level - 1]!;
  });
}

/**
 * Walks flows along a path in one pass: a flow changes its tier at most once for each tier, so only changes are noted
 * and then summed up.
 *
 * @param weightClass - By flow: which of `weights` it has; 255 for one that does not count.
 */
export function walk(columns: Columns, path: Path, weights: readonly number[], weightClass: Uint8Array): Walk {
  const last = columns.tiers.length - 1;
  const losses = weights.map(() => new Int32Array(path.steps + 1));
  const answered = columns.tiers.map(() => new Float64Array(path.steps + 1));
  const firstStep = path.levels.map((levels, tier) => firstSteps(levels, path.cuts[tier]!.length));
  let total = 0;
  for (let flow = 0; flow < columns.flows; flow++) {
    const weight = weights[weightClass[flow]!];
    if (weight === undefined) continue;
    total += weight;
    let until = path.steps;
    for (let tier = 0; tier <= last && until > 0; tier++) {
      const from = tier === last ? 0 : firstStep[tier]![levelOf(path.cuts[tier]!, columns.scores[tier]![flow]!)]!;
      if (from >= until) continue;
      answered[tier]![from]! += weight;
      answered[tier]![until]! -= weight;
      if (columns.right[tier]![flow] === WRONG) {
        losses[weightClass[flow]!]![from]!++;
        losses[weightClass[flow]!]![until]!--;
      }
      until = from;
    }
  }
  for (const column of [...losses, ...answered]) sumUp(column);
  return { losses, answered, total };
}

/** How many cuts must be reached for a score to be accepted; one more than there are where none is low enough. */
export function levelOf(cuts: Float64Array, score: number): number {
  // A score that is not there is never reached.
  if (Number.isNaN(score)) return cuts.length + 1;
  let [low, high] = [0, cuts.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (cuts[middle]! <= score) high = middle;
    else low = middle + 1;
  }
  return low + 1;
}

/** By level: the first step that reaches it; the number of steps where none does. */
function firstSteps(levels: Int32Array, most: number): Int32Array {
  const first = new Int32Array(most + 2).fill(levels.length);
  let level = 0;
  for (let step = 0; step < levels.length; step++) {
    while (level <= levels[step]!) first[level++] = step;
  }
  return first;
}

function sumUp(column: Int32Array | Float64Array): void {
  for (let i = 1; i < column.length; i++) column[i]! += column[i - 1]!;
}
