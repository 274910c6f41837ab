import type { DecisionRecord } from '../../core/decision.ts';

/** Whether a record says that its message is done with: it waits for nothing. */
export function isFinal({ decision, until }: DecisionRecord): boolean {
  return decision !== 'parked' && decision !== 'retried' && !(decision === 'throttled' && until !== undefined);
}
