import type { Assumed } from './assumed.ts';
import { LIMITS } from './aws.ts';
import type { Figures } from './figures.ts';
import { cpuShare } from './rules-account.ts';
import type { TierShape } from './shape.ts';

/** One invocation's work, on average. */
export interface Work {
  readonly records: number;
  /** Predictions: all records, but for the halves of a join that are only stored. */
  readonly runs: number;
}

/** The calls one invocation makes. */
export interface Calls {
  readonly writes: number;
  readonly gets: number;
  /** Send requests, to the next tier and to the answers. */
  readonly sends: number;
}

/** Requests for so many messages, on average: ten share one, and a fraction of a message is a fraction of a request. */
export function requestsFor(messages: number): number {
  return messages <= 1 ? messages : Math.ceil(messages / LIMITS.messagesPerRequest);
}

/** The share of a tier's predictions that go to the next tier, audits included. */
export function passedOn({ audit, next }: TierShape, { escalates }: Figures): number {
  return next ? escalates + (1 - escalates) * audit : 0;
}

/** What the runtime calls for an invocation: a join writes once a half, then a claim and a done-mark a prediction. */
export function callsOf(shape: TierShape, figures: Figures, { records, runs }: Work): Calls {
  const joins = shape.mode === 'join';
  const on = passedOn(shape, figures);
  const accepted = shape.next ? 1 - figures.escalates : 1;
  return {
    writes: (joins ? records + 2 * runs : 0) + shape.onceWrites * runs,
    gets: figures.gets * runs,
    sends: requestsFor(on * runs) + requestsFor(accepted * runs),
  };
}

/**
 * How long a warm invocation takes, ms: what its thread computes, by its part of a vCPU, and what it waits for. Records
 * compute one after the other and wait side by side.
 */
export function invocationMs(shape: TierShape, figures: Figures, work: Work, assumed: Assumed): number {
  const { writes, gets, sends } = callsOf(shape, figures, work);
  const { callCpuMs, recordCpuMs, tableMs, objectMs, queueMs, invokeMs } = assumed;
  const computing = work.records * recordCpuMs + work.runs * figures.modelMs + (writes + gets + sends) * callCpuMs;
  const runs = work.runs > 0;
  const writesInLine = (shape.mode === 'join' ? (runs ? 3 : 1) : 0) + (runs ? shape.onceWrites : 0);
  const waiting = writesInLine * tableMs + (runs && figures.gets > 0 ? objectMs : 0) + (runs ? queueMs : 0);
  return invokeMs + computing / cpuShare(shape.settings.memorySize) + waiting;
}
