import type { DecisionRecord } from '../core/decision.ts';
import { SluiceError } from '../core/errors.ts';
import type { Json } from '../core/json.ts';
import { type AnswerBook, answerBook } from './answers.ts';
import { type Columns, selectFlows } from './columns.ts';
import { agreement, type FlowTable, flowTable, NOBODY } from './flow-table.ts';
import { type LogitSample, logitSample, type TierTemperature } from './logit-sample.ts';

/** How records are read. */
export interface GatherOptions {
  /** The cascade's tiers, from the first to the last. */
  readonly tiers: readonly string[];
  /** True answers by flow id: what predictions are compared with. Left out: with what the last tier answers. */
  readonly labels?: ReadonlyMap<string, Json>;
  /** The field of a prediction that holds its answer. Default: the prediction itself, or its field `label`. */
  readonly answer?: string;
  /** The field of a prediction that holds its logits: an object by class, or an array. Default: none are looked at. */
  readonly logits?: string;
}

/** Columns, and what was left out of them. */
export interface Gathered {
  readonly columns: Columns;
  /** Flows without an accepted answer: dropped, expired, failed or still under way. */
  readonly unanswered: number;
  /** Flows without a label, where labels were given. */
  readonly unlabelled: number;
  /** Labels of flows that the log does not know. */
  readonly strayLabels: number;
  /** A tier that escalated to one that was not named: whom that one answered is left out, and the others are no sample. */
  readonly missed?: { readonly tier: string; readonly to: string };
  /** By tier but the last: the lowest threshold the log was written under; `Infinity` where it names none. */
  readonly leastLogged: readonly number[];
  /** By tier: mean milliseconds of its model; `NaN` where none were logged. */
  readonly modelMs: readonly number[];
  /** Of tiers that logged logits. */
  readonly temperatures: readonly TierTemperature[];
}

const PREDICTED: ReadonlySet<string> = new Set(['accepted', 'escalated', 'audited']);

/**
 * Gathers what a decision log tells of each flow: add each record, in any order and more than once, then ask once.
 *
 * @throws {SluiceError} `option-invalid` where a prediction does not say which of its fields is the answer.
 */
export function gather({ tiers, labels, answer, logits }: GatherOptions): {
  add(record: DecisionRecord): void;
  done(): Gathered;
} {
  const tierIndex = new Map(tiers.map((name, index) => [name, index]));
  const table = flowTable(tiers.length);
  const book = answerBook(answer);
  const thresholds = tiers.slice(1).map(() => Number.NEGATIVE_INFINITY);
  const leastLogged = tiers.slice(1).map(() => Number.POSITIVE_INFINITY);
  let missed: Gathered['missed'];
  const samples = logits === undefined ? [] : tiers.map(() => logitSample(logits));
  const spent = tiers.map(() => ({ ms: 0, runs: 0 }));
  return {
    add(record) {
      const tier = tierIndex.get(record.tier);
      if (tier === undefined || record.flow === null || !PREDICTED.has(record.decision)) return;
      const row = table.rowOf(record.flow);
      note(table, book, row, tier, record);
      if (record.output !== undefined) samples[tier]?.add(row, record.output);
      missed ??= missedBy(record, tierIndex);
      const { threshold, modelCpuMs, modelMs = modelCpuMs } = record;
      if (threshold !== undefined && tier < thresholds.length) {
        thresholds[tier] = Math.max(thresholds[tier]!, threshold);
        leastLogged[tier] = Math.min(leastLogged[tier]!, threshold);
      }
      if (modelMs !== undefined) {
        spent[tier]!.ms += modelCpuMs ?? modelMs;
        spent[tier]!.runs += 1;
      }
    },
    done: () => ({
      ...finish(table, book, tiers, thresholds, labels, samples, logits),
      ...(missed && { missed }),
      leastLogged,
      modelMs: spent.map(({ ms, runs }) => ms / runs),
    }),
  };
}

function missedBy({ tier, decision, out }: DecisionRecord, known: ReadonlyMap<string, number>): Gathered['missed'] {
  const to = decision === 'escalated' ? out?.at(-1)?.to : undefined;
  return to === undefined || known.has(to) ? undefined : { tier, to };
}

function note(table: FlowTable, book: AnswerBook, row: number, tier: number, record: DecisionRecord): void {
  const { score, output, signal, at, decision } = record;
  if (score !== undefined && Number.isNaN(table.scores[tier]![row]!)) table.scores[tier]![row] = score;
  if (output !== undefined) table.answers[tier]![row] = book.ofPrediction(output, record.tier);
  // A gate may have changed a signal, so what the tier itself logged counts more.
  if (signal !== undefined && tier > 0 && table.answers[tier - 1]![row] === -1) {
    table.answers[tier - 1]![row] = book.ofPrediction(signal, record.tier);
  }
  if (at < table.at[row]!) table.at[row] = at;
  if (decision === 'accepted' && tier < table.answeredBy[row]!) table.answeredBy[row] = tier;
}

function finish(
  table: FlowTable,
  book: AnswerBook,
  tiers: readonly string[],
  thresholds: readonly number[],
  labels: ReadonlyMap<string, Json> | undefined,
  samples: readonly LogitSample[],
  logits: string | undefined,
): Omit<Gathered, 'modelMs' | 'leastLogged' | 'missed'> {
  const { size: flows } = table;
  if (flows === 0) {
    throw new SluiceError('option-invalid', `the log has no prediction of ${tiers.join(', ')}`, {
      fix: 'Name the tiers as the log does, and the application that wrote it.',
    });
  }
  checkLogits(samples, logits);
  const last = tiers.length - 1;
  const truths = labels && labelColumn(table, book, labels);
  const reference = truths?.column ?? table.answers[last]!;
  const isKept = (flow: number): boolean => table.answeredBy[flow] !== NOBODY && (!truths || reference[flow] !== -1);
  const right = table.answers.map((answers, tier) =>
    Uint8Array.from({ length: flows }, (_, flow) =>
      // Of its own answers the last tier needs to tell no more than that it ran.
      !truths && tier === last && table.answeredBy[flow] === last ? 1 : agreement(answers[flow]!, reference[flow]!),
    ),
  );
  const all: Columns = {
    reference: truths ? 'labels' : 'last',
    tiers,
    flows,
    scores: table.scores.map((column) => column.subarray(0, flows)),
    right,
    answeredBy: table.answeredBy.subarray(0, flows),
    lot: table.lot.subarray(0, flows),
    at: table.at.subarray(0, flows),
    logged: thresholds,
  };
  const temperatures = samples.flatMap(
    (sample, tier) => sample.fitted(tiers[tier]!, (row, name) => book.ofLabel(name) === reference[row]) ?? [],
  );
  let unanswered = 0;
  let unlabelled = 0;
  for (let flow = 0; flow < flows; flow++) {
    if (table.answeredBy[flow] === NOBODY) unanswered++;
    else if (truths && reference[flow] === -1) unlabelled++;
  }
  return { columns: selectFlows(all, isKept), unanswered, unlabelled, strayLabels: truths?.stray ?? 0, temperatures };
}

/** A field that holds no logits anywhere is a mistake: nothing would come of it. */
function checkLogits(samples: readonly LogitSample[], field: string | undefined): void {
  if (field === undefined || samples.some(({ size }) => size > 0)) return;
  const others = [...new Set(samples.flatMap((sample) => sample.others))];
  throw new SluiceError('option-invalid', `no prediction has logits in a field "${field}"`, {
    fix:
      others.length === 0
        ? 'The log holds no prediction with fields: set capture.'
        : `Name a field that holds an object of numbers by class, or an array: --logits <field>. There are: ${others.join(', ')}.`,
  });
}

function labelColumn(
  table: FlowTable,
  book: AnswerBook,
  labels: ReadonlyMap<string, Json>,
): { readonly column: Int32Array; readonly stray: number } {
  const column = new Int32Array(table.size).fill(-1);
  let found = 0;
  let row = 0;
  for (const flow of table.ids()) {
    const label = labels.get(flow);
    if (label !== undefined) {
      column[row] = book.ofLabel(label);
      found++;
    }
    row++;
  }
  return { column, stray: labels.size - found };
}
