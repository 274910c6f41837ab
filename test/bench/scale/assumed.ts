/** What the simulation must know and AWS does not publish, or what depends on the application. All can be set. */
export interface Assumed {
  /** Making an environment and starting the function, before its first invocation, ms. */
  readonly coldMs: number;
  /** Receiving, invoking and deleting around each invocation, ms. */
  readonly invokeMs: number;
  /** One call of the table, of a queue, of the object store, ms; records of a batch wait side by side. */
  readonly tableMs: number;
  readonly queueMs: number;
  readonly objectMs: number;
  /** One vCPU's time for one such call, ms: signing, TLS, JSON. */
  readonly callCpuMs: number;
  /** One vCPU's time for a record beside model and calls, ms. */
  readonly recordCpuMs: number;
  /** How long a throttled batch waits until it is tried again, s. */
  readonly retrySeconds: number;
  /** An envelope in a queue, bytes. */
  readonly messageBytes: number;
  /** An object, an item of the table, a decision record, bytes. */
  readonly objectBytes: number;
  readonly itemBytes: number;
  readonly decisionBytes: number;
  /** What Lambda itself logs of an invocation, bytes. */
  readonly invocationLogBytes: number;
}

/**
 * The defaults. Guesses: `coldMs`, `invokeMs`, the three calls, `retrySeconds` and Lambda's log lines. Measured on a machine with 2 cores and not on
 * AWS: `callCpuMs` (SDK against a local server), `recordCpuMs` (generous; `npm run bench` has it), the bytes (photo demo).
 */
export const ASSUMED: Assumed = {
  coldMs: 500,
  invokeMs: 20,
  tableMs: 6,
  queueMs: 10,
  objectMs: 25,
  callCpuMs: 1.2,
  recordCpuMs: 0.1,
  retrySeconds: 1,
  messageBytes: 1_000,
  objectBytes: 620,
  itemBytes: 700,
  decisionBytes: 440,
  invocationLogBytes: 400,
};
