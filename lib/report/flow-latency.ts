import type { DecisionRecord } from '../core/decision.ts';
import { type Durations, durations } from './durations.ts';

/** Durations of whole flows: from the first send of a message to the decision that answered. */
export function flowLatency(flows: Iterable<readonly DecisionRecord[]>): Durations {
  const all = durations();
  for (const records of flows) {
    const answer = records.find(({ decision }) => decision === 'accepted');
    if (!answer) continue;
    const sent = records.map(({ at, latencyMs }) => at - (latencyMs ?? 0));
    all.add(Math.max(0, answer.at - sent.reduce((first, one) => Math.min(first, one))));
  }
  return all;
}
