import type { Columns } from '../calibrate/columns.ts';
import { type Point, readerOf } from '../calibrate/estimate.ts';
import { everyScorePath } from '../calibrate/every-score-path.ts';
import { isObserved, lowestThresholds } from '../calibrate/observed.ts';
import { proposePath } from '../calibrate/propose-path.ts';
import { walk } from '../calibrate/walk.ts';
import { rate } from './rate.ts';

/** What other thresholds would have given: from the dearest to the cheapest. */
export interface Tradeoff {
  /** Flows of which enough is known. */
  readonly observed: number;
  readonly points: readonly Point[];
}

const POINTS = 48;
/** Of fewer flows a curve would be mostly chance. */
const FEWEST = 50;
/** What the limits are made with elsewhere; these have their own. */
const DELTA = 0.05;

/**
 * Accuracy against cost along falling thresholds, estimated on the flows that chose the thresholds: a little too good. Each
 * observed flow stands for those that the same tier answered. Nothing where too few are observed.
 */
export function tradeoff(columns: Columns, cost: readonly number[]): Tradeoff | undefined {
  if (columns.tiers.length < 2 || !cost.every((ms) => ms > 0)) return undefined;
  const lowest = lowestThresholds(columns);
  const seen = columns.tiers.map(() => 0);
  const all = columns.tiers.map(() => 0);
  const classOf = Uint8Array.from({ length: columns.flows }, (_, flow) => {
    const tier = columns.answeredBy[flow]!;
    all[tier]! += 1;
    if (!isObserved(columns, lowest, flow)) return 255;
    seen[tier]! += 1;
    return tier;
  });
  const observed = seen.reduce((sum, n) => sum + n, 0);
  if (observed < FEWEST || all.some((n, tier) => n > 0 && seen[tier] === 0)) return undefined;
  const classes = all.map((n, tier) => ({ weight: seen[tier] === 0 ? 1 : n / seen[tier]!, drawn: true }));
  const weights = Float64Array.from(classOf, (tier) => classes[tier]?.weight ?? 0);
  const path =
    columns.tiers.length === 2 ? everyScorePath(columns, lowest[0]!) : proposePath(columns, weights, cost, lowest);
  const walked = walk(
    columns,
    path,
    classes.map(({ weight }) => weight),
    classOf,
  );
  const reader = readerOf({ path, walk: walked, classes, flows: columns.flows, cost, delta: DELTA });
  // As many flows of equal weight would give a mean as uncertain (Kish's effective sample size).
  const effective = Math.floor(columns.flows ** 2 / sum(weights, (weight) => weight ** 2));
  const [dear, cheap] = [reader.costRatio(0), reader.costRatio(path.steps - 1)];
  const points: Point[] = [];
  for (let step = 0; step < path.steps; step++) {
    const due = dear - ((dear - cheap) * points.length) / (POINTS - 1);
    if (step === path.steps - 1 || reader.costRatio(step) <= due) points.push(limited(reader.point(step), effective));
  }
  return { observed, points };
}

/** A point with limits of 95 %, for as many flows. */
function limited(point: Point, flows: number): Point {
  const { expected } = point.accuracy;
  const { low, high } = rate(Math.round(expected * flows), flows);
  return { ...point, accuracy: { expected, low: Math.min(low, expected), high: Math.max(high, expected) } };
}

const sum = (values: Float64Array, of: (value: number) => number): number =>
  values.reduce((total, value) => total + of(value), 0);
