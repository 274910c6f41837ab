import { describe, expect, test } from 'vitest';
import type { DecisionRecord } from '../../lib/core/decision.ts';
import type { Json } from '../../lib/core/json.ts';
import { readRecord } from '../../lib/core/log/record.ts';
import { logScanner, MOST_SHAPES, MOST_WITH_COUNTS } from '../../lib/core/log/scan.ts';
import { logTiers, type Verdict } from '../../lib/core/log/verdict.ts';
import { inWritingOrder, linesOf, verdictRecord } from './logs.ts';
import { billed, read, usual, uuid, without } from './scanned.ts';

const shapesOfUsual = linesOf(usual);
const asJsonOfUsual = read(shapesOfUsual).asJson;

const nested = (levels: number): Json => (levels === 0 ? 0 : [nested(levels - 1)]);

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
  'an escape in a captured payload': JSON.stringify(verdictRecord({ data: { text: 'a\nb' } })),
  'a captured payload that nests deeply': JSON.stringify(verdictRecord({ data: nested(60) })),
  'an exhausted tier that escalated': JSON.stringify(verdictRecord({ decision: 'escalated', exhausted: true })),
  'a control that is no number': JSON.stringify(verdictRecord({ controls: { threshold: '3' } as never })),
  'a bare audit': JSON.stringify(without(verdictRecord({ decision: 'audited' }), 'score', 'threshold', 'out')),
  'a number that begins with a zero': line.replace('"latencyMs":12', '"latencyMs":012'),
  'a number without decimals behind its dot': line.replace('"latencyMs":12', '"latencyMs":12.'),
  'no number': line.replace('"latencyMs":12', '"latencyMs":'),
  'a control character': line.replace('f-1', 'f\t1'),
  'bytes missing among its costs': line.replace('"modelMs":0.25,"latency', ''),
  'bytes missing in its bill': JSON.stringify(verdictRecord({ billed })).replace('"ms":24', '4'),
  'a field that comes twice': line.replace('"attempt":1', '"attempt":1,"attempt":1'),
  'a dropped flow': JSON.stringify(verdictRecord({ decision: 'dropped', reason: 'the escalate gate dropped it' })),
  'no object calls': line.replace(',"object":0', ''),
  'no object calls of a flow that is done': JSON.stringify(
    without(verdictRecord({ decision: 'delivered' }), 'score', 'threshold', 'out'),
  ).replace(',"object":0', ''),
  'another unit in its bill': JSON.stringify(verdictRecord({ billed: { moods: 1 } as never })),
  spaces: line.replaceAll('":', '": '),
  'another version': line.replace('"v":1', '"v":2'),
  'no messages': JSON.stringify(verdictRecord({ in: [] })),
  'nothing sent': JSON.stringify(verdictRecord({ out: [] })),
  'no flow': JSON.stringify(verdictRecord({ flow: null })),
};

describe('scanning bytes', () => {
  test.each(usual.map((record) => [record.decision, record] as const))(
    'takes a usual line without JSON once one of its shape was read: %s',
    (_, record) => {
      const again = { ...record, at: 7, flow: 'another', version: 'v' };
      const log = linesOf([record, again, record, inWritingOrder(again)]);
      expect(read(log)).toEqual({ ...read(log, false), asJson: 1 });
    },
  );

  test.each(Object.entries(unusual))('hands on a line with %s', (_, text) => {
    // What lies before must not be taken for a part of it.
    const log = `${shapesOfUsual}1234567890}}\n${text}\n${line}\n`;
    const isRecord = typeof readRecord(text) !== 'string';
    expect(read(log)).toEqual({ ...read(log, false), asJson: asJsonOfUsual + (isRecord ? 1 : 0) });
  });

  test('reads texts in which other lines hold no more than UTF-8 as JSON does', () => {
    const [before, after] = line.split('f-1');
    const odd = Buffer.concat([Buffer.from(`${line}\n${before}`), Buffer.from([0xff]), Buffer.from(`${after}\n`)]);
    expect(read(odd)).toEqual({ ...read(odd, false), asJson: 2 });
  });

  test('does not learn lines that hardly ever come again', () => {
    const rare = [verdictRecord({ decision: 'failed', reason: 'no' }), { ...verdictRecord(), mood: 1 }];
    for (const record of rare) expect(read(linesOf([record, record]))).toMatchObject({ records: 2, asJson: 2 });
  });

  test('knows as many shapes as there may be, in whatever order they come', () => {
    const turns = (shapes: number): string =>
      linesOf(Array.from({ length: 2 * shapes }, (_, i) => verdictRecord({ flow: `f-${i}`, tier: `t${i % shapes}` })));
    const few = turns(MOST_WITH_COUNTS);
    expect(read(few)).toMatchObject({ records: 2 * MOST_WITH_COUNTS, asJson: MOST_WITH_COUNTS });
    // The first ones are forgotten, and learned anew.
    const all = turns(MOST_SHAPES);
    expect(read(all)).toEqual({ ...read(all, false), asJson: MOST_SHAPES + MOST_WITH_COUNTS });
    const more = turns(MOST_SHAPES + 1_000);
    expect(read(more)).toEqual({ ...read(more, false), asJson: MOST_SHAPES + 2 * 1_000 });
  });

  test('takes lines whose counts differ all the time', () => {
    const log = linesOf(Array.from({ length: 600 }, (_, i) => verdictRecord({ flow: `f-${i}`, attempt: i })));
    expect(read(log)).toEqual({ ...read(log, false), asJson: MOST_WITH_COUNTS + 1 });
  });

  test('takes lines of any versions', () => {
    const versions = linesOf(Array.from({ length: 600 }, (_, i) => verdictRecord({ version: `v${i}` })));
    expect(read(versions)).toMatchObject({ records: 600, asJson: 1 });
  });

  test('passes over the lines of tiers that are not wanted, once it knows them', () => {
    const [thumb, deep] = [verdictRecord(), verdictRecord({ tier: 'deep' })];
    const broken = line.replace('"in":[', '"in":[[');
    const log = Buffer.from(`${linesOf([thumb, deep])}${broken}\n${linesOf([thumb, deep])}${line}`);
    const tiers = logTiers();
    const found: number[] = [];
    let asJson = 0;
    const onLine = (bytes: Buffer, from: number, to: number): DecisionRecord => {
      asJson += 1;
      return JSON.parse(bytes.toString('utf8', from, to));
    };
    const onVerdict = ({ tier }: Verdict): void => void found.push(tier);
    const scanner = logScanner(tiers, { onVerdict, onLine, isWanted: (place) => tiers.all[place]!.tier === 'deep' });
    expect(scanner.scan(log, 0, log.length)).toBe(log.length - line.length);
    expect([asJson, found, scanner.records()]).toEqual([2, [1], 3]);
  });

  test('learns nothing of lines that are no records, or are not written as sluice writes them', () => {
    const tiers = logTiers();
    const handed: number[] = [];
    const onLine = (bytes: Buffer, from: number, to: number): DecisionRecord | undefined => {
      handed.push(from);
      return from === 0 ? undefined : JSON.parse(bytes.toString('utf8', from, to));
    };
    const scanner = logScanner(tiers, { onVerdict: () => expect.fail('there is none'), onLine });
    const log = Buffer.from(`${line}\n${`${unusual.spaces}\n`.repeat(2)}`);
    scanner.scan(log, 0, log.length);
    expect(handed).toHaveLength(3);
    expect(tiers.all).toEqual([]);
  });
});
