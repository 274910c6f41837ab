import type { Scenario } from './document.ts';
import { load } from './machine.ts';

/** How much to measure. */
export interface Effort {
  /** Fewer rounds, to see that everything works. */
  readonly quick: boolean;
  /** Told what is being measured. */
  readonly progress: (what: string) => void;
}

/** What a scenario gives, but for what is measured of the machine meanwhile. */
export type Found = Omit<Scenario, 'load' | 'seconds'>;

/** Runs a scenario and notes how busy the machine was. */
export async function observe(run: (effort: Effort) => Promise<Found>, effort: Effort): Promise<Scenario> {
  const before = load();
  const started = performance.now();
  const found = await run(effort);
  return { ...found, load: [before, load()], seconds: Math.round((performance.now() - started) / 1_000) };
}
