import type { Billed } from './billed.ts';
import type { Json } from './json.ts';

/** What was decided about one message. */
export type Decision =
  | 'parked'
  | 'throttled'
  | 'dropped'
  | 'expired'
  | 'duplicate'
  | 'skewed'
  | 'escalated'
  | 'accepted'
  | 'audited'
  | 'delivered'
  | 'applied'
  | 'stale'
  | 'swapped'
  | 'rejected'
  | 'retried'
  | 'failed';

/** One line of the decision log: enough to re-decide the message without its payload. */
export interface DecisionRecord {
  readonly v: 1;
  /** When it was decided, ms since the epoch. */
  readonly at: number;
  readonly application: string;
  readonly tier: string;
  readonly version: string;
  readonly flow: string | null;
  readonly decision: Decision;
  /** Why, where the decision alone does not say it: an error, the gate that dropped, the side that was late. */
  readonly reason?: string;
  readonly code?: string;
  /** The messages it was decided from. */
  readonly in: readonly { readonly id: string; readonly kind: string; readonly ts?: number }[];
  /** What was sent, and to which queue. */
  readonly out?: readonly { readonly id: string; readonly to: string }[];
  readonly attempt: number;
  readonly score?: number;
  readonly threshold?: number;
  /** Versions of the controls it was decided with, by name; a control's further keys follow as `name#key`. */
  readonly controls?: Readonly<Record<string, number>>;
  /** True where the prediction was not satisfied and accepted all the same, as the last tier's. */
  readonly exhausted?: true;
  /** True where the flow escalated in shadow as well. */
  readonly audit?: true;
  /** True where the message came in shadow, so that no flow ends with it. */
  readonly shadow?: true;
  /** Milliseconds the model took, a batch's shared evenly. */
  readonly modelMs?: number;
  /** The part of it that was CPU time, where the model ran in a thread of its own: free of what else the machine did. */
  readonly modelCpuMs?: number;
  /** Milliseconds since the message was sent to this tier. */
  readonly latencyMs?: number;
  /** Until when a throttled or retried message waits, ms since the epoch. */
  readonly until?: number;
  /** Calls made for this message: queue messages sent, table updates and reads, object gets and puts. */
  readonly calls: CallCount;
  /** What AWS bills for it, or would. */
  readonly billed?: Billed;
  readonly bytes?: { readonly declared: number; readonly fetched: number };
  /** Payloads, where the tier's `capture` asks for them. */
  readonly data?: Json;
  /** Predictions of the tier before and of this one: also kept for audits. */
  readonly signal?: Json;
  readonly output?: Json;
  /** Captured payloads that were too large for the log to take. */
  readonly omitted?: readonly ('data' | 'signal' | 'output')[];
}

/** Port calls. */
export interface CallCount {
  readonly queue: number;
  readonly table: number;
  readonly object: number;
}
