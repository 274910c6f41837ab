import { RIGHT, UNKNOWN, WRONG } from './columns.ts';

/** No tier answered yet. */
export const NOBODY = 255;
const NO_ANSWER = -1;

/** Columns that grow as flows come in: a few dozen bytes a flow and its id, whatever the records hold. */
export interface FlowTable {
  readonly size: number;
  /** The row of a flow, made where there is none. */
  rowOf(flow: string): number;
  readonly scores: Float64Array[];
  /** Answers as numbers, equal ones alike; -1 where it is not known. */
  readonly answers: Int32Array[];
  answeredBy: Uint8Array;
  at: Float64Array;
  lot: Uint32Array;
  ids(): IterableIterator<string>;
}

/** A table for so many tiers. */
export function flowTable(tiers: number): FlowTable {
  const rows = new Map<string, number>();
  let room = 1_024;
  const table = {
    scores: Array.from({ length: tiers }, () => new Float64Array(room).fill(Number.NaN)),
    answers: Array.from({ length: tiers }, () => new Int32Array(room).fill(NO_ANSWER)),
    answeredBy: new Uint8Array(room).fill(NOBODY),
    at: new Float64Array(room).fill(Number.POSITIVE_INFINITY),
    lot: new Uint32Array(room),
    get size() {
      return rows.size;
    },
    ids: () => rows.keys(),
    rowOf(flow: string): number {
      const known = rows.get(flow);
      if (known !== undefined) return known;
      const row = rows.size;
      if (row === room) grow();
      rows.set(flow, row);
      table.lot[row] = lotOf(flow);
      return row;
    },
  };
  function grow(): void {
    const [from, to] = [room, room * 2];
    table.scores = table.scores.map((column) => grown(column, new Float64Array(to)).fill(Number.NaN, from));
    table.answers = table.answers.map((column) => grown(column, new Int32Array(to)).fill(NO_ANSWER, from));
    table.answeredBy = grown(table.answeredBy, new Uint8Array(to)).fill(NOBODY, from);
    table.at = grown(table.at, new Float64Array(to)).fill(Number.POSITIVE_INFINITY, from);
    table.lot = grown(table.lot, new Uint32Array(to));
    room = to;
  }
  return table;
}

function grown<T extends Float64Array | Int32Array | Uint8Array | Uint32Array>(old: T, fresh: T): T {
  fresh.set(old);
  return fresh;
}

/** FNV-1a over a flow's id, its bits mixed well enough that any share of it is a fair draw. */
export function lotOf(flow: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < flow.length; i++) hash = Math.imul(hash ^ flow.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Whether an answer agrees with the reference, where both are known. */
export function agreement(answer: number, reference: number): number {
  if (answer === NO_ANSWER || reference === NO_ANSWER) return UNKNOWN;
  return answer === reference ? RIGHT : WRONG;
}
