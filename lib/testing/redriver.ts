import { limitsFor } from '../core/plan.ts';
import { type DeadLetterSource, redriveDeadLetters } from '../runtime/dead-letters.ts';
import { REDRIVER } from './outsiders.ts';
import { createProcess } from './process.ts';
import type { World } from './world.ts';

/** Letters that are looked at come back after a minute: who stands still does so past that. */
const LIMITS = { ...limitsFor({ timeoutMs: 30_000, windowMs: 0 }), visibilityMs: 75_000 };
/** Longer than it takes, standing still included. */
const LONGEST_MS = 3_600_000;
/** Somebody sees that it died or failed, and runs it again. */
const AGAIN_MS = 10_000;
const MOST_RUNS = 10;

/** Redrives as people do: in a process that everything can happen to, and again where it did not come to its end. */
export function createRedriver(world: World, sourcesOf: () => readonly DeadLetterSource[]): { start(): void } {
  let processes = 0;
  function run(left: number): void {
    processes += 1;
    const process = createProcess(world, REDRIVER, processes, LIMITS);
    const again = (): void => {
      if (left > 1) world.schedule.after(AGAIN_MS, () => run(left - 1));
    };
    process.begin(LONGEST_MS, again);
    redriveDeadLetters(process.cloud, sourcesOf()).then(
      ({ failed }) => {
        process.end();
        if (failed.length > 0) again();
      },
      () => {
        process.end();
        again();
      },
    );
  }
  return { start: () => run(MOST_RUNS) };
}
