/** The time, and waiting for it. */
export interface Clock {
  /** ms since the epoch. */
  now(): number;
  /** Resolves after `ms`, or at once when aborted. */
  sleep(ms: number, abort?: AbortSignal): Promise<void>;
}
