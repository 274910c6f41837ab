import { Presets, SingleBar } from 'cli-progress';

/** A progress bar on stderr, or nothing where there is no terminal to draw it on. */
export function simulateProgress(
  total: number,
  json: boolean,
): { readonly done: (seeds: number, violations: number) => void; readonly end: () => void } {
  if (json || !process.stderr.isTTY) return { done: () => undefined, end: () => undefined };
  const format = '{bar} {value}/{total} worlds · {violations} with a law broken · {eta_formatted} left';
  const bar = new SingleBar({ format, stream: process.stderr, clearOnComplete: true }, Presets.shades_classic);
  bar.start(total, 0, { violations: 0 });
  return { done: (seeds, violations) => bar.update(seeds, { violations }), end: () => bar.stop() };
}
