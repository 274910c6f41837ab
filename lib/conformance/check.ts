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

/** What others do to a backend behind the back of its ports: an operator, or a program of another make. */
export interface Outside {
  /** Deletes a queue with all it holds. */
  deleteQueue(name: string): Promise<void>;
  /** Sends a message with attributes that sluice does not know. */
  sendWithAttributes(queue: string, body: string): Promise<void>;
  /** Gives an item one more attribute, of a type that JSON does not have. */
  writeAttribute(key: string, attribute: string): Promise<void>;
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
  /** Left out where nobody can reach past the ports, as in the embedded cloud: checks that need it are skipped. */
  readonly outside?: Outside;
  /** Differences that are accepted: the name of a check, and one sentence that says why. */
  readonly known?: Readonly<Record<string, string>>;
}

/** One sentence of a port's contract, and how to find out whether it is kept. */
export interface Check {
  readonly port: 'queue' | 'table' | 'objects';
  readonly name: string;
  /** Rejects where the contract is not kept; `skipped` where this backend has nothing that could be asked. */
  run(backend: Backend): Promise<Verdict>;
}

/** What a check that does not reject says. */
export type Verdict = 'kept' | 'skipped';

/** Names checks of one port. */
export function checksOf(
  port: Check['port'],
  checks: Readonly<Record<string, (backend: Backend) => Promise<void>>>,
): readonly Check[] {
  return Object.entries(checks).map(([name, run]) => ({
    port,
    name,
    async run(backend) {
      await run(backend);
      return 'kept';
    },
  }));
}

/** Names checks of one port that need others to meddle with it. */
export function outsideChecksOf(
  port: Check['port'],
  checks: Readonly<Record<string, (backend: Backend, outside: Outside) => Promise<void>>>,
): readonly Check[] {
  return Object.entries(checks).map(([name, run]) => ({
    port,
    name,
    async run(backend) {
      if (!backend.outside) return 'skipped';
      await run(backend, backend.outside);
      return 'kept';
    },
  }));
}
