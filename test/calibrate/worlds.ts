import type { Columns } from '../../lib/calibrate/columns.ts';
import { seeded } from './random.ts';

/** A world of flows whose true risk is known: what thresholds really do there is computed, not sampled. */
export interface World {
  readonly name: string;
  readonly cost: readonly number[];
  /** The true share of flows that get a wrong answer. */
  risk(thresholds: readonly number[]): number;
  /** The true mean cost of a flow. */
  spent(thresholds: readonly number[]): number;
  /** What the cheapest thresholds spend whose true risk is `limit` at most. */
  oracle(limit: number): number;
  log(flows: number, seed: number, written?: Written): Columns;
}

/** How the log was written: under which thresholds, and which flows all tiers saw. Left out: all tiers saw all flows. */
export interface Written {
  readonly thresholds: readonly number[];
  readonly audit: number;
  /** Whether what escalated flows were predicted is in the log. */
  readonly captured: boolean;
}

// Flows have a sureness s of each tier, evenly distributed. The first tier is wrong with A(1 - s)^B, the second with
// C(1 - s)^D, and less often where the first was sure; the last with `noise`, wherever labels tell.
const [A, B, C, D, HELP] = [0.7, 1.2, 0.5, 1.5, 0.7];
// Scores are no probabilities: any rising function of sureness will do.
const score = (sureness: number): number => sureness ** 0.4;
const sureness = (threshold: number): number => Math.min(1, Math.max(0, threshold)) ** 2.5;

const area = (height: number, power: number, from: number): number =>
  (height * (1 - from) ** (power + 1)) / (power + 1);

function world(tiers: 2 | 3, noise: number): World {
  const cost = tiers === 2 ? [1, 20] : [1, 8, 80];
  const at = (thresholds: readonly number[]): readonly [number, number] => [
    sureness(thresholds[0]!),
    tiers === 2 ? 1 : sureness(thresholds[1]!),
  ];
  const riskAt = (t: number, u: number): number =>
    area(A, B, t) + (t - (HELP * t * t) / 2) * area(C, D, u) + t * u * noise;
  const spentAt = (t: number, u: number): number =>
    tiers === 2 ? cost[0]! + t * cost[1]! : cost[0]! + t * cost[1]! + t * u * cost[2]!;
  return {
    name: `${tiers} tiers, ${noise === 0 ? "the last tier's answers" : 'labels'}`,
    cost,
    risk: (thresholds) => riskAt(...at(thresholds)),
    spent: (thresholds) => spentAt(...at(thresholds)),
    oracle(limit) {
      const steps = tiers === 2 ? 20_000 : 1_000;
      let best = Number.POSITIVE_INFINITY;
      for (let i = 0; i <= steps; i++) {
        for (let j = tiers === 2 ? steps : 0; j <= steps; j++) {
          const [t, u] = [i / steps, j / steps];
          if (riskAt(t, u) <= limit) best = Math.min(best, spentAt(t, u));
        }
      }
      return best;
    },
    log: (flows, seed, written) => drawLog(tiers, noise, flows, seed, written),
  };
}

/** Compared with the last tier's own answers, and with labels that the last tier misses now and then. */
export const worlds: Readonly<Record<'twoLast' | 'twoLabels' | 'threeLast' | 'threeLabels', World>> = {
  twoLast: world(2, 0),
  twoLabels: world(2, 0.004),
  threeLast: world(3, 0),
  threeLabels: world(3, 0.004),
};

function drawLog(tiers: number, noise: number, flows: number, seed: number, written?: Written): Columns {
  const random = seeded(seed);
  const last = tiers - 1;
  const scores = Array.from({ length: tiers }, () => new Float64Array(flows).fill(Number.NaN));
  const right = Array.from({ length: tiers }, () => new Uint8Array(flows));
  const answeredBy = new Uint8Array(flows);
  const lot = new Uint32Array(flows);
  for (let flow = 0; flow < flows; flow++) {
    const [s, u] = [random(), random()];
    const isWrong = [random() < A * (1 - s) ** B, random() < (1 - HELP * s) * C * (1 - u) ** D];
    isWrong[last] = random() < noise;
    for (let tier = 0; tier < last; tier++) scores[tier]![flow] = score(tier === 0 ? s : u);
    for (let tier = 0; tier <= last; tier++) right[tier]![flow] = isWrong[tier] ? 0 : 1;
    lot[flow] = random() * 2 ** 32;
    const audited = random();
    if (written) hide(written, { scores, right, answeredBy }, flow, audited);
    else answeredBy[flow] = last;
  }
  return {
    reference: noise === 0 ? 'last' : 'labels',
    tiers: ['first', 'second', 'third'].slice(0, tiers),
    flows,
    scores,
    right,
    answeredBy,
    lot,
    at: Float64Array.from({ length: flows }, (_, i) => i),
    logged: written?.thresholds ?? scores.slice(1).map(() => Number.NEGATIVE_INFINITY),
  };
}

/** Takes out of the log what was never known. */
function hide(
  { thresholds, audit, captured }: Written,
  { scores, right, answeredBy }: Pick<Columns, 'scores' | 'right' | 'answeredBy'>,
  flow: number,
  audited: number,
): void {
  let tier = 0;
  while (tier < thresholds.length && scores[tier]![flow]! < thresholds[tier]!) tier++;
  answeredBy[flow] = tier;
  const last = right.length - 1;
  if (tier < last && audited >= audit) {
    for (let later = tier + 1; later <= last; later++) scores[later]![flow] = Number.NaN;
    for (const column of right) column[flow] = 2;
  }
  if (!captured) for (let before = 0; before < tier; before++) right[before]![flow] = 2;
}
