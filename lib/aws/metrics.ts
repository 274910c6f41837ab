import { MODEL } from '../core/control/model.ts';
import type { DecisionRecord } from '../core/decision.ts';
import type { ErrorCode } from '../core/errors.ts';

/** Units that CloudWatch knows, as far as they are used. */
export type Unit = 'Count' | 'Milliseconds' | 'Bytes' | 'None';

/** One value of one metric. */
export interface Measurement {
  readonly name: string;
  readonly unit: Unit;
  readonly value: number;
}

/** The metric that counts each decision. */
const COUNTED: Readonly<Record<DecisionRecord['decision'], string>> = {
  accepted: 'accepted',
  escalated: 'escalated',
  audited: 'audited',
  delivered: 'delivered',
  applied: 'applied',
  stale: 'stale',
  swapped: 'swapped',
  rejected: 'rejected',
  dropped: 'dropped',
  expired: 'expired',
  failed: 'failed',
  retried: 'retried',
  parked: 'parked',
  throttled: 'throttled',
  skewed: 'skewed',
  duplicate: 'duplicates',
};

/** What decision records say in numbers: a count for each decision, and a value for each number a record has. */
export function measurementsOf(records: readonly DecisionRecord[]): readonly Measurement[] {
  const counts = new Map<string, number>();
  const values: Measurement[] = [];
  for (const record of records) {
    const name = COUNTED[record.decision];
    counts.set(name, (counts.get(name) ?? 0) + 1);
    values.push(...numbersOf(record));
  }
  return [...[...counts].map(([name, value]): Measurement => ({ name, unit: 'Count', value })), ...values];
}

/** Codes of what AWS did not do. They use up no attempts, so that a message may come back with them for hours. */
const AWAY: ReadonlySet<string | undefined> = new Set<ErrorCode>([
  'queue-failed',
  'queue-unknown',
  'table-failed',
  'object-failed',
  'log-failed',
]);

/** Messages that come back because AWS did not do its part; those whose records the log refused are told by nothing else. */
export function outagesOf(records: readonly DecisionRecord[], refused: readonly DecisionRecord[]): number {
  const told = records.filter(({ decision, code }) => decision === 'retried' && AWAY.has(code)).length;
  const untold = new Set(refused.map(({ flow }) => flow));
  for (const { flow } of records) untold.delete(flow);
  return told + untold.size;
}

/** How long each model that a control chose took, by its version: their count is how often it was used. */
export function modelTimesOf(records: readonly DecisionRecord[]): ReadonlyMap<string, readonly Measurement[]> {
  const chosen = records.filter(({ controls, modelMs }) => controls?.[MODEL] !== undefined && modelMs !== undefined);
  const byVersion = Map.groupBy(chosen, ({ controls }) => String(controls![MODEL]));
  const toTime = ({ modelMs }: DecisionRecord): Measurement => ({
    name: 'modelMs',
    unit: 'Milliseconds',
    value: modelMs!,
  });
  return new Map([...byVersion].map(([version, some]) => [version, some.map(toTime)]));
}

/** CloudWatch refuses values beyond this (API reference, MetricDatum): a score without bounds is no measurement. */
const MOST = 2 ** 360;

function* numbersOf(record: DecisionRecord): Generator<Measurement> {
  const { score, modelMs, bytes } = record;
  if (score !== undefined && Math.abs(score) <= MOST) yield { name: 'score', unit: 'None', value: score };
  if (modelMs !== undefined) yield { name: 'modelMs', unit: 'Milliseconds', value: modelMs };
  const waited = joinWait(record);
  if (waited !== undefined) yield { name: 'joinWaitMs', unit: 'Milliseconds', value: waited };
  // A message that comes back reads its objects yet, so nothing is saved by it.
  const unread = bytes && record.decision !== 'retried' ? bytes.declared - bytes.fetched : 0;
  if (unread > 0) yield { name: 'bytesNotFetched', unit: 'Bytes', value: unread };
}

/** How long the first half of a join waited: from its event time until the second was sent here. */
function joinWait({ in: halves, modelMs, at, latencyMs = 0 }: DecisionRecord): number | undefined {
  const times = halves.flatMap(({ ts }) => (ts === undefined ? [] : [ts]));
  if (times.length < 2 || modelMs === undefined) return undefined;
  return Math.max(0, at - latencyMs - Math.min(...times));
}
