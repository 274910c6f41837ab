import type { Cloud } from '../ports/cloud.ts';
import type { Queue } from '../ports/queue.ts';

/** What a queue for a check must be like. */
export interface QueueWish {
  /** Receives after which a message moves to the dead letters. */
  readonly maxReceives?: number;
}

/** A queue for a check. */
export interface CheckedQueue {
  readonly queue: Queue;
  /** Where `maxReceives` was wished for: the queue that gets what is given up. */
  readonly deadLetters?: Queue;
}

/** Ports to be checked, and what the checks need besides. */
export interface Backend {
  /** How it is called in reports. */
  readonly name: string;
  readonly cloud: Cloud;
  /** An empty queue that nobody else uses. */
  queue(wish: QueueWish): Promise<CheckedQueue>;
  /** Lets that much of the backend's time pass: waits, or moves a clock that stands. */
  sleep(ms: number): Promise<void>;
  /** Differences that are accepted: the name of a check, and one sentence that says why. */
  readonly known?: Readonly<Record<string, string>>;
}

/** One sentence of a port's contract, and how to find out whether it is kept. */
export interface Check {
  readonly port: 'queue' | 'table' | 'objects';
  readonly name: string;
  /** Rejects where the contract is not kept. */
  run(backend: Backend): Promise<void>;
}

/** Names checks of one port. */
export function checksOf(
  port: Check['port'],
  checks: Readonly<Record<string, (backend: Backend) => Promise<void>>>,
): readonly Check[] {
  return Object.entries(checks).map(([name, run]) => ({ port, name, run }));
}
