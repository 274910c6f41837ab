import type { DecisionRecord } from '../core/decision.ts';

/** Where decision records go. */
export interface DecisionLog {
  write(records: readonly DecisionRecord[]): Promise<void>;
  /** The records of one flow, oldest first. */
  flow(flowId: string): Promise<readonly DecisionRecord[]>;
}
