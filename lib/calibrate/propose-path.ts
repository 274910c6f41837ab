import { type Columns, WRONG } from './columns.ts';
import { quantileCuts } from './quantile-cuts.ts';
import { levelOf, type Path } from './walk.ts';

/** Thresholds considered for each tier. */
const CUTS = 256;
/** Prices of an error that are tried, from dear to cheap. */
const PRICES = 32;

interface Problem {
  readonly columns: Columns;
  readonly weights: Float64Array;
  readonly cost: readonly number[];
  readonly cuts: readonly Float64Array[];
  /** By tier and flow: the level at which the tier accepts it. */
  readonly reached: readonly Int32Array[];
}

/**
 * For more than two tiers there is no one way down: this looks for a cheap one. An error is given a price, from dear to
 * cheap, and for each price the thresholds are lowered, tier by tier, to where errors and work together cost least.
 * It must not look at the flows that the path is tested on later.
 *
 * @param weights - By flow; 0 for one that does not count.
 * @param lowest - By tier but the last: no threshold below it.
 */
export function proposePath(
  columns: Columns,
  weights: Float64Array,
  cost: readonly number[],
  lowest: readonly number[],
): Path {
  const early = columns.tiers.slice(0, -1);
  const cuts = early.map((_, tier) => quantileCuts(seenScores(columns.scores[tier]!, weights), CUTS, lowest[tier]!));
  const reached = cuts.map((tierCuts, tier) => Int32Array.from(columns.scores[tier]!, (s) => levelOf(tierCuts, s)));
  const problem = { columns, weights, cost, cuts, reached };
  const corners: (readonly number[])[] = [early.map(() => 0)];
  for (const price of prices(cost)) {
    let levels = corners.at(-1)!;
    // The best threshold of a tier depends on the others', so each has a second turn.
    for (let turn = 0; turn < 2; turn++) {
      for (const tier of early.keys()) levels = lowered(problem, levels, tier, price);
    }
    if (levels.some((level, tier) => level !== corners.at(-1)![tier])) corners.push(levels);
  }
  // At last everything is accepted by the first tier.
  corners.push(cuts.map((tierCuts) => tierCuts.length));
  const levels = early.map((_, tier) => Int32Array.from(joined(corners).map((corner) => corner[tier]!)));
  return { steps: levels[0]!.length, cuts, levels };
}

function seenScores(scores: Float64Array, weights: Float64Array): Float64Array {
  return scores.filter((_, flow) => weights[flow]! > 0);
}

/** From an error that is worth 1,000 runs of all tiers to one that is worth a tenth. */
function prices(cost: readonly number[]): readonly number[] {
  const all = cost.reduce((sum, c) => sum + c, 0);
  return Array.from({ length: PRICES }, (_, i) => all * 10 ** (3 - (4 * i) / (PRICES - 1)));
}

/** One tier's level lowered to where errors and work cost least while the other tiers keep theirs. */
function lowered(problem: Problem, levels: readonly number[], tier: number, price: number): readonly number[] {
  const { columns, weights, reached, cost } = problem;
  const saved = new Float64Array(problem.cuts[tier]!.length + 2);
  for (let flow = 0; flow < columns.flows; flow++) {
    if (weights[flow] === 0 || answerOf(problem, levels, 0, flow) < tier) continue;
    const answer = answerOf(problem, levels, tier + 1, flow);
    let work = 0;
    for (let more = tier + 1; more <= answer; more++) work += cost[more]!;
    const errors = wrong(columns, answer, flow) - wrong(columns, tier, flow);
    saved[reached[tier]![flow]!]! += weights[flow]! * (work + price * errors);
  }
  let best = levels[tier]!;
  let most = 0;
  let sum = 0;
  for (let level = best + 1; level < saved.length - 1; level++) {
    sum += saved[level]!;
    if (sum > most) [best, most] = [level, sum];
  }
  return levels.with(tier, best);
}

/** The first tier, `from` or later, that accepts a flow. */
function answerOf({ reached }: Problem, levels: readonly number[], from: number, flow: number): number {
  let tier = from;
  while (tier < levels.length && reached[tier]![flow]! > levels[tier]!) tier++;
  return tier;
}

const wrong = (columns: Columns, tier: number, flow: number): number => (columns.right[tier]![flow] === WRONG ? 1 : 0);

/** Corners with steps between them: all thresholds move on together, none by more than one level at a time. */
function joined(corners: readonly (readonly number[])[]): readonly (readonly number[])[] {
  return corners.slice(1).reduce<(readonly number[])[]>(
    (path, to) => {
      const from = path.at(-1)!;
      const steps = Math.max(...to.map((level, tier) => level - from[tier]!));
      for (let i = 1; i <= steps; i++) {
        path.push(from.map((level, tier) => level + Math.round(((to[tier]! - level) * i) / steps)));
      }
      return path;
    },
    [corners[0]!],
  );
}
