import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DecisionRecord } from '../../lib/core/decision.ts';
import { readRecord } from '../../lib/core/log/record.ts';
import { logScanner } from '../../lib/core/log/scan.ts';
import { emptyVerdict, logTiers, readVerdict } from '../../lib/core/log/verdict.ts';
import { anyRecord, linesOf, verdictRecord } from './logs.ts';

/** What a log says, with or without the scanner, as text that can be compared. */
function read(log: Buffer, scanned: boolean): { readonly said: readonly string[]; readonly fast: number } {
  const tiers = logTiers();
  const said: string[] = [];
  const tell = (verdict: ReturnType<typeof emptyVerdict>): void => {
    const { application, tier, next } = tiers.all[verdict.tier]!;
    said.push(JSON.stringify([application, tier, next, { ...verdict, tier: 0 }].map(withNaN)));
  };
  const verdict = emptyVerdict();
  const asJson = (bytes: Buffer, from: number, to: number): DecisionRecord | undefined => {
    const record = readRecord(bytes.toString('utf8', from, to));
    if (typeof record === 'string') {
      said.push(record);
      return undefined;
    }
    if (readVerdict(record, tiers, verdict)) tell(verdict);
    return record;
  };
  if (scanned) {
    const scanner = logScanner(tiers, { onVerdict: tell, onLine: asJson });
    scanner.scan(log, 0, log.length);
    return { said, fast: scanner.records() };
  }
  for (let at = 0; at < log.length; ) {
    const end = log.indexOf(10, at);
    if (end === -1) break;
    asJson(log, at, end);
    at = end + 1;
  }
  return { said, fast: 0 };
}

const withNaN = (value: unknown): unknown =>
  typeof value === 'object'
    ? Object.entries(value!).map(([key, of]) => [key, Object.is(of, -0) ? '-0' : String(of), of])
    : value;

describe('scanning bytes', () => {
  test('says what reading the lines as JSON says', () => {
    fc.assert(
      fc.property(fc.array(anyRecord, { maxLength: 8 }), (records) => {
        const log = Buffer.from(linesOf(records));
        expect(read(log, true).said).toEqual(read(log, false).said);
      }),
      { numRuns: 500 },
    );
  });

  test('does so wherever lines are cut, run together or begin', () => {
    const glue = fc.tuple(anyRecord, anyRecord, fc.nat(), fc.nat()).map(([a, b, cut, begin]) => {
      const [one, other] = [JSON.stringify(a), JSON.stringify(b)];
      const glued = `${one.slice(0, cut % one.length)}${other.slice(begin % 3 === 0 ? begin % other.length : 0)}\n`;
      // Their shapes are known where they were read before.
      return cut % 2 === 0 ? glued : `${one}\n${other}\n${glued}`;
    });
    const whole = anyRecord.map((record) => `${JSON.stringify(record)}\n`);
    fc.assert(
      fc.property(fc.array(fc.oneof(glue, whole), { maxLength: 6 }), (lines) => {
        const log = Buffer.from(lines.join(''));
        expect(read(log, true).said).toEqual(read(log, false).said);
      }),
      { numRuns: 500 },
    );
  });

  const usual = [
    verdictRecord(),
    verdictRecord({ decision: 'escalated', flow: 'ü', controls: { threshold: 3, object: 4 } }),
    verdictRecord({ exhausted: true, score: 0.1234567890123456 }),
    verdictRecord({ billed: { invocations: 0.333333, ms: 24.528761, requests: 2 } }),
  ];

  test('does so at every cut of the lines that most logs are made of', () => {
    const next = JSON.stringify(verdictRecord({ flow: 'next', score: 1e-7 }));
    for (const record of usual) {
      const line = JSON.stringify(record);
      for (let cut = 0; cut < line.length; cut += 1) {
        const log = Buffer.from(`${line}\n${line.slice(0, cut)}${next}\n${line}\n${line.slice(0, cut)}\n`);
        expect(read(log, true).said, line.slice(0, cut)).toEqual(read(log, false).said);
      }
    }
  });

  test('does so wherever bytes are missing, come twice, or are others', () => {
    for (const line of usual.map((record) => JSON.stringify(record))) {
      const damaged: string[] = [line];
      for (let at = 0; at < line.length; at += 1) {
        for (const length of [1, 2, 3, 5, 8, 13, 21, 40, 80]) {
          damaged.push(line.slice(0, at) + line.slice(at + length), line.slice(0, at + length) + line.slice(at));
        }
        for (const byte of ['x', '"', '}', ',', '0', '.', '-', '\\', '\t', 'ü']) {
          damaged.push(line.slice(0, at) + byte + line.slice(at + 1), line.slice(0, at) + byte + line.slice(at));
        }
      }
      const log = Buffer.from(`${damaged.join('\n')}\n`);
      const [scanned, really] = [read(log, true), read(log, false)];
      expect(scanned.fast).toBeGreaterThan(0);
      expect(scanned.said).toEqual(really.said);
    }
  });

  test('takes lines without JSON once one of their shape was read', () => {
    const { out: _, threshold: __, score: ___, ...unscored } = verdictRecord({ decision: 'delivered' });
    const more = [
      unscored,
      verdictRecord({ billed: { invocations: 0.333333, ms: 24.528761, requests: 0.6, writes: 1, reads: 2 } }),
      verdictRecord({ controls: { threshold: 12 }, bytes: { declared: 614, fetched: 614 }, modelMs: 12.34567 }),
    ];
    for (const record of [...usual, ...more]) {
      const again = { ...record, at: 7, version: 'another', flow: '"' };
      const log = linesOf([record, { ...again, flow: 'f' }, record, again]);
      expect(read(Buffer.from(log), true).fast).toBe(2);
    }
  });

  test('stops at a line that is not whole yet', () => {
    const line = JSON.stringify(verdictRecord());
    const log = Buffer.from(`${line}\n${line}\n`);
    fc.assert(
      fc.property(fc.nat({ max: log.length }), (end) => {
        const tiers = logTiers();
        let verdicts = 0;
        const onVerdict = (): void => {
          verdicts += 1;
        };
        const onLine = (): DecisionRecord => {
          verdicts += 1;
          return verdictRecord();
        };
        const scanner = logScanner(tiers, { onVerdict, onLine });
        const rest = scanner.scan(log, 0, end);
        expect(rest).toBe(verdicts * (line.length + 1));
        expect(verdicts).toBe(Math.floor(end / (line.length + 1)));
      }),
    );
  });
});
