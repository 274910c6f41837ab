import { SluiceError } from '../core/errors.ts';

/** What is known of a prediction: it agrees with the reference, it does not, or nobody can tell. */
export const RIGHT = 1;
export const WRONG = 0;
export const UNKNOWN = 2;

/**
 * What a decision log tells about flows, as columns: index `i` of every array is one flow. Tiers come first to last, two
 * at least. What `right` compares with is the flow's label, or the last tier's answer.
 */
export interface Columns {
  readonly reference: 'labels' | 'last';
  /** Names, from the first tier to the last. */
  readonly tiers: readonly string[];
  readonly flows: number;
  /** By tier: the score of the prediction; `NaN` where the tier did not run or has none. */
  readonly scores: readonly Float64Array[];
  /** By tier: 1 right, 0 wrong, 2 unknown. */
  readonly right: readonly Uint8Array[];
  /** The tier whose answer was accepted, by its index. */
  readonly answeredBy: Uint8Array;
  /** Evenly distributed over 32 bits and independent of what the flow is about: a hash of its id. Splits hang on it. */
  readonly lot: Uint32Array;
  /** When the flow was first decided, ms since the epoch. Only drift looks at it. */
  readonly at: Float64Array;
  /** By tier but the last: the highest threshold the log was written under; `-Infinity` where all tiers always ran. */
  readonly logged: readonly number[];
}

/** Refuses columns that do not fit each other. */
export function checkColumns(columns: Columns): void {
  const { tiers, flows, scores, right, answeredBy, lot, at, logged } = columns;
  const invalid = (problem: string): SluiceError =>
    new SluiceError('option-invalid', `columns: ${problem}`, {
      fix: 'Make them from decision records, or as the type says.',
    });
  if (tiers.length < 2) throw invalid(`a cascade of ${tiers.length} tiers has no threshold`);
  if (scores.length !== tiers.length || right.length !== tiers.length)
    throw invalid('scores and right need one array a tier');
  if (logged.length !== tiers.length - 1) throw invalid('logged needs one number for each tier but the last');
  for (const column of [...scores, ...right, answeredBy, lot, at]) {
    if (column.length !== flows) throw invalid(`an array has ${column.length} entries for ${flows} flows`);
  }
}

/** The flows that `keep` holds for. */
export function selectFlows(columns: Columns, keep: (flow: number) => boolean): Columns {
  const chosen = new Uint32Array(columns.flows);
  let flows = 0;
  for (let flow = 0; flow < columns.flows; flow++) if (keep(flow)) chosen[flows++] = flow;
  // `filter` with a function for each of a dozen columns takes seconds for a million flows.
  const pick = <T extends Float64Array | Uint32Array | Uint8Array>(from: T, to: T): T => {
    for (let i = 0; i < flows; i++) to[i] = from[chosen[i]!]!;
    return to;
  };
  return {
    ...columns,
    flows,
    scores: columns.scores.map((column) => pick(column, new Float64Array(flows))),
    right: columns.right.map((column) => pick(column, new Uint8Array(flows))),
    answeredBy: pick(columns.answeredBy, new Uint8Array(flows)),
    lot: pick(columns.lot, new Uint32Array(flows)),
    at: pick(columns.at, new Float64Array(flows)),
  };
}
