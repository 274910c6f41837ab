import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toMs } from '../../lib/core/duration.ts';
import { checkFlowId, FLOW_ID_MAX_BYTES } from '../../lib/core/flow-id.ts';
import { derivedFraction, derivedId, sha256 } from '../../lib/core/identity.ts';
import { rejectUnknownKeys, requireName, requireOption } from '../../lib/core/options.ts';

const code = (value: string) => expect.objectContaining({ code: value });

describe('durations', () => {
  test.each([
    ['200ms', 200],
    ['10s', 10_000],
    ['1.5s', 1_500],
    ['5m', 300_000],
    ['1h', 3_600_000],
    ['7d', 604_800_000],
    ['0ms', 0],
  ])('%s', (text, ms) => {
    expect(toMs(text, 'ttl')).toBe(ms);
  });

  test.each(['', '10', 's', '-1s', '1 s', '1e3ms', 'Infinitys', '1w', '1.s', 'NaNms'])('%j is none', (text) => {
    expect(() => toMs(text, 'ttl of tier "a"')).toThrow(code('option-invalid'));
    expect(() => toMs(text, 'ttl of tier "a"')).toThrow(/ttl of tier "a"[\s\S]*'200ms'/);
  });
});

describe('options', () => {
  test('an unknown key is refused with the nearest known one', () => {
    const known = ['timeout', 'memory', 'maxConcurrency'];
    for (const [key, nearest] of [
      ['timeot', 'timeout'],
      ['Memory', 'memory'],
      ['concurrency', 'maxConcurrency'],
    ] as const) {
      expect(() => rejectUnknownKeys({ [key]: 1 }, known, 'tier "a"')).toThrow(`Did you mean "${nearest}"?`);
    }
    expect(() => rejectUnknownKeys({ timeout: 1 }, known, 'tier "a"')).not.toThrow();
  });

  test('an invalid value is shown, whatever it is', () => {
    for (const [value, shown] of [
      ['x', '"x"'],
      [Number.NaN, 'NaN'],
      [undefined, 'undefined'],
      [() => 1, 'a function'],
    ] as const) {
      expect(() => requireOption(false, 'tier "a"', 'memory', value, 'MiB')).toThrow(
        `tier "a": memory is ${shown} and must be MiB`,
      );
    }
  });

  test('names keep to what every queue, function and table key may hold', () => {
    for (const name of ['a', 'small-2', `a${'b'.repeat(39)}`]) expect(() => requireName(name, 'A tier')).not.toThrow();
    for (const name of ['', '2a', 'A', 'a_b', 'a.b', 'é', `a${'b'.repeat(40)}`, 5, undefined])
      expect(() => requireName(name, 'A tier')).toThrow(code('name-invalid'));
  });
});

describe('flow ids', () => {
  test('law: every text of 1 to 128 bytes of UTF-8 is one and stays as it is; nothing else is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 160 }), (id) => {
        const bytes = Buffer.byteLength(id);
        if (id.isWellFormed() && bytes >= 1 && bytes <= FLOW_ID_MAX_BYTES) expect(checkFlowId(id)).toBe(id);
        else expect(() => checkFlowId(id)).toThrow(code('flow-id-invalid'));
      }),
    );
  });

  test.each([[undefined], [null], [5], [{}], [new Uint8Array(3)], ['a\ud800'], ['\udc00b'], [''], ['é'.repeat(65)]])(
    '%j is none, and the error says what to use instead',
    (id) => {
      expect(() => checkFlowId(id)).toThrow(/the flow id is .*\n? *[\s\S]*→ Use 1 to 128 bytes of UTF-8/);
    },
  );
});

describe('derived ids', () => {
  test('are UUIDs of version 5, the same ones for ever', () => {
    // Computed with Python's uuid.uuid5 over the JSON of the parts.
    expect(derivedId('client', 'thumb', 'f1')).toBe('9b3ea3cc-5dee-5cdc-96d6-e70b39663acf');
    expect(derivedId()).toBe('5458ba20-4d1c-5cb2-aee8-c65b58ce4f70');
    expect(derivedId('é', '𝔘')).toBe('57b6fa68-e018-5f05-b2bd-39a98b6242d3');
    expect(derivedId('a","b')).toBe('5585eb41-f41f-5f97-a607-a9ac84d1e7d6');
  });

  test('law: the format holds, and different parts give different ids, wherever they are cut', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), fc.array(fc.string({ unit: 'binary' })), (a, b) => {
        expect(derivedId(...a)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        expect(derivedId(...a) === derivedId(...b)).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
    );
    expect(derivedId('ab', 'c')).not.toBe(derivedId('a', 'bc'));
  });

  test('fractions are even, repeatable, and in [0, 1)', () => {
    const all = Array.from({ length: 10_000 }, (_, i) => derivedFraction('flow', String(i)));
    expect(all.every((f) => f >= 0 && f < 1)).toBe(true);
    expect(derivedFraction('flow', '7')).toBe(all[7]);
    const tenths = Array.from({ length: 10 }, (_, t) => all.filter((f) => Math.floor(f * 10) === t).length);
    // Five standard deviations of a binomial(10,000, 0.1).
    for (const n of tenths) expect(Math.abs(n - 1_000)).toBeLessThan(150);
  });

  test('SHA-256 is what everyone else computes', () => {
    expect(sha256(Buffer.from('abc'))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });
});
