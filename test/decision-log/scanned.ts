import { expect } from 'vitest';
import type { DecisionRecord } from '../../lib/core/decision.ts';
import { readRecord } from '../../lib/core/log/record.ts';
import { logScanner } from '../../lib/core/log/scan.ts';
import { emptyVerdict, logTiers, readVerdict, type Verdict } from '../../lib/core/log/verdict.ts';
import { verdictRecord } from './logs.ts';

/** What a log says: with the scanner, which hands on what it does not know, or as JSON alone. */
export function read(log: string | Buffer, scanned = true) {
  const tiers = logTiers();
  const said: string[] = [];
  const onVerdict = ({ tier, flow, ...verdict }: Verdict): void => {
    const values = [tiers.all[tier], flow.high, flow.low, ...Object.values(verdict)];
    said.push(values.map((value) => (typeof value === 'object' ? JSON.stringify(value) : String(value))).join(' '));
  };
  let asJson = 0;
  const onLine = (bytes: Buffer, from: number, to: number): DecisionRecord | undefined => {
    const record = readRecord(bytes.toString('utf8', from, to));
    if (typeof record === 'string') {
      said.push(record);
      return undefined;
    }
    asJson += 1;
    const verdict = emptyVerdict();
    if (readVerdict(record, tiers, verdict)) onVerdict(verdict);
    return record;
  };
  const bytes = Buffer.from(log as string);
  if (!scanned) {
    for (let at = 0, end = bytes.indexOf(10); end !== -1; at = end + 1, end = bytes.indexOf(10, at))
      onLine(bytes, at, end);
    return { said: said.join('\n'), records: asJson, asJson };
  }
  const scanner = logScanner(tiers, { onVerdict, onLine });
  expect(scanner.scan(bytes, 0, bytes.length)).toBe(bytes.lastIndexOf(10) + 1);
  return { said: said.join('\n'), records: scanner.records() + asJson, asJson };
}

export const without = (record: DecisionRecord, ...fields: (keyof DecisionRecord)[]): DecisionRecord =>
  Object.fromEntries(Object.entries(record).filter(([key]) => !fields.includes(key as never))) as never;

export const uuid = '7e4b1d3c-0a5f-5c1e-9b2d-4f6a8c0e2b17';
const message = { id: uuid, kind: 'data' };
export const billed = { invocations: 0.333333, ms: 24.528761, requests: 0.6 } as never;

/** Records as most logs are made of. */
export const usual: readonly DecisionRecord[] = [
  verdictRecord(),
  verdictRecord({ flow: uuid, billed }),
  without(verdictRecord(), 'threshold'),
  without(verdictRecord({ billed }), 'score', 'threshold'),
  without(verdictRecord({ controls: { threshold: 3 } }), 'score', 'threshold'),
  without(verdictRecord(), 'score', 'threshold', 'modelMs'),
  without(verdictRecord({ bytes: { declared: 614, fetched: 614 } }), 'score', 'threshold', 'modelMs', 'latencyMs'),
  without(verdictRecord(), 'score', 'threshold', 'modelMs', 'latencyMs'),
  verdictRecord({ exhausted: true, score: 0.25 }),
  verdictRecord({ decision: 'escalated', flow: 'größe', out: [{ id: uuid, to: 'deep' }] }),
  verdictRecord({
    audit: true,
    out: [
      { id: 'short', to: 'answers' },
      { id: uuid, to: 'deep' },
    ],
  }),
  verdictRecord({
    in: [message, { ...message, id: 'short', kind: 'signal', ts: 7 }],
    controls: { threshold: 3, other: 4 },
  }),
  without(verdictRecord({ decision: 'delivered', billed }), 'score', 'threshold', 'out'),
  without(verdictRecord({ decision: 'parked' }), 'score', 'threshold', 'out'),
  without(verdictRecord({ decision: 'throttled', until: 1_790_000_001_000 }), 'score', 'threshold', 'out'),
  verdictRecord({ controls: { threshold: 3, object: 4, ['x'.repeat(200)]: 1 } }),
  verdictRecord({ data: { out: [{ id: 'x', to: 'y' }], ünd: [[], {}, true, false, null, -1.5e3, ''] }, output: 0.5 }),
  verdictRecord({ decision: 'audited', data: 'text', signal: { sure: 0.5 }, output: [1, 2] }),
];
