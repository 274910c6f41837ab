import { lowerBound } from './binomial.ts';
import type { Columns } from './columns.ts';
import { isObserved, supportOf } from './observed.ts';
import type { WeightClass } from './risk-test.ts';

/** How observed flows stand for those that were not. */
export interface Weights {
  readonly classes: readonly WeightClass[];
  /** By flow: its class; 255 where it was not observed. */
  readonly classOf: Uint8Array;
  /** What is left of δ after shares of audited flows that had to be estimated. */
  readonly delta: number;
  /** The first tier that answered flows of which none was observed: nothing can be said about those. */
  readonly unseen?: string;
}

/** Of δ, what bounds on unknown shares may use. */
const SHARES_DELTA = 0.1;

/**
 * Weighs each observed flow with 1 ÷ the chance that a flow answered by its tier is observed (Horvitz and Thompson). A
 * share that is not known is bounded from below by what is counted, for a tenth of δ: a weight may be too large, so the
 * risk too, never too small.
 *
 * @param shares - By tier that answered: the chance that such a flow was observed, where it is known.
 */
export function weigh(
  columns: Columns,
  lowest: readonly number[],
  shares: readonly (number | undefined)[],
  delta: number,
): Weights {
  const { flows, observed } = supportOf(columns, lowest);
  const isGuessed = (tier: number): boolean =>
    shares[tier] === undefined && flows[tier]! > 0 && observed[tier]! < flows[tier]!;
  const guesses = flows.filter((_, tier) => isGuessed(tier)).length;
  const chances = flows.map((n, tier) =>
    isGuessed(tier) ? lowerBound(observed[tier]!, n, (SHARES_DELTA * delta) / guesses) : (shares[tier] ?? 1),
  );
  const unseen = columns.tiers[flows.findIndex((n, tier) => n > 0 && observed[tier] === 0)];
  const rarest = Math.min(...chances.filter((chance) => chance > 0));
  return {
    ...classify(columns, lowest, chances, rarest),
    delta: guesses > 0 ? (1 - SHARES_DELTA) * delta : delta,
    ...(unseen !== undefined && { unseen }),
  };
}

/** Flows seen more often than the rarest kind are drawn so that those drawn are seen as rarely. */
function classify(
  columns: Columns,
  lowest: readonly number[],
  chances: readonly number[],
  rarest: number,
): Pick<Weights, 'classes' | 'classOf'> {
  const classes: WeightClass[] = [];
  const indexOf = (weight: number, drawn: boolean): number => {
    const found = classes.findIndex((c) => c.weight === weight && c.drawn === drawn);
    return found === -1 ? classes.push({ weight, drawn }) - 1 : found;
  };
  const classOf = new Uint8Array(columns.flows).fill(255);
  for (let flow = 0; flow < columns.flows; flow++) {
    if (!isObserved(columns, lowest, flow)) continue;
    const chance = chances[columns.answeredBy[flow]!]!;
    classOf[flow] = indexOf(1 / chance, draw(columns.lot[flow]!) <= rarest / chance);
  }
  return { classes, classOf };
}

/** A number from 0 to 1 that follows from a lot and has nothing to do with its size. */
function draw(lot: number): number {
  let x = Math.imul(lot ^ 0x9e3779b9, 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return ((x ^ (x >>> 16)) >>> 0) / 2 ** 32;
}

/** The weight of each flow; 0 where it was not observed. */
export function flowWeights({ classes, classOf }: Pick<Weights, 'classes' | 'classOf'>): Float64Array {
  return Float64Array.from(classOf, (index) => classes[index]?.weight ?? 0);
}
