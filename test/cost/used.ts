import type { DecisionRecord } from '../../lib/core/decision.ts';
import { type Usage, usageCounter } from '../../lib/cost/usage.ts';

/** What records say was used. */
export function usageOf(records: readonly DecisionRecord[]): Usage {
  const counter = usageCounter();
  for (const record of records) counter.add(record);
  return counter.usage();
}
