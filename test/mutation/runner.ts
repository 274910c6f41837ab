import { globSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { configureGlobal } from 'fast-check';
import { type Collected, collect, runAlone } from './collected.ts';
import './hooks.ts';

/**
 * A test runner for Stryker that loads the test files once and runs tests in its own process: a mutant costs milliseconds,
 * not the start of vitest. A failure under a mutant counts only if the same test passes without it.
 */
export const strykerPlugins = [{ kind: 'TestRunner', name: 'sluice', factory: createRunner }];

type Options = {
  readonly sluice: {
    readonly tests: readonly string[];
    readonly without: readonly string[];
    /** A mutant that has lived through tests for so many milliseconds of CPU time counts as one that survives. */
    readonly patienceMs: number;
    /** Only one mutant in so many is tried: an estimate. The others count as errors, which the score leaves out. */
    readonly oneIn: number;
  };
};
type MutantRun = {
  readonly testFilter?: readonly string[];
  readonly activeMutant: { readonly id: string };
  readonly hitLimit?: number;
};

/** What instrumented code reads and writes. */
type Instruments = {
  activeMutant?: string | undefined;
  currentTestId?: string | undefined;
  mutantCoverage?: object | undefined;
  hitCount?: number | undefined;
  hitLimit?: number | undefined;
};
const global = globalThis as { __stryker__?: Instruments };
global.__stryker__ ??= {};
const instruments: Instruments = global.__stryker__;

createRunner.inject = ['options'] as const;
function createRunner({ sluice }: Options): object {
  let tests: ReadonlyMap<string, Collected> = new Map();
  let used = false;
  const runs = new Map<string, { times: number; kills: number; ms: number }>();
  const runsOf = (name: string) => runs.get(name) ?? { times: 0, kills: 0, ms: 5 };
  /** How likely a test is to kill, for what it costs: tests of a single part come before those of everything. */
  const promise = (name: string): number => {
    const { times, kills, ms } = runsOf(name);
    return (kills + 1) / (times + 2) / (ms + 1);
  };

  async function mutantRun({ activeMutant: { id }, testFilter, hitLimit }: MutantRun): Promise<object> {
    if (Number(id) % sluice.oneIn !== 0) return { status: 'error', errorMessage: 'not tried' };
    Object.assign(instruments, { mutantCoverage: undefined, currentTestId: undefined, hitCount: 0, hitLimit });
    const again = used;
    used = true;
    const order = [...(testFilter ?? tests.keys())].sort((a, b) => promise(b) - promise(a));
    const since = cpuMs();
    for (const [index, name] of order.entries()) {
      if (cpuMs() - since > sluice.patienceMs) return { status: 'survived', nrOfTests: index };
      const test = tests.get(name)!;
      instruments.activeMutant = id;
      const begun = performance.now();
      const failureMessage = await failureOf(test);
      const ms = performance.now() - begun;
      instruments.activeMutant = undefined;
      if (instruments.hitCount! > (hitLimit ?? Number.POSITIVE_INFINITY))
        return { status: 'timeout', reason: 'Hit limit' };
      const isKilled = failureMessage !== undefined && (await failureOf(test)) === undefined;
      const { times, kills } = runsOf(name);
      runs.set(name, { times: times + 1, kills: kills + (isKilled ? 1 : 0), ms });
      // A mutant before may have left something behind: Stryker starts a new process then, and asks again.
      if (failureMessage !== undefined && !isKilled && again) throw new Error(`${name} fails without a mutant`);
      if (!isKilled) continue;
      return { status: 'killed', killedBy: [name], failureMessage, nrOfTests: index + 1 };
    }
    return { status: 'survived', nrOfTests: order.length };
  }

  async function dryRun(): Promise<object> {
    const results = [];
    for (const test of tests.values()) {
      instruments.currentTestId = test.id;
      const begun = performance.now();
      const failureMessage = await failureOf(test);
      results.push({
        id: test.id,
        name: test.id,
        fileName: test.file,
        timeSpentMs: performance.now() - begun,
        ...(failureMessage === undefined ? { status: 0 } : { status: 1, failureMessage }),
      });
    }
    instruments.currentTestId = undefined;
    return { status: 'complete', tests: results, mutantCoverage: instruments.mutantCoverage };
  }

  const init = async (): Promise<void> => {
    tests = await load(sluice);
  };
  return { capabilities: () => ({ reloadEnvironment: false }), init, dryRun, mutantRun };
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** As long as vitest gives a test. */
const TEST_MS = 20_000;

async function failureOf(test: Collected): Promise<string | undefined> {
  const over = new AbortController();
  try {
    const late = setTimeout(TEST_MS, 'it took too long', { signal: over.signal }).catch(() => undefined);
    return await Promise.race([runAlone(test).then(() => undefined), late]);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    over.abort();
  }
}

async function load({ tests, without }: Options['sluice']): Promise<ReadonlyMap<string, Collected>> {
  // One seed, so that two runs agree; no shrinking, which nobody would read.
  configureGlobal({ seed: 1, endOnFailure: true });
  const files = tests.flatMap((pattern) => globSync(pattern).sort()).filter((file) => !without.includes(file));
  const all = new Map<string, Collected>();
  for (const file of files) {
    const found = await collect(file, () => import(pathToFileURL(resolve(file)).href));
    for (const test of found) all.set(test.id, test);
  }
  // What a mutant leaves behind may fail after its test: the test's own verdict is what counts.
  process.on('uncaughtException', () => undefined);
  process.on('unhandledRejection', () => undefined);
  return all;
}
