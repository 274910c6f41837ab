import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';
import type { Machine } from './document.ts';

/** The machine this runs on. */
export function thisMachine(): Machine {
  return {
    processor: cpus()[0]?.model.trim() || process.arch,
    processors: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    node: process.version,
  };
}

/** Processes that want to run, 1-minute average. */
export const load = (): number => Number(loadavg()[0]!.toFixed(1));

/** The exact versions the contenders are pinned to. */
export function pinnedVersions(): Readonly<Record<string, string>> {
  const read = (path: string) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as Manifest;
  return { sluice: read('../../../../package.json').version!, ...read('../package.json').dependencies };
}

interface Manifest {
  readonly version?: string;
  readonly dependencies: Readonly<Record<string, string>>;
}
