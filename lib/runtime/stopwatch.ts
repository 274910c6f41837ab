/** What something took. */
export interface Taken {
  readonly ms: number;
  /** CPU milliseconds of the thread, where they can be told. */
  readonly cpuMs?: number;
}

/** Starts a measurement; the function it returns says what was taken since. */
export type Watch = () => () => Taken;

/**
 * A stopwatch of wall time and, given the CPU clock of a thread that does one thing at a time, of CPU time. That clock
 * moves in ticks of milliseconds, so each reading counts from the one before: short tasks then add up to what they took.
 * `wallMs` is the machine's own where not given.
 */
export function stopwatch(cpuMs: (() => number) | undefined, wallMs = (): number => performance.now()): Watch {
  let read: number | undefined;
  return () => {
    const started = wallMs();
    if (cpuMs) read ??= cpuMs();
    return () => {
      const ms = wallMs() - started;
      if (!cpuMs) return { ms };
      const before = read ?? 0;
      read = cpuMs();
      return { ms, cpuMs: read - before };
    };
  };
}
