import { type Columns, RIGHT, UNKNOWN } from '../calibrate/columns.ts';
import { gather } from '../calibrate/from-records.ts';
import { type Reliability, reliabilityOf } from '../calibrate/reliability.ts';
import type { DecisionRecord } from '../core/decision.ts';
import type { Json } from '../core/json.ts';
import { answerText } from './answer-text.ts';
import type { FlowSample } from './flow-sample.ts';
import { type Rate, rate, stratified } from './rate.ts';
import { type Tradeoff, tradeoff } from './tradeoff.ts';

/** A prediction that was made beside the cascade, as when a tier is run on flows that never came to it. */
export interface BesidePrediction {
  readonly flowId: string;
  readonly tier: string;
  readonly output: Json;
  readonly score?: number;
}

/** How often answers are right. */
export interface Quality {
  /** The cascade, first tier to last: the one most flows came to. Lists below are in this order. */
  readonly tiers: readonly string[];
  /** What right means: as the label says, or as the last tier answers. */
  readonly reference: 'labels' | 'last';
  /** Flows looked at: answered, and with a label where labels were given. */
  readonly flows: number;
  /** The cascade as it ran. */
  readonly cascade?: Rate;
  /** What each tier would have answered alone, of all flows. */
  readonly alone: readonly (Rate | undefined)[];
  /** The answers that each tier gave. */
  readonly answers: readonly (Rate | undefined)[];
  /** Every prediction of each tier that can be judged. */
  readonly predictions: readonly (Rate | undefined)[];
  readonly reliability: readonly Reliability[];
  readonly tradeoff?: Tradeoff;
}

/** What answers are judged by. */
export interface Judging {
  readonly labels?: ReadonlyMap<string, Json>;
  readonly answer?: string;
  readonly beside?: readonly BesidePrediction[];
}

/**
 * Judges the answers of sampled flows. `modelMs` by tier; nothing where no flow can be judged.
 */
export function qualityOf(
  sample: FlowSample,
  tiers: readonly string[],
  modelMs: readonly number[],
  { labels, answer, beside = [] }: Judging,
): Quality | undefined {
  // One tier agrees with itself.
  if (tiers.length < (labels ? 1 : 2)) return undefined;
  const read = (extra: readonly DecisionRecord[]): Columns | undefined => {
    const gathered = gather({ tiers, ...(labels && { labels }) });
    let predictions = 0;
    for (const record of [...[...sample.flows.values()].flat(), ...extra]) {
      if (tiers.includes(record.tier) && PREDICTED.has(record.decision)) predictions += 1;
      gathered.add(record);
    }
    return predictions === 0 ? undefined : gathered.done().columns;
  };
  const logged = read([]);
  if (!logged || logged.flows === 0) return undefined;
  const shadows = beside.flatMap((one) => (sample.has(one.flowId) ? [shadowOf(one, answer)] : []));
  const known = shadows.length === 0 ? logged : read(shadows)!;
  const cascade = stratified(logged, (flow) => logged.answeredBy[flow]!);
  const curve = tradeoff(known, modelMs);
  return {
    tiers,
    reference: logged.reference,
    flows: logged.flows,
    ...(cascade && { cascade }),
    alone: tiers.map((_, tier) => stratified(known, () => tier)),
    answers: tiers.map((_, tier) => ratesOf(logged, tier, (flow) => logged.answeredBy[flow] === tier)),
    predictions: tiers.map((_, tier) => ratesOf(logged, tier, () => true)),
    reliability: tiers.flatMap((_, tier) => {
      // The last tier agrees with itself whatever its score.
      if (logged.reference === 'last' && tier === tiers.length - 1) return [];
      const found = reliabilityOf(logged, new Float64Array(logged.flows).fill(1), tier);
      return found.bins.length === 0 ? [] : [found];
    }),
    ...(curve && { tradeoff: curve }),
  };
}

const PREDICTED: ReadonlySet<string> = new Set(['accepted', 'escalated', 'audited']);

/** The flows of a tier that are known to be right or wrong. */
function ratesOf(columns: Columns, tier: number, isMeant: (flow: number) => boolean): Rate | undefined {
  const flows = [...columns.right[tier]!.keys()].filter(
    (flow) => isMeant(flow) && columns.right[tier]![flow] !== UNKNOWN,
  );
  if (flows.length === 0) return undefined;
  return rateOf(columns, tier, flows);
}

const rateOf = (columns: Columns, tier: number, flows: readonly number[]): Rate =>
  rate(flows.filter((flow) => columns.right[tier]![flow] === RIGHT).length, flows.length);

/** As the log would have it: a prediction in shadow, of which nothing else is known. */
function shadowOf({ flowId, tier, output, score }: BesidePrediction, answer: string | undefined): DecisionRecord {
  const text = answerText(output, answer);
  return {
    v: 1,
    at: Number.POSITIVE_INFINITY,
    application: '',
    tier,
    version: '',
    flow: flowId,
    decision: 'audited',
    in: [],
    attempt: 1,
    calls: { queue: 0, table: 0, object: 0 },
    ...(score !== undefined && { score }),
    ...(text !== undefined && { output: text }),
  };
}
