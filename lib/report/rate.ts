import { lowerBound, upperBound } from '../calibrate/binomial.ts';
import { type Columns, RIGHT, UNKNOWN } from '../calibrate/columns.ts';

/** A share of flows, and the limits it lies between with a chance of 95 %. */
export interface Rate {
  readonly share: number;
  readonly low: number;
  readonly high: number;
  /** How many flows it was counted on. */
  readonly flows: number;
}

const DELTA = 0.05;

/** `right` of `flows`, with the limits of Clopper and Pearson. */
export function rate(right: number, flows: number): Rate {
  return {
    share: right / flows,
    low: lowerBound(right, flows, DELTA / 2),
    high: upperBound(right, flows, DELTA / 2),
    flows,
  };
}

/**
 * How often `tierOf` a flow is right, over all answered flows: those of which it is known stand for the others that the same
 * tier answered. Nothing where some tier answered flows of which it is known for none.
 */
export function stratified(columns: Columns, tierOf: (flow: number) => number): Rate | undefined {
  const strata = columns.tiers.map(() => ({ flows: 0, known: 0, right: 0 }));
  for (let flow = 0; flow < columns.flows; flow++) {
    const stratum = strata[columns.answeredBy[flow]!]!;
    const right = columns.right[tierOf(flow)]![flow]!;
    stratum.flows += 1;
    if (right !== UNKNOWN) stratum.known += 1;
    if (right === RIGHT) stratum.right += 1;
  }
  if (columns.flows === 0 || strata.some(({ flows, known }) => flows > 0 && known === 0)) return undefined;
  const there = strata.filter(({ flows }) => flows > 0);
  const sum = (of: (stratum: (typeof there)[number]) => number): number =>
    there.reduce((total, stratum) => total + of(stratum), 0);
  const known = sum((stratum) => stratum.known);
  const share = sum(({ flows, known: n, right }) => (flows * right) / n) / columns.flows;
  if (known === columns.flows)
    return rate(
      sum(({ right }) => right),
      known,
    );
  // As many flows of equal weight would give a mean as uncertain (Kish's effective sample size).
  const effective = Math.max(1, Math.floor(columns.flows ** 2 / sum(({ flows, known: n }) => flows ** 2 / n)));
  const limits = rate(Math.round(share * effective), effective);
  return { share, low: Math.min(share, limits.low), high: Math.max(share, limits.high), flows: known };
}
