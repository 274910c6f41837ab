import { certify } from './certify.ts';
import type { Columns } from './columns.ts';
import { lowestThresholds } from './observed.ts';
import type { CalibrateOptions } from './options.ts';
import { riskTest } from './risk-test.ts';
import { propose } from './split.ts';
import { type Path, type Walk, walk } from './walk.ts';
import { type Weights, weigh } from './weigh.ts';

/** How far thresholds may go down. */
export interface Search {
  /** By tier but the last: the log tells nothing of thresholds below. */
  readonly lowest: readonly number[];
  readonly path: Path;
  /** The flows it was tested on. */
  readonly proof: Columns;
  readonly weights: Weights;
  readonly walked: Walk;
  /** The cheapest step whose accuracy is certified; 0 is the last tier alone, -1 not even that. */
  readonly step: number;
}

/** Proposes a path of thresholds and certifies it as far as the flows allow: the whole guarantee is made here. */
export function search({ columns, target, delta, cost, shares = [] }: CalibrateOptions): Search {
  const lowest = lowestThresholds(columns);
  const { path, proof } = propose(columns, lowest, shares, cost);
  const weights = weigh(proof, lowest, shares, delta);
  const { classes, classOf } = weights;
  const walked = walk(
    proof,
    path,
    classes.map(({ weight }) => weight),
    classOf,
  );
  const test = riskTest(proof.flows, classes, 1 - target, weights.delta);
  const step = weights.unseen === undefined ? certify(walked, path.steps, test) : -1;
  return { lowest, path, proof, weights, walked, step };
}
