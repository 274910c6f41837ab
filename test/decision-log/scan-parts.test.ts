import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { flowKey, type Hash, hashBytes, hashRange } from '../../lib/core/log/flow-hash.ts';
import { keySet, recently } from '../../lib/core/log/key-set.ts';
import { isAt, pattern, windowOn } from '../../lib/core/log/pattern.ts';
import { scanNumber } from '../../lib/core/log/scan-number.ts';
import { numbersEnd, textEnd } from '../../lib/core/log/scan-text.ts';

describe('a number', () => {
  const scanned = (before: string, text: string, after: string): unknown => {
    const into = { value: 0, end: 0 };
    const isNumber = scanNumber(Buffer.from(before + text + after), before.length, into);
    return isNumber && { value: into.value, end: into.end - before.length };
  };
  const same = (text: string): void => {
    for (const after of [',"object":0', '}', ' 1', '']) {
      expect([text, scanned('1e', text, after)]).toEqual([text, { value: JSON.parse(text), end: text.length }]);
    }
  };

  test('is the one that JSON says it is', () => {
    const parts = fc.tuple(
      fc.boolean(),
      fc.bigInt({ min: 0n, max: 10n ** 19n }),
      fc.option(fc.stringMatching(/^[0-9]{1,25}$/)),
    );
    fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (n) => same(JSON.stringify(n))));
    fc.assert(
      fc.property(parts, ([negative, whole, decimals]) => {
        same(`${negative ? '-' : ''}${whole}${decimals === null ? '' : `.${decimals}`}`);
      }),
    );
  });

  test.each([
    '0',
    '-0',
    '0.0',
    '9',
    '10',
    '-0.5',
    '9007199254740991',
    '9007199254740992',
    '9007199254740993',
    '0.9007199254740993',
    `0.${'0'.repeat(21)}7`,
    `0.${'0'.repeat(22)}7`,
    `0.${'0'.repeat(23)}7`,
    '1e5',
    '1e+21',
    '1.5e-7',
    '5e-324',
    '-1.7976931348623157e308',
    '1e90',
    '1e09',
  ])('may be %s', same);

  test.each([
    '',
    '-',
    'x',
    '"1"',
    'null',
    '/',
    ':',
    'e5',
    '-e5',
    '1e',
    '1e+',
    '1.',
    '-1.',
    '01',
    '-00',
    '0012.5',
    '1.e5',
    '.5',
    '-.5',
  ])('is not %j', (text) => {
    expect(scanned('12', text, '')).toBe(false);
  });

  test.each([
    ['1.5.5', 3],
    ['1e1-1', 3],
    ['1e5.5', 3],
  ])('ends in %j where that is one no longer, after %i', (text, end) => {
    expect(scanned('12', text, '')).toEqual({ value: Number(text.slice(0, end)), end });
  });
});

describe('a text', () => {
  const json = (text: string): unknown => {
    try {
      return JSON.parse(`"${text}"`);
    } catch {
      return undefined;
    }
  };

  test('ends at its quote, whatever length it probably has, and is what JSON says it is', () => {
    const unit = fc.oneof(
      { weight: 30, arbitrary: fc.constantFrom('a', '0', '-', ' ', '~') },
      { weight: 1, arbitrary: fc.constantFrom('\\', '\n', '\x00', '\x1f', '\x7f', 'ü', '\u2028') },
    );
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 40 }), fc.option(fc.nat({ max: 41 })), (text, length) => {
        const bytes = Buffer.from(`"${text}","x"`);
        const size = Buffer.byteLength(text);
        const isText = json(text) === text;
        expect(textEnd(windowOn(bytes), 1, length ?? size)).toBe(isText ? 1 + size : 0);
      }),
      { numRuns: 1_000 },
    );
  });

  test.each(['\x00', '\t', '\x1f', '\\', '\\n'])('has no %j in it, wherever', (odd) => {
    for (let at = 0; at < 40; at += 1) {
      const text = `${'a'.repeat(at)}${odd}${'a'.repeat(39 - at)}`;
      expect(textEnd(windowOn(Buffer.from(`${text}"`)), 0, text.length)).toBe(0);
    }
  });

  test('is UTF-8', () => {
    for (const bytes of [[0xc3], [0xff], [0x61, 0x62, 0x63, 0x64, 0x80]]) {
      expect(textEnd(windowOn(Buffer.from([...bytes, 34])), 0, bytes.length)).toBe(0);
    }
  });

  test('has an end', () => {
    expect(textEnd(windowOn(Buffer.from('abcdefgh')), 0, 8)).toBe(0);
    expect(textEnd(windowOn(Buffer.from('abcdefgh')), 0, 20)).toBe(0);
  });
});

describe('an object of numbers', () => {
  test.each(['{}', '{"a":1}', '{"a":1,"b#c":-2.5e3}', '{"":0}', '{"ü":12,"x":0.5,"y":7}'])('may be %s', (text) => {
    for (const after of ['', ',"object":{}', '}']) {
      expect(numbersEnd(windowOn(Buffer.from(`:${text}${after}`)), 1)).toBe(1 + Buffer.byteLength(text));
    }
  });

  test.each([
    ...[
      '',
      '{',
      '[]',
      '1',
      '{,}',
      '{"a"}',
      '{"a":}',
      '{"a":1',
      '{"a":1,',
      '{"a":1,}',
      '{"a":01}',
      '{"a":1 }',
      '{"a":"1"}',
    ],
    ...['{"a":1"b":2}', '{"a":1;"b":2}', '{"a\\u0062":1}', '{"a":{}}', '{a:1}', '{"a":1,b":2}', '{"a', '{"a":'],
  ])('is not %s', (text) => {
    // What lies before must not be taken for a part of it.
    for (const before of ['', '}', ':', '}:1}']) {
      expect(numbersEnd(windowOn(Buffer.from(before + text)), before.length)).toBe(0);
    }
  });
});

test('a pattern is where its bytes are, and nowhere else', () => {
  const some = fc.string({ unit: fc.constantFrom('a', 'b', 'ü'), maxLength: 20 });
  fc.assert(
    fc.property(some, some, some, fc.nat({ max: 21 }), (before, text, after, off) => {
      const all = Buffer.from(`${before}${text}${after}`);
      // A part of a larger piece of memory, as chunks are.
      const bytes = Buffer.concat([Buffer.from('a'), all, Buffer.from('aaaaaaaa')]).subarray(1, 1 + all.length);
      const what = pattern(text);
      expect(what.length).toBe(Buffer.byteLength(text));
      expect(isAt(windowOn(bytes), Buffer.byteLength(before), what)).toBe(true);
      expect(isAt(windowOn(bytes), off, what)).toBe(
        off + what.length <= bytes.length && bytes.subarray(off, off + what.length).equals(Buffer.from(text)),
      );
    }),
  );
});

test.each(['', 'a', 'abc', 'abcd', 'abcde', 'abcdefgh', 'abcdefghi', 'abcdefghijklmnopq'])(
  'each byte of the pattern %j counts',
  (text) => {
    const what = pattern(text);
    expect(isAt(windowOn(Buffer.from(text)), 0, what)).toBe(true);
    for (let i = 0; i < text.length; i += 1) {
      const other = Buffer.from(text);
      other[i]! ^= 1;
      expect(isAt(windowOn(other), 0, what)).toBe(false);
      expect(isAt(windowOn(Buffer.from(text).subarray(0, i)), 0, what)).toBe(false);
    }
  },
);

describe('a set of keys', () => {
  const key = fc.oneof(
    fc.integer({ min: 1, max: 20 }),
    // The same place and the same tag, and so what only the key itself tells apart.
    fc.integer({ min: 1, max: 20 }).map((n) => n * 2 ** 32 + 5),
    fc.maxSafeNat().map((n) => n + 1),
  );

  test('has what was added, once, until it is cleared', () => {
    const step = fc.oneof({ weight: 20, arbitrary: key }, { weight: 1, arbitrary: fc.constant(0) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.constantFrom(1, 2, 64), (steps, capacity) => {
        const keys = keySet(capacity);
        const really = new Set<number>();
        for (const one of steps) {
          if (one === 0) {
            keys.clear();
            really.clear();
            continue;
          }
          expect(keys.has(one)).toBe(really.has(one));
          expect(keys.add(one)).toBe(!really.has(one));
          really.add(one);
          expect([keys.size, keys.has(one), keys.has(one + 1)]).toEqual([really.size, true, really.has(one + 1)]);
        }
        expect([...really].every(keys.has)).toBe(true);
      }),
    );
  });

  test('grows to any number of them', () => {
    const keys = keySet();
    const all = Array.from({ length: 5_000 }, (_, i) => (i + 1) * 1_000_003);
    expect(all.every(keys.add)).toBe(true);
    expect(all.some(keys.add)).toBe(false);
    expect([keys.size, all.every(keys.has), keys.has(7)]).toEqual([5_000, true, false]);
  });

  test('remembers what came within a window, and forgets it before twice as many came', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 60 }),
        fc.integer({ min: 1, max: 5 }),
        (keys, window) => {
          const isAgain = recently(window);
          for (const [i, key] of keys.entries()) {
            const again = isAgain(key);
            const before = keys.lastIndexOf(key, i - 1);
            const between = new Set(i === 0 || before === -1 ? [] : keys.slice(before + 1, i)).size;
            if (i === 0 || before === -1) expect(again).toBe(false);
            else if (between < window) expect(again).toBe(true);
            else if (between >= 2 * window) expect(again).toBe(false);
          }
        },
      ),
    );
  });
});

describe('the key of a flow', () => {
  const hashed = (id: string | Buffer): Hash => {
    const into = { high: 0, low: 0 };
    hashBytes(Buffer.from(id as string), into);
    return into;
  };
  const keyOf = (id: string | Buffer, tier = 0): number => {
    const { high, low } = hashed(id);
    return flowKey(high, low, tier);
  };

  test('follows from the bytes of its id alone, wherever they lie', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), fc.uint8Array({ maxLength: 5 }), (id, before) => {
        const all = Buffer.concat([before, id, before]);
        const into = { high: 1, low: 1 };
        hashRange(new DataView(all.buffer, all.byteOffset, all.length), before.length, before.length + id.length, into);
        expect(into).toEqual(hashed(Buffer.from(id)));
        hashBytes(all.subarray(before.length, before.length + id.length), into);
        expect(into).toEqual(hashed(Buffer.from(id)));
      }),
    );
  });

  test('is a positive whole number below 2^53, and another one for each flow and tier', () => {
    const ids = Array.from({ length: 1_000 }, (_, n) => [`f${n}`, `flow-${n * 1_000}`, `${'0'.repeat(n % 9)}x`]).flat();
    const keys = [...new Set(ids)].flatMap((id) => [0, 1, 2, 255].map((tier) => keyOf(id, tier)));
    expect(keys.every((key) => Number.isSafeInteger(key) && key > 0)).toBe(true);
    expect(new Set(keys).size).toBe(keys.length);
  });

  test('changes in about half of its bits with each bit of the id', () => {
    const bits = (key: number): string => key.toString(2).padStart(53, '0');
    const ids = ['0f6a3c5e-7f2d', 'f-1', 'some longer id of a flow', 'ü9'].flatMap((id) =>
      [0, 1, 2, 3].map((n) => `${n}${id}${n}`),
    );
    const flips = new Array<number>(53).fill(0);
    let pairs = 0;
    for (const id of ids) {
      const before = bits(keyOf(id));
      for (let bit = 0; bit < 8 * Buffer.byteLength(id); bit += 1) {
        const other = Buffer.from(id);
        other[bit >> 3]! ^= 1 << (bit & 7);
        const after = bits(keyOf(other));
        for (let i = 0; i < 53; i += 1) if (before[i] !== after[i]) flips[i]! += 1;
        pairs += 1;
      }
    }
    for (const flipped of flips) expect(Math.abs(flipped / pairs - 0.5)).toBeLessThan(0.06);
  });
});
