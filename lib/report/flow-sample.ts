import { lotOf } from '../calibrate/flow-table.ts';
import type { DecisionRecord } from '../core/decision.ts';
import { answerText } from './answer-text.ts';

/** All records of some flows, drawn by their ids. */
export interface FlowSample {
  add(record: DecisionRecord): void;
  /** Whether a flow is one of them. */
  has(flow: string): boolean;
  /** The share of all flows that are drawn: 1 until they are too many. */
  readonly share: number;
  /** The records of each flow, payloads replaced by the answers in them. */
  readonly flows: ReadonlyMap<string, readonly DecisionRecord[]>;
  /** Predictions in which no answer was found. */
  readonly unreadable: number;
}

const LOTS = 2 ** 32;
/** Records kept of one flow: what is redelivered for ever must not fill the memory. */
const MOST_RECORDS = 100;

/**
 * Draws flows by a hash of their ids, so that a flow is kept whole or not at all wherever its records lie. Where more than
 * `most` come, half of them are given up.
 */
export function flowSample(most: number, answer?: string): FlowSample {
  const flows = new Map<string, DecisionRecord[]>();
  let limit = LOTS;
  let unreadable = 0;

  function slim(record: DecisionRecord): DecisionRecord {
    const { data: _, signal, output, ...rest } = record;
    const found = { signal: signal ?? undefined, output: output ?? undefined };
    const texts = Object.entries(found).flatMap(([name, prediction]) => {
      if (prediction === undefined) return [];
      const text = answerText(prediction, answer);
      if (text === undefined) unreadable += 1;
      return text === undefined ? [] : [[name, text] as const];
    });
    return { ...rest, ...Object.fromEntries(texts) };
  }
  function halve(): void {
    limit /= 2;
    for (const flow of flows.keys()) if (lotOf(flow) >= limit) flows.delete(flow);
  }
  return {
    flows,
    get share() {
      return limit / LOTS;
    },
    get unreadable() {
      return unreadable;
    },
    has: (flow) => lotOf(flow) < limit,
    add(record) {
      const { flow } = record;
      if (flow === null || lotOf(flow) >= limit) return;
      const known = flows.get(flow);
      if (!known) flows.set(flow, [slim(record)]);
      else if (known.length < MOST_RECORDS) known.push(slim(record));
      while (flows.size > most) halve();
    },
  };
}
