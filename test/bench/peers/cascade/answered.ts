import type { Columns } from '../../../../lib/calibrate/columns.ts';
import { lotOf } from '../../../../lib/calibrate/flow-table.ts';

/** What each tier's model said of every item of a set, cheapest first, and what is right. */
export interface Answered {
  readonly truth: readonly string[];
  readonly models: readonly { readonly label: readonly string[]; readonly confidence: readonly number[] }[];
}

/** One data set with its models, already asked. */
export interface DataSet {
  readonly name: string;
  /** Names of the models, cheapest first. */
  readonly models: readonly string[];
  /** Multiply-adds of an item, model by model. */
  readonly work: readonly number[];
  /** CPU time of an item, model by model, as measured now. */
  readonly ms: readonly number[];
  /** What thresholds are chosen on. */
  readonly validation: Answered;
  /** What they are judged on. */
  readonly test: Answered;
}

/** Columns for `calibrate`: every tier answered every item, and the last tier is the reference. */
export function columnsOf({ truth, models }: Answered, names: readonly string[]): Columns {
  const flows = truth.length;
  const expected = models.at(-1)!.label;
  return {
    reference: 'last',
    tiers: names,
    flows,
    scores: models.map(({ confidence }) => Float64Array.from(confidence)),
    right: models.map(({ label }) => Uint8Array.from(label, (answer, i) => (answer === expected[i] ? 1 : 0))),
    answeredBy: new Uint8Array(flows).fill(models.length - 1),
    lot: Uint32Array.from({ length: flows }, (_, i) => lotOf(`item-${i}`)),
    at: Float64Array.from({ length: flows }, (_, i) => i),
    logged: models.slice(1).map(() => Number.NEGATIVE_INFINITY),
  };
}

/** What thresholds do to a set of items. */
export interface Outcome {
  /** Share of answers that are right. */
  readonly accuracy: number;
  /** Share of answers that are the last model's. */
  readonly agreement: number;
  /** Model time of an item. */
  readonly ms: number;
  /** Share of items that the last model saw. */
  readonly reachLast: number;
}

/** Decides item by item: a tier that is sure enough answers. */
export function outcomeOf({ truth, models }: Answered, thresholds: readonly number[], ms: readonly number[]): Outcome {
  const last = models.length - 1;
  let right = 0;
  let agreed = 0;
  let time = 0;
  let reached = 0;
  for (const [item, label] of truth.entries()) {
    let tier = 0;
    time += ms[0]!;
    while (tier < last && models[tier]!.confidence[item]! < thresholds[tier]!) time += ms[++tier]!;
    const answer = models[tier]!.label[item];
    if (answer === label) right += 1;
    if (answer === models[last]!.label[item]) agreed += 1;
    if (tier === last) reached += 1;
  }
  const items = truth.length;
  return { accuracy: right / items, agreement: agreed / items, ms: time / items, reachLast: reached / items };
}

/** CPU time a call takes, ms: other work on the machine does not count. */
export function cpuMs(calls: readonly (() => unknown)[]): number {
  const before = process.cpuUsage();
  for (const call of calls) call();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000 / calls.length;
}
