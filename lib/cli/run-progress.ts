import { statSync } from 'node:fs';
import { Presets, SingleBar } from 'cli-progress';
import type { Ledger } from './run-ledger.ts';

/** A progress bar on stderr, or nothing where there is no terminal to draw it on. */
export interface Progress {
  read(bytes: number): void;
  /** Runs `print` with the bar out of the way. */
  end(): void;
}

const NONE: Progress = { read: () => undefined, end: () => undefined };

/** Shows how much of the input has been read; of stdin, whose end is not known, only how much has been answered. */
export function runProgress(file: string, ledger: Ledger, json: boolean): Progress {
  // Answers on the same terminal would tear the bar apart.
  if (json || !process.stderr.isTTY || process.stdout.isTTY) return NONE;
  const total = file === '-' ? undefined : statSync(file, { throwIfNoEntry: false })?.size;
  const counts = '{answered} answered, {deadLettered} dead-lettered, {open} under way';
  const format = total ? `{bar} {percentage} % read · ${counts}` : counts;
  const bar = new SingleBar({ format, stream: process.stderr, clearOnComplete: true }, Presets.shades_classic);
  const payload = (): object => {
    const { answered, deadLettered, unanswered } = ledger.totals();
    return { answered, deadLettered, open: unanswered };
  };
  bar.start(total || 1, 0, payload());
  const timer = setInterval(() => bar.update(payload()), 100).unref();
  return {
    read: (bytes) => bar.update(bytes, payload()),
    end() {
      clearInterval(timer);
      bar.stop();
    },
  };
}
