import { gzipSync } from 'node:zlib';
import type { DecisionRecord } from '../core/decision.ts';

/** The largest record that Firehose takes (API reference, PutRecordBatch: 1,000 KiB). */
export const MOST_PACKED = 1_000 * 1_024;

/**
 * Records as gzipped lines, in as few pieces as Firehose takes. One that is too large for a piece of its own goes without
 * its payloads and says so.
 */
export function packed(records: readonly DecisionRecord[], most: number = MOST_PACKED): readonly Buffer[] {
  const piece = gzipSync(records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  if (piece.length <= most) return [piece];
  if (records.length === 1) return [gzipSync(`${JSON.stringify(withoutPayloads(records[0]!))}\n`)];
  const half = records.length >> 1;
  return [...packed(records.slice(0, half), most), ...packed(records.slice(half), most)];
}

function withoutPayloads({ data, signal, output, ...rest }: DecisionRecord): DecisionRecord {
  const payloads = { data, signal, output };
  const omitted = (['data', 'signal', 'output'] as const).filter((name) => payloads[name] !== undefined);
  return { ...rest, omitted };
}
