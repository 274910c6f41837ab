/** What something took. */
export interface Taken {
  readonly ms: number;
  /** CPU milliseconds of the thread, where they can be told. */
  readonly cpuMs?: number;
}

/** Starts a measurement; the function it returns says what was taken since. */
export type Watch = () => () => Taken;

/** A stopwatch of wall time and, given the thread's CPU clock, of CPU time. */
export function stopwatch(cpuMs: (() => number) | undefined): Watch {
  return () => {
    const started = performance.now();
    const cpuStarted = cpuMs?.() ?? 0;
    return () => {
      const ms = performance.now() - started;
      return cpuMs ? { ms, cpuMs: cpuMs() - cpuStarted } : { ms };
    };
  };
}
