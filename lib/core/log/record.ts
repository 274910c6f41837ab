import type { Decision, DecisionRecord } from '../decision.ts';

/** What a line is that is no record this release can read. */
export type LineProblem =
  /** The last line of a file, which ends in the middle. */
  | 'cut'
  /** No JSON. */
  | 'broken'
  /** JSON, and no decision record. */
  | 'foreign'
  /** A decision record of a version that this release does not know. */
  | 'version';

const DECISIONS: Readonly<Record<Decision, true>> = {
  parked: true,
  throttled: true,
  dropped: true,
  expired: true,
  duplicate: true,
  skewed: true,
  escalated: true,
  accepted: true,
  audited: true,
  delivered: true,
  applied: true,
  stale: true,
  swapped: true,
  rejected: true,
  retried: true,
  failed: true,
};

/** A line as a decision record. Fields that this release does not know stay in it. */
export function readRecord(line: string): DecisionRecord | LineProblem {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return 'broken';
  }
  return asRecord(value);
}

function asRecord(value: unknown): DecisionRecord | LineProblem {
  // Numbers, texts and lists have no such fields, and are told apart by that.
  const record = (value ?? {}) as Partial<Record<keyof DecisionRecord | 'sluice', unknown>>;
  // Lines of a function's log name what they are.
  delete record.sluice;
  const { v, at, application, tier, version, flow, decision } = record;
  const isNamed = typeof application === 'string' && typeof tier === 'string' && typeof version === 'string';
  if (!isNamed || typeof at !== 'number' || typeof decision !== 'string') return 'foreign';
  if (v !== 1) return typeof v === 'number' ? 'version' : 'foreign';
  const whole =
    (typeof flow === 'string' || flow === null) &&
    Object.hasOwn(DECISIONS, decision) &&
    areObjects(record.in) &&
    (record.out === undefined || areObjects(record.out)) &&
    isObject(record.calls) &&
    typeof record.attempt === 'number' &&
    isOrNone('number', record.score) &&
    isOrNone('number', record.threshold) &&
    isOrNone('string', record.reason);
  return whole ? (record as unknown as DecisionRecord) : 'foreign';
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;
const areObjects = (value: unknown): boolean => Array.isArray(value) && value.every(isObject);
const isOrNone = (type: 'number' | 'string', value: unknown): boolean => value === undefined || typeof value === type;

/** Decisions that one message may come to at each of its deliveries. */
const EVERY_TRY = new Set<Decision>(['retried', 'throttled', 'parked', 'duplicate']);

/**
 * What makes two records tell of the same decision: a crash between writing a record and acknowledging its message has the
 * message decided again. What is about no message, as a swap of a model, is never decided again.
 */
export function identityOf(record: DecisionRecord): string {
  const { application, tier, flow, decision, in: inputs, attempt, at, controls } = record;
  const ids = inputs.map(({ id }) => id);
  const tried = EVERY_TRY.has(decision) && [attempt, at];
  return JSON.stringify([application, tier, flow, decision, ids, ids.length === 0 ? [controls, at] : tried]);
}
