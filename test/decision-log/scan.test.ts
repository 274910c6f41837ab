import { describe, expect, test } from 'vitest';
import type { DecisionRecord } from '../../lib/core/decision.ts';
import { readRecord } from '../../lib/core/log/record.ts';
import { logScanner } from '../../lib/core/log/scan.ts';
import { emptyVerdict, logTiers, readVerdict, type Verdict } from '../../lib/core/log/verdict.ts';
import { inWritingOrder, linesOf, verdictRecord } from './logs.ts';

/** What a log says: with the scanner, which hands on what it does not know, or as JSON alone. */
function read(log: string, scanned = true) {
  const tiers = logTiers();
  const said: string[] = [];
  const onVerdict = ({ tier, flow, ...verdict }: Verdict): void => {
    const values = [tiers.all[tier], flow.high, flow.low, ...Object.values(verdict)];
    said.push(values.map((value) => (typeof value === 'object' ? JSON.stringify(value) : String(value))).join(' '));
  };
  let asJson = 0;
  const onLine = (bytes: Buffer, from: number, to: number): void => {
    const record = readRecord(bytes.toString('utf8', from, to));
    if (typeof record === 'string') {
      said.push(record);
      return;
    }
    asJson += 1;
    const verdict = emptyVerdict();
    if (readVerdict(record, tiers, verdict)) onVerdict(verdict);
  };
  const bytes = Buffer.from(log);
  if (!scanned) {
    for (let at = 0, end = bytes.indexOf(10); end !== -1; at = end + 1, end = bytes.indexOf(10, at))
      onLine(bytes, at, end);
    return { said: said.join('\n'), records: asJson, asJson };
  }
  const scanner = logScanner(tiers, { onVerdict, onLine });
  expect(scanner.scan(bytes, 0, bytes.length)).toBe(
    log.lastIndexOf('\n') === -1 ? 0 : Buffer.byteLength(log.slice(0, log.lastIndexOf('\n') + 1)),
  );
  return { said: said.join('\n'), records: scanner.records() + asJson, asJson };
}

const without = (record: DecisionRecord, ...fields: (keyof DecisionRecord)[]): DecisionRecord =>
  Object.fromEntries(Object.entries(record).filter(([key]) => !fields.includes(key as never))) as never;

const uuid = '7e4b1d3c-0a5f-5c1e-9b2d-4f6a8c0e2b17';
const message = { id: uuid, kind: 'data' };
const billed = { invocations: 0.333333, ms: 24.528761, requests: 0.6 } as never;

/** Records as most logs are made of. */
const usual: readonly DecisionRecord[] = [
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
];

/** Lines that only JSON can tell the meaning of, or that there is none. */
const line = JSON.stringify(verdictRecord());
const unusual: Readonly<Record<string, string>> = {
  'an escaped flow': line.replace('f-1', '\\u0066-1'),
  'a flow that ends with a backslash': JSON.stringify(verdictRecord({ flow: 'a\\' })),
  'a flow with a newline in it that is not escaped': line.replace('f-1', 'f\n1'),
  'a flow that looks like what follows it': JSON.stringify(
    verdictRecord({ flow: '","decision":"escalated","in":[{"id":"' }),
  ),
  'an escaped queue': JSON.stringify(verdictRecord({ out: [{ id: uuid, to: 'a"b' }] })),
  'fields in another order': JSON.stringify({ mood: 'fine', ...verdictRecord() }),
  'a field in between': line.replace('"application"', '"mood":"fine","application"'),
  'a field before its score': line.replace('"score"', '"mood":"fine","score"'),
  'a captured payload': JSON.stringify(verdictRecord({ data: { out: [{ id: 'x', to: 'y' }] } })),
  'an exhausted tier that escalated': JSON.stringify(verdictRecord({ decision: 'escalated', exhausted: true })),
  'a control that is called like a cost': JSON.stringify(verdictRecord({ controls: { threshold: 3, object: 4 } })),
  'a bare audit': JSON.stringify(without(verdictRecord({ decision: 'audited' }), 'score', 'threshold', 'out')),
  'a bare throttling': JSON.stringify(without(verdictRecord({ decision: 'throttled' }), 'score', 'threshold', 'out')),
  'a dropped flow': JSON.stringify(verdictRecord({ decision: 'dropped', reason: 'the escalate gate dropped it' })),
  'no object calls': line.replace(',"object":0', ''),
  'no object calls of a flow that is done': JSON.stringify(
    without(verdictRecord({ decision: 'delivered' }), 'score', 'threshold', 'out'),
  ).replace(',"object":0', ''),
  'costs that take more than costs do': JSON.stringify(verdictRecord({ controls: { ['x'.repeat(200)]: 1 } })),
  'bills that take more than bills do': JSON.stringify(verdictRecord({ billed: { ['x'.repeat(210)]: 1 } as never })),
  spaces: line.replaceAll('":', '": '),
  'another version': line.replace('"v":1', '"v":2'),
  'no messages': JSON.stringify(verdictRecord({ in: [] })),
  'nothing sent': JSON.stringify(verdictRecord({ out: [] })),
  'no flow': JSON.stringify(verdictRecord({ flow: null })),
};

describe('scanning bytes', () => {
  test.each(usual.map((record) => [record.decision, record] as const))(
    'takes a usual line without JSON: %s',
    (_, record) => {
      const log = linesOf([record, inWritingOrder(record)]);
      expect(read(log)).toEqual({ ...read(log, false), asJson: 0 });
    },
  );

  test.each(Object.entries(unusual))('hands on a line with %s', (_, text) => {
    // What lies before must not be taken for a part of it.
    const log = `1234567890}}\n${text}\n${line}\n${text}\n`;
    const really = read(log, false);
    expect(read(log)).toEqual({ ...really, asJson: really.asJson - 1 });
  });

  test('notices damage anywhere but in what it passes over', () => {
    for (const record of usual) {
      const whole = JSON.stringify(record);
      const costs = whole.indexOf('"attempt":') + '"attempt":'.length;
      const object = whole.lastIndexOf(',"object":');
      const bill = whole.indexOf('"billed":{');
      const passed = (at: number): boolean =>
        (at >= costs && at < object) || (bill !== -1 && at >= bill + 10 && at < whole.length - 2);
      for (let at = 0; at < whole.length; at += 1) {
        if (passed(at)) continue;
        for (const byte of ['x', '"', '}', ',']) {
          const log = `${whole.slice(0, at)}${byte}${whole.slice(at + 1)}\n`;
          const [scanned, really] = [read(log), read(log, false)];
          if (scanned.said !== really.said || scanned.records !== really.records) {
            expect([log, scanned]).toEqual([log, really]);
          }
        }
      }
    }
  });

  test('knows as many versions as there may be, in whatever order they come', () => {
    const versions = (count: number): string =>
      linesOf(Array.from({ length: 2 * count }, (_, i) => verdictRecord({ flow: `f-${i}`, version: `v${i % count}` })));
    expect(read(versions(256))).toMatchObject({ records: 512, asJson: 0 });
    expect(read(versions(257))).toMatchObject({ records: 514, asJson: 2 });
    const turns = linesOf(Array.from({ length: 600 }, (_, i) => verdictRecord({ version: `v${i % 2}` })));
    expect(read(turns)).toMatchObject({ records: 600, asJson: 0 });
  });

  test('passes over the lines of tiers that are not wanted', () => {
    const [thumb, deep] = [verdictRecord(), verdictRecord({ tier: 'deep' })];
    const broken = line.replace('"in":[', '"in":[[');
    const log = Buffer.from(`${linesOf([thumb, deep])}${broken}\n${linesOf([thumb, deep])}${line}`);
    const tiers = logTiers();
    const found: number[] = [];
    const onLine = (bytes: Buffer, from: number, to: number): never => expect.fail(bytes.toString('utf8', from, to));
    const onVerdict = ({ tier }: Verdict): void => void found.push(tier);
    const scanner = logScanner(tiers, { onVerdict, onLine, isWanted: (place) => tiers.all[place]!.tier === 'deep' });
    expect(scanner.scan(log, 0, log.length)).toBe(log.length - line.length);
    expect([found, scanner.records()]).toEqual([[1, 1], 5]);
  });

  test('learns a tier only from a line that names it where it should', () => {
    const tiers = logTiers();
    const handed: number[] = [];
    const onLine = (_: Buffer, from: number): void => void handed.push(from);
    const scanner = logScanner(tiers, { onVerdict: () => expect.fail('there is none'), onLine });
    const log = Buffer.from(`${unusual['a field in between']}\n`);
    scanner.scan(log, 0, log.length);
    expect([handed, tiers.all]).toEqual([[0], []]);
  });
});
