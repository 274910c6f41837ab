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

/** Runs every check on a backend; results come in the order of the checks. Never rejects because of the backend. */
export async function runConformance(backend: Backend, options: RunOptions = {}): Promise<readonly CheckResult[]> {
  const { checks = conformance(), concurrency = 1, timeoutMs = TIMEOUT_MS, onResult } = options;
  const unknown = Object.keys(backend.known ?? {}).filter((name) => !checks.some((check) => check.name === name));
  if (unknown.length > 0 && !options.checks) throw new Error(`there is no check "${unknown.join('", "')}"`);
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
