import { type Columns, RIGHT, UNKNOWN } from './columns.ts';
import { fitIsotonic, isotonicAt } from './isotonic.ts';

/** Flows with about the same score: what they scored, and how many of them were right. */
export interface ReliabilityBin {
  readonly from: number;
  readonly to: number;
  /** Observed ones. */
  readonly flows: number;
  readonly meanScore: number;
  /** Share of right answers, 0 to 1. */
  readonly right: number;
}

/** How a tier's score tells how often it is right. */
export interface Reliability {
  readonly tier: string;
  readonly bins: readonly ReliabilityBin[];
  /** Expected calibration error of the score as it is, 0 to 1; absent for scores that are no probabilities. */
  readonly error?: number;
  /** The same after isotonic regression, fitted on one half of the flows and measured on the other. */
  readonly isotonicError: number;
}

interface Scored {
  readonly score: number;
  readonly right: number;
  readonly weight: number;
  readonly half: number;
}

const BINS = 10;

/** How well a tier's scores are calibrated, on flows that are observed. */
export function reliabilityOf(columns: Columns, weights: Float64Array, tier: number): Reliability {
  const flows = scoredFlows(columns, weights, tier);
  const bins = binned(flows);
  const halves = [0, 1].map((half) => flows.filter((flow) => flow.half === half));
  const rising = (half: readonly Scored[]) =>
    fitIsotonic(
      half.map(({ score }) => score),
      half.map(({ right }) => right),
      (i) => half[i]!.weight,
    );
  const refitted = halves.flatMap((half, i) => {
    const other = rising(halves[1 - i]!);
    return half.map((flow) => ({ ...flow, score: isotonicAt(other, flow.score) }));
  });
  const isProbability = flows.every(({ score }) => score >= 0 && score <= 1);
  return {
    tier: columns.tiers[tier]!,
    bins,
    ...(isProbability && flows.length > 0 && { error: calibrationError(bins, flows) }),
    isotonicError: calibrationError(binned(refitted.sort((a, b) => a.score - b.score)), refitted),
  };
}

/** A sample is enough: a reliability table needs no million flows. */
const MOST = 50_000;

function scoredFlows(columns: Columns, weights: Float64Array, tier: number): readonly Scored[] {
  const scores = columns.scores[tier]!;
  const right = columns.right[tier]!;
  const flows: Scored[] = [];
  for (let flow = 0; flow < columns.flows && flows.length < MOST; flow++) {
    if (weights[flow] === 0 || right[flow] === UNKNOWN || Number.isNaN(scores[flow]!)) continue;
    flows.push({
      score: scores[flow]!,
      right: right[flow] === RIGHT ? 1 : 0,
      weight: weights[flow]!,
      half: columns.lot[flow]! & 1,
    });
  }
  return flows.sort((a, b) => a.score - b.score);
}

/** Bins of about equally many flows, by rising score; flows of one score are all in one. */
function binned(flows: readonly Scored[]): readonly ReliabilityBin[] {
  const size = Math.ceil(flows.length / BINS) || 1;
  const bins: ReliabilityBin[] = [];
  for (let from = 0, to = 0; from < flows.length; from = to) {
    to = Math.min(from + size, flows.length);
    while (to < flows.length && flows[to]!.score === flows[to - 1]!.score) to++;
    bins.push(binOf(flows.slice(from, to)));
  }
  return bins;
}

function binOf(bin: readonly Scored[]): ReliabilityBin {
  const all = bin.reduce((sum, { weight }) => sum + weight, 0);
  const [from, to] = [bin[0]!.score, bin.at(-1)!.score];
  return {
    from,
    to,
    flows: bin.length,
    // The mean of equal scores, but for rounding, is that score.
    meanScore: from === to ? from : bin.reduce((sum, { score, weight }) => sum + (score * weight) / all, 0),
    right: bin.reduce((sum, { right, weight }) => sum + (right * weight) / all, 0),
  };
}

/** The mean distance between score and share of right answers, over bins. */
function calibrationError(bins: readonly ReliabilityBin[], flows: readonly Scored[]): number {
  return bins.reduce(
    (sum, { flows: n, meanScore, right }) => sum + (n * Math.abs(meanScore - right)) / flows.length,
    0,
  );
}
