import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Decision, DecisionRecord } from '../../lib/core/decision.ts';
import { identityOf, readRecord } from '../../lib/core/log/record.ts';
import { logTiers, readVerdict } from '../../lib/core/log/verdict.ts';
import { anyRecord, verdictRecord } from './logs.ts';

const good = verdictRecord();
const read = (over: object): unknown => readRecord(JSON.stringify({ ...good, ...over }));

describe('a line', () => {
  test('is a record with all its fields, those that this release does not know included', () => {
    expect(read({ mood: 'fine', flow: null, out: undefined })).toEqual({
      ...good,
      mood: 'fine',
      flow: null,
      out: undefined,
    });
    expect(read({ score: undefined, threshold: undefined })).toMatchObject({ flow: 'f-1' });
    expect(read({ reason: 'why' })).toStrictEqual({ ...good, reason: 'why' });
    expect(read({ sluice: 'decision' })).toStrictEqual(good);
  });

  test.each(['7', '"text"', '""', 'true', 'null', '[]', '[{"v":1}]', '{}'])('that says %s is foreign', (line) => {
    expect(readRecord(line)).toBe('foreign');
  });

  test.each(['', '{', '{"v":1', 'undefined'])('that says %j is broken', (line) => {
    expect(readRecord(line)).toBe('broken');
  });

  test('whose fields are not of their kind is foreign', () => {
    const wrong: Record<string, readonly unknown[]> = {
      v: ['1', undefined],
      at: ['now', undefined],
      application: [7, undefined],
      tier: [7, undefined],
      version: [7, undefined],
      flow: [7, undefined],
      decision: [7, undefined, 'guessed', 'toString'],
      in: [7, undefined, {}, [null], ['id']],
      out: [7, null, {}, [null], ['id']],
      calls: [7, undefined, null],
      attempt: ['1', undefined],
      score: ['0.9', null],
      threshold: ['0.9', null],
      reason: [7, null, ['the destination gate dropped it']],
    };
    for (const [field, values] of Object.entries(wrong)) {
      for (const value of values) expect([field, value, read({ [field]: value })]).toEqual([field, value, 'foreign']);
    }
  });

  test('of another version has to say where it comes from, and nothing else', () => {
    const rest = { at: 1, application: 'a', tier: 't', version: 'x', decision: 'guessed' };
    expect(readRecord(JSON.stringify({ v: 2, ...rest }))).toBe('version');
    for (const field of Object.keys(rest)) {
      expect([field, readRecord(JSON.stringify({ v: 2, ...rest, [field]: {} }))]).toEqual([field, 'foreign']);
    }
  });

  test('that passes for a record can be read on, whatever else it says', () => {
    fc.assert(
      fc.property(
        anyRecord,
        fc.constantFrom(...Object.keys(good), 'reason'),
        fc.jsonValue(),
        (record, field, value) => {
          const found = readRecord(JSON.stringify({ ...record, [field]: value }));
          if (typeof found === 'string') return;
          identityOf(found);
          readVerdict(found, logTiers(), { flow: { high: 0, low: 0 } } as never);
        },
      ),
    );
  });
});

describe('two records tell of the same decision', () => {
  const same = (over: Partial<DecisionRecord>, of: DecisionRecord = good): boolean =>
    identityOf({ ...of, ...over }) === identityOf(of);

  test('where place, flow, decision and messages are the same', () => {
    expect(same({ at: 1, attempt: 2, version: 'v2', score: 0.1, latencyMs: 1 })).toBe(true);
    expect(same({ in: [{ ...good.in[0]!, ts: 1 }] })).toBe(true);
    for (const over of [
      { application: 'other' },
      { tier: 'other' },
      { flow: 'other' },
      { flow: null },
      { decision: 'escalated' as Decision },
      { in: [{ id: 'other', kind: 'data' }] },
      { in: [...good.in, ...good.in] },
    ]) {
      expect([over, same(over)]).toEqual([over, false]);
    }
  });

  test('and the versions and the time, where it is about no message', () => {
    for (const decision of ['swapped', 'rejected'] as const) {
      const told = verdictRecord({ flow: 'control#model', decision, in: [], controls: { model: 2 } });
      expect([{}, { controls: { model: 3 } }, { at: 1 }].map((over) => same(over, told))).toEqual([true, false, false]);
    }
  });

  test('and the try as well, where every try decides so', () => {
    for (const decision of ['retried', 'throttled', 'parked', 'duplicate'] as const) {
      const tried = verdictRecord({ decision });
      expect([{}, { at: 1 }, { attempt: 2 }].map((over) => same(over, tried))).toEqual([true, false, false]);
    }
  });
});
