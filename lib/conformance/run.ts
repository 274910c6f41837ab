import { SluiceError } from '../core/errors.ts';
import { didYouMean } from '../core/nearest.ts';
import { isCount, rejectUnknownKeys, requireOption } from '../core/options.ts';
import type { Backend, Check, Verdict } from './check.ts';
import { conformance } from './conformance.ts';

/** How one check went. */
export interface CheckResult {
  readonly port: Check['port'];
  readonly name: string;
  /** `difference`: it failed, and the backend says why that is so. `skipped`: the backend has nothing that could be asked. */
  readonly status: 'pass' | 'fail' | 'difference' | 'skipped';
  readonly ms: number;
  /** What was not as expected. */
  readonly problem?: string;
  /** Why it is accepted; beside `pass`, it is no longer true. */
  readonly known?: string;
}

/** How to run the checks. */
export interface RunOptions {
  /** Checks at a time, 1 where not given: a backend whose `sleep` moves a clock needs them one by one. */
  readonly concurrency?: number;
  /** A check that takes longer fails. */
  readonly timeoutMs?: number;
  readonly checks?: readonly Check[];
  /** Called after each check. */
  readonly onResult?: (result: CheckResult) => void;
}

const TIMEOUT_MS = 60_000;

/**
 * Runs every check on a backend; results come in the order of the checks. Never rejects because of the backend.
 *
 * @throws SluiceError `option-unknown`, `option-invalid`
 * @example
 * ```ts
 * import { conformance, runConformance } from 'sluice/conformance';
 * import { openCloud } from 'sluice/local';
 *
 * const cloud = await openCloud({ dir: ':memory:' });
 * const backend = {
 *   name: 'mine',
 *   cloud,
 *   queue: async () => ({ queue: cloud.queue('empty') }),
 *   sleep: (ms: number) => cloud.clock.sleep(ms),
 * };
 * const checks = conformance().filter(({ port }) => port === 'objects');
 * const results = await runConformance(backend, { checks, concurrency: 4 });
 * console.log(results.filter(({ status }) => status !== 'pass')); // []
 * await cloud.close();
 * ```
 */
export async function runConformance(backend: Backend, options: RunOptions = {}): Promise<readonly CheckResult[]> {
  const { checks = conformance(), concurrency = 1, timeoutMs = TIMEOUT_MS, onResult } = options;
  checkOptions(options);
  if (!options.checks) checkKnown(backend, checks);
  const results: CheckResult[] = [];
  const left = checks.entries();
  const worker = async (): Promise<void> => {
    for (const [at, check] of left) {
      results[at] = await runCheck(backend, check, timeoutMs);
      onResult?.(results[at]);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return results;
}

function checkOptions(options: RunOptions): void {
  const what = 'runConformance';
  rejectUnknownKeys(options, ['concurrency', 'timeoutMs', 'checks', 'onResult'], what);
  const { concurrency = 1, timeoutMs = TIMEOUT_MS } = options;
  const isAny = isCount(concurrency, 1, Number.MAX_SAFE_INTEGER);
  requireOption(isAny, what, 'concurrency', concurrency, 'a whole number from 1');
  requireOption(timeoutMs > 0, what, 'timeoutMs', timeoutMs, 'milliseconds above 0');
}

/** Among all checks, a difference of none is a misspelt name, or one that is no longer there. */
function checkKnown({ name, known = {} }: Backend, checks: readonly Check[]): void {
  const names = new Set(checks.map((check) => check.name));
  const unknown = Object.keys(known).find((difference) => !names.has(difference));
  if (unknown === undefined) return;
  throw new SluiceError('option-invalid', `${name} knows of a check "${unknown}", which there is not`, {
    fix: `${didYouMean(unknown, [...names])}Correct it in known, or leave it out.`,
  });
}

async function runCheck(backend: Backend, check: Check, timeoutMs: number): Promise<CheckResult> {
  const start = performance.now();
  const { verdict, problem } = await verdictOf(backend, check, timeoutMs);
  const known = backend.known?.[check.name];
  return {
    port: check.port,
    name: check.name,
    status: statusOf(verdict, known),
    ms: Math.round(performance.now() - start),
    ...(problem !== undefined && { problem }),
    ...(known !== undefined && { known }),
  };
}

function statusOf(verdict: Verdict | 'broken', known: string | undefined): CheckResult['status'] {
  if (verdict === 'broken') return known === undefined ? 'fail' : 'difference';
  return verdict === 'kept' ? 'pass' : 'skipped';
}

async function verdictOf(
  backend: Backend,
  check: Check,
  timeoutMs: number,
): Promise<{ readonly verdict: Verdict | 'broken'; readonly problem?: string }> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it took longer than ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return { verdict: await Promise.race([check.run(backend), late]) };
  } catch (error) {
    return { verdict: 'broken', problem: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
}
