import { SluiceError } from '../core/errors.ts';
import { deploymentOf } from './application.ts';
import { createBreath } from './breath.ts';
import { type CheckOptions, requireCheckOptions } from './check-options.ts';
import { flowsLike } from './input.ts';
import type { Broken } from './laws/law.ts';
import { type RunWorld, worldRunner } from './one-world.ts';
import { reportOf } from './report.ts';
import { type SmallWorld, shrink } from './shrink.ts';
import { type EndCounts, type FaultCounts, newTally } from './tally.ts';

/** A world in which a law was broken, made as small as it still breaks it. */
export interface Violation extends Broken {
  /** The seed it was found with. */
  readonly seed: number;
  /** The smallest world found that breaks it. */
  readonly world: SmallWorld;
  /** What happened in that world to the flow, line by line. */
  readonly trace: string;
}

/** What a check found. */
export interface CheckResult {
  /** Worlds that were run: fewer than asked for where `signal` ended it. */
  readonly seeds: number;
  /** Worlds in which a law was broken. */
  readonly violations: number;
  /** Real time it took. */
  readonly seconds: number;
  /** How the flows of these worlds ended. A check in which none is answered has asked little. */
  readonly ends: EndCounts;
  /** The faults that happened in them, by kind. */
  readonly faults: FaultCounts;
  /** One of each law that was broken. */
  readonly found: readonly Violation[];
  /** The same as people read it; empty where nothing was found. */
  readonly report: string;
}

/**
 * Runs an application in many worlds, each with its own seed, faults and order of events, and holds each to the laws of every
 * cascade and to your own. What breaks a law is shrunken to the fewest flows and faults that break it still.
 *
 * @throws SluiceError `option-unknown`, `option-invalid`, `graph-*`
 * @example
 * ```ts
 * import { defineTier } from 'sluice';
 * import { check } from 'sluice/testing';
 * import * as z from 'zod';
 *
 * const Text = z.object({ text: z.string() });
 * const length = defineTier({ name: 'length', input: Text, output: z.number(), predict: ({ data }) => data.text.length });
 * const { seeds, violations, report } = await check({
 *   tiers: [length],
 *   seeds: 20,
 *   flows: 5,
 *   input: ({ id, index }) => ({ entry: 'length', flowId: id, data: { text: 'x'.repeat(index) } }),
 * });
 * console.log(seeds, violations, report === ''); // 20 0 true
 * ```
 */
export async function check(options: CheckOptions): Promise<CheckResult> {
  requireCheckOptions(options);
  const { input, only, signal, always = {}, eventually = {}, faults = 'some', pure = false, redrive = false } = options;
  const { from, count } = rangeOf(options);
  const runWorld = worldRunner({
    deployment: await deploymentOf(options),
    make: typeof input === 'function' ? input : flowsLike(input),
    always,
    eventually,
    faults,
    redrive,
    ...(pure && { shared: { models: new Map(), predictions: new Map() } }),
  });
  const breath = createBreath();
  const run: RunWorld = async (choice) => {
    await breath();
    return runWorld(choice);
  };
  const flows = only?.flows ?? Array.from({ length: options.flows ?? 20 }, (_, i) => i);
  const found = new Map<string, Violation>();
  const began = performance.now();
  const tally = newTally();
  let violations = 0;
  let done = 0;
  for (; done < count && !signal?.aborted; done += 1) {
    const seed = from + done;
    const world = await run({ seed, flows, ...(only && { only: new Set(only.faults) }) });
    if (world.sent === 0) throw nothingSent(seed);
    tally.add(world.endings, world.faults);
    if (world.broken.length > 0) violations += 1;
    for (const law of new Set(world.broken.map((b) => b.law))) {
      if (!found.has(law)) found.set(law, await shrink(run, { seed, flows, faults: world.faults }, law, signal));
    }
    options.onSeed?.(done + 1, violations);
  }
  const seconds = (performance.now() - began) / 1_000;
  const all = [...found.values()];
  return { seeds: done, violations, seconds, ...tally.totals(), found: all, report: reportOf(all) };
}

function rangeOf({ seeds = 100, only }: CheckOptions): { readonly from: number; readonly count: number } {
  if (only) return { from: only.seed, count: 1 };
  return typeof seeds === 'object' ? seeds : { from: 1, count: seeds };
}

function nothingSent(seed: number): SluiceError {
  return new SluiceError('option-invalid', `nothing was sent in the world of seed ${seed}`, {
    fix: 'Let input give something to send for at least one flow of each world.',
    details: { seed },
  });
}
