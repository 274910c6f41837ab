import type { DecisionRecord } from '../core/decision.ts';
import { isDuration } from './durations.ts';
import { isScore } from './histogram.ts';

const CHECKS = {
  score: isScore,
  threshold: isScore,
  modelMs: isDuration,
  modelCpuMs: isDuration,
  latencyMs: isDuration,
} as const satisfies Partial<Record<keyof DecisionRecord, (value: number) => boolean>>;

const NAMES = Object.keys(CHECKS) as (keyof typeof CHECKS)[];

/** The record without figures that no tier would write: one of them would drown all others in a sum or on an axis. */
export function plausible(record: DecisionRecord): DecisionRecord {
  const odd = NAMES.filter((name) => record[name] !== undefined && !CHECKS[name](record[name]));
  if (odd.length === 0) return record;
  const without = Object.fromEntries(
    Object.entries(record).filter(([name]) => !odd.includes(name as keyof typeof CHECKS)),
  );
  return without as unknown as DecisionRecord;
}
