import type { QueueDepth } from '../../ports/queue.ts';

/** A queue as it is, whatever the tier files say. */
export interface QueueFacts {
  readonly name: string;
  /** `undefined`: it is not there. */
  readonly depth: QueueDepth | undefined;
  /** How long its oldest message has waited, ms; left out where it is empty, or nobody knows. */
  readonly oldestMs?: number;
  readonly visibilityMs?: number;
  readonly retentionMs?: number;
  /** Receives after which it gives a message up to its dead-letter queue; left out where it has none. */
  readonly maxReceives?: number;
}

/** A cascade as it is deployed, or kept in a durable folder. */
export interface CloudFacts {
  readonly queues: readonly QueueFacts[];
  /** Whether the flow table deletes what is past its time; `undefined` where it always does. */
  readonly expires: boolean | undefined;
  /** Versions of the tiers that run, by name, where they are known. */
  readonly versions: Readonly<Record<string, string>> | undefined;
  /** Whether something works on the queues; `undefined` where only their depths can tell. */
  readonly running: boolean | undefined;
}
