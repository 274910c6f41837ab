import type { Columns } from './columns.ts';
import { diagnose } from './diagnose.ts';
import { type Point, type Reader, readerOf } from './estimate.ts';
import { forecast } from './forecast.ts';
import { supportOf } from './observed.ts';
import { type CalibrateOptions, checkOptions } from './options.ts';
import { refusal } from './refuse.ts';
import { reliabilityOf } from './reliability.ts';
import type { Calibration } from './result.ts';
import { search } from './search.ts';
import { checkShares } from './shares.ts';
import { type Path, walk } from './walk.ts';
import { flowWeights, type Weights, weigh } from './weigh.ts';

/** Points of the curve. */
const POINTS = 64;

/**
 * The cheapest thresholds on a path whose answers agree with the reference as often as asked. The chance that they do
 * not is `delta` at most, if flows are exchangeable: those to come are like those in the log. Says so where the log is
 * not enough.
 *
 * @throws {SluiceError} `option-invalid` for a target, a delta or costs that no log can answer.
 */
export function calibrate(options: CalibrateOptions): Calibration {
  checkOptions(options);
  const { columns, target, delta, cost, shares = [] } = options;
  const { lowest, path, proof, weights, walked, step } = search(options);
  checkShares(columns, lowest, shares);
  const reader = readerOf({ path, walk: walked, classes: weights.classes, flows: proof.flows, cost, delta });
  const known = flowWeights(weigh(columns, lowest, shares, delta));
  const early = columns.tiers.slice(0, -1);
  const reliability = early.map((_, tier) => reliabilityOf(columns, known, tier));
  const { observed } = supportOf(columns, lowest);
  const common = {
    reference: columns.reference,
    target,
    delta,
    flows: { all: columns.flows, observed: observed.reduce((sum, n) => sum + n, 0), certifying: proof.flows },
    reliability,
  };
  if (step <= 0) {
    const diagnoses = diagnose(columns, target, reliability, lowest);
    return { ok: false, ...common, diagnoses, ...refusal({ columns, lowest, target, weights, reader, step, path }) };
  }
  const chosen = certified(reader.point(step), target);
  const present = presentPoint(options, proof, weights);
  return {
    ok: true,
    ...common,
    diagnoses: diagnose(columns, target, reliability, lowest, chosen),
    chosen,
    tiers: forecast(columns, chosen.thresholds, reader.answers(step), known, delta),
    lastTier: reader.point(0).accuracy,
    ...(present && { present }),
    curve: curve(reader, path, step),
  };
}

/** What was certified is known of the chosen point, whatever its own limits say. */
function certified(point: Point, target: number): Point {
  return { ...point, accuracy: { ...point.accuracy, low: Math.max(point.accuracy.low, target) } };
}

/** Steps evenly spread over what they cost, the chosen one among them. */
function curve(reader: Reader, path: Path, chosen: number): readonly Point[] {
  const [dear, cheap] = [reader.costRatio(0), reader.costRatio(path.steps - 1)];
  const points: Point[] = [];
  for (let step = 0; step < path.steps; step++) {
    const due = dear - ((dear - cheap) * points.length) / (POINTS - 1);
    if (step === chosen || step === path.steps - 1 || reader.costRatio(step) <= due) points.push(reader.point(step));
  }
  return points;
}

/** What the thresholds of the log would give: a path of one step. */
function presentPoint({ cost, delta }: CalibrateOptions, proof: Columns, weights: Weights): Point | undefined {
  if (proof.logged.some((threshold) => !Number.isFinite(threshold))) return undefined;
  const { classes, classOf } = weights;
  const path: Path = {
    steps: 1,
    cuts: proof.logged.map((threshold) => Float64Array.of(threshold)),
    levels: proof.logged.map(() => Int32Array.of(1)),
  };
  const walked = walk(
    proof,
    path,
    classes.map(({ weight }) => weight),
    classOf,
  );
  return readerOf({ path, walk: walked, classes, flows: proof.flows, cost, delta }).point(0);
}
