import type { BatchResponse, SqsRecord } from '../../lib/aws/handler-records.ts';
import type { DecisionRecord } from '../../lib/core/decision.ts';
import type { FuzzCloud } from './cloud.ts';

/** What became of the records of an event. */
export interface Account {
  readonly acknowledged: number;
  readonly returned: number;
}

/**
 * Holds an answer of the handler against what was written and sent: each record either comes back, or is done with and
 * accounted for by a decision, whose outputs were sent. Returns what is wrong as text.
 */
export function account(event: unknown, response: BatchResponse, cloud: FuzzCloud, whole: boolean): Account | string {
  if (!Array.isArray(response?.batchItemFailures)) return 'the response is none';
  const back = new Set(response.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
  const records = recordsOf(event);
  if (back.has('')) return whole ? 'the whole batch came back' : { acknowledged: 0, returned: records.length };
  const unnamed = [...back].filter((id) => !records.some(({ messageId }) => messageId === id));
  if (unnamed.length > 0) return `records came back that did not come: ${unnamed.join(', ')}`;
  const blamed = cloud.written.find(({ code }) => code !== undefined && !OF_MESSAGES.test(code));
  if (blamed) return `a message is blamed on something else: ${blamed.code}, ${blamed.reason}`;
  const missing = missingOutput(cloud);
  if (missing !== undefined) return missing;
  const acknowledged = records.filter(({ messageId }) => !back.has(messageId));
  const decided = cloud.written.filter(({ latencyMs }) => latencyMs !== undefined);
  if (!whole) {
    return decided.length >= acknowledged.length
      ? { acknowledged: acknowledged.length, returned: records.length - acknowledged.length }
      : `${acknowledged.length} records are done with, and there are ${decided.length} decisions`;
  }
  for (const record of records) {
    const wrong = unaccounted(record, back.has(record.messageId), decided);
    if (wrong !== undefined) return `${wrong}: ${record.body.slice(0, 2_000)}`;
  }
  return { acknowledged: acknowledged.length, returned: records.length - acknowledged.length };
}

/** Codes that blame the message: no model fails here, and the cloud is always there. */
const OF_MESSAGES = /^(envelope|flow-id|data|signal|object|message)-/;

/** Decisions that let a record come back: whatever else was decided on it, the last one counts. */
const RETURNS = new Set(['retried', 'throttled']);

/** Each record was sent at a moment of its own, which tells whose decisions are whose. */
function unaccounted(record: SqsRecord, isBack: boolean, decided: readonly DecisionRecord[]): string | undefined {
  const sentAt = Number(record.attributes.SentTimestamp);
  const last = decided.findLast(({ at, latencyMs }) => at - latencyMs! === sentAt);
  if (!last) return isBack ? 'a record comes back without a word' : 'a record is done with, and nobody says why';
  const returns = RETURNS.has(last.decision) && last.until !== undefined;
  if (returns === isBack) return undefined;
  return isBack ? `a record comes back that is ${last.decision}` : `a record is done with that is ${last.decision}`;
}

/** An output that a decision names and nobody sent. */
function missingOutput({ written, sent }: FuzzCloud): string | undefined {
  const outputs = new Set(sent.map(({ queue, body }) => `${idIn(body)} to ${queue}`));
  const named = written.flatMap(({ out = [] }) => out.map(({ id, to }) => `${id} to ${to}`));
  const missing = named.find((output) => !outputs.has(output));
  return missing === undefined ? undefined : `a decision names the output ${missing}, which was not sent`;
}

/** A message's id, without parsing it: it stands first, or in the key of what was too large. */
function idIn(body: string): string | undefined {
  return (/^\{"v":1,"id":"([^"]+)"/.exec(body) ?? /"key":"messages\/([^"/]+)/.exec(body))?.[1];
}

function recordsOf(event: unknown): readonly SqsRecord[] {
  const records = (event as { Records?: unknown } | null | undefined)?.Records;
  return Array.isArray(records) ? (records as SqsRecord[]) : [];
}
