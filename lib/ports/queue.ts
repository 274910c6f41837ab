/** A message to send. */
export interface OutgoingMessage {
  readonly body: string;
  /** Milliseconds before it can be received; SQS allows at most 15 minutes. */
  readonly delayMs?: number;
  /** Fair group (SQS `MessageGroupId` on a standard queue): a flooding group does not starve the others. */
  readonly group?: string;
}

/** A message as received: hidden from other receivers until its visibility timeout is over. */
export interface ReceivedMessage {
  /** The queue's own id of this message, the same at every delivery. */
  readonly id: string;
  readonly body: string;
  /** Names this delivery to `delete` and `hide`. */
  readonly receipt: string;
  /** How often it has been received, this time included. */
  readonly receives: number;
  /** When it was sent, ms since the epoch. */
  readonly sentAt: number;
  readonly group?: string;
}

/** Messages in a queue. */
export interface QueueDepth {
  readonly ready: number;
  readonly delayed: number;
  readonly inFlight: number;
}

/** One queue: at least once, in no promised order. */
export interface Queue {
  readonly name: string;
  /** Sends all; the result has one entry a message, in order: `undefined` where it was sent, the error where not. */
  send(messages: readonly OutgoingMessage[]): Promise<readonly (Error | undefined)[]>;
  /** Up to `max` messages, hidden for `visibilityMs`; waits up to `waitMs` for the first one. */
  receive(options: {
    readonly max: number;
    readonly visibilityMs: number;
    readonly waitMs: number;
    readonly abort?: AbortSignal;
  }): Promise<readonly ReceivedMessage[]>;
  /** Deletes deliveries that are done; a receipt that is no longer valid is passed over. */
  delete(receipts: readonly string[]): Promise<void>;
  /** Makes deliveries visible again after `ms` (0: now). */
  hide(receipts: readonly string[], ms: number): Promise<void>;
  depth(): Promise<QueueDepth>;
  /** Deletes every message. */
  purge(): Promise<void>;
}
