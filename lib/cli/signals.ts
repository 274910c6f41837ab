/** Signals that ask a process to end in order. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** A terminal and a wrapping process may both pass one Ctrl-C on; later than this it was pressed again. */
const ONE_PRESS_MS = 500;

/** Told to stop: once in order, pressed again at once. */
export interface StopRequest {
  /** Aborted at the first signal. */
  readonly signal: AbortSignal;
  /** Resolves at the first signal. */
  readonly asked: Promise<void>;
}

/** Takes over Ctrl-C and its kin: the first one asks for an orderly end, a second one does not wait for it. */
export function onStopSignals(exitCode: number): StopRequest {
  const controller = new AbortController();
  const asked = new Promise<void>((resolve) => controller.signal.addEventListener('abort', () => resolve()));
  let first = 0;
  for (const name of SIGNALS) {
    process.on(name, () => {
      if (first > 0 && Date.now() - first > ONE_PRESS_MS) process.exit(exitCode);
      first ||= Date.now();
      controller.abort();
    });
  }
  return { signal: controller.signal, asked };
}
