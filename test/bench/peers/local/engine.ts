import type { Reading } from './work.ts';

/** Two stages on queues, with retry and dead letters, as one contender runs them on one machine. */
export interface Engine {
  /** Resolves when the flows are in the first queue. */
  send(flows: readonly Reading[]): Promise<void>;
  /** Flows that were given up. */
  deadLettered(): Promise<number>;
  /** CPU time of processes beside this one, µs; none where there are none. */
  cpuElsewhere?(): Promise<number>;
}

export interface EngineOptions {
  /** An empty folder to keep queues in; in memory where not given. */
  readonly dir: string | undefined;
  /**
   * How peers deliver answers: by a queue of their own with retry and dead letters, as sluice does, or by a call in the
   * handler that found them.
   */
  readonly answers: 'queue' | 'handler';
  /** Told of each flow that was answered, by its number. */
  readonly onAnswer: (n: number) => void;
}

/** Starts a contender. */
export type OpenEngine = (options: EngineOptions) => Promise<Engine>;
