import type { Decision, DecisionRecord } from '../core/decision.ts';
import { answerText } from './answer-text.ts';
import { type Durations, durations } from './durations.ts';
import { type Histogram, histogram } from './histogram.ts';

/** What is counted of one tier, destination or control; its memory does not grow with records. */
export interface TierCounts {
  readonly name: string;
  readonly decisions: Partial<Record<Decision, number>>;
  readonly versions: Set<string>;
  /** Scores, by what became of them. */
  readonly scores: Histogram;
  readonly latency: Durations;
  /** Threshold of the latest decision, and of all of them. */
  threshold: { at: number; last: number; lowest: number; highest: number } | undefined;
  next: string | undefined;
  exhausted: number;
  predictions: number;
  /** Predictions that say how long the model took, and how long. */
  timed: number;
  modelMs: number;
  declared: number;
  fetched: number;
  /** Flows it answered and the next tier saw in shadow, as that one tells: how many, and with how many it agreed. */
  readonly shadows: { compared: number; agreed: number };
}

/** Series of {@link TierCounts.scores}: answered, answered though the tier was not sure, escalated. */
export const ANSWERED = 0;
export const UNSURE = 1;
export const ESCALATED = 2;

const MOST_VERSIONS = 100;

export const tierCounts = (name: string): TierCounts => ({
  name,
  decisions: {},
  versions: new Set(),
  scores: histogram(3),
  latency: durations(),
  threshold: undefined,
  next: undefined,
  exhausted: 0,
  predictions: 0,
  timed: 0,
  modelMs: 0,
  declared: 0,
  fetched: 0,
  shadows: { compared: 0, agreed: 0 },
});

/** Counts a record. */
export function countRecord(counts: TierCounts, record: DecisionRecord, answer?: string): void {
  const { decision, version, bytes } = record;
  counts.decisions[decision] = (counts.decisions[decision] ?? 0) + 1;
  if (counts.versions.size < MOST_VERSIONS) counts.versions.add(version);
  counts.declared += bytes?.declared ?? 0;
  counts.fetched += bytes?.fetched ?? 0;
  if (decision !== 'accepted' && decision !== 'escalated' && decision !== 'audited') return;
  counts.predictions += 1;
  const ms = record.modelCpuMs ?? record.modelMs;
  if (ms !== undefined) {
    counts.timed += 1;
    counts.modelMs += ms;
  }
  if (decision === 'audited') countShadow(counts, record, answer);
  else countVerdict(counts, record);
}

function countVerdict(counts: TierCounts, record: DecisionRecord): void {
  const { decision, score, threshold, at, latencyMs, out, audit, exhausted } = record;
  if (exhausted) counts.exhausted += 1;
  if (latencyMs !== undefined) counts.latency.add(latencyMs);
  if (score !== undefined)
    counts.scores.add(score, decision === 'escalated' ? ESCALATED : exhausted ? UNSURE : ANSWERED);
  // An answer that goes on in shadow is sent first.
  if (decision === 'escalated' || audit) counts.next ??= out?.at(-1)?.to;
  if (threshold === undefined) return;
  counts.threshold ??= { at, last: threshold, lowest: threshold, highest: threshold };
  const known = counts.threshold;
  known.lowest = Math.min(known.lowest, threshold);
  known.highest = Math.max(known.highest, threshold);
  if (at >= known.at) [known.at, known.last] = [at, threshold];
}

function countShadow({ shadows }: TierCounts, { signal, output }: DecisionRecord, answer: string | undefined): void {
  const [before, here] = [signal, output].map((prediction) =>
    prediction === undefined ? undefined : answerText(prediction, answer),
  );
  if (before === undefined || here === undefined) return;
  shadows.compared += 1;
  if (before === here) shadows.agreed += 1;
}
