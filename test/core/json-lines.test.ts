import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Json } from '../../lib/core/json.ts';
import { fromLines, toLines } from '../../lib/core/json-lines.ts';

const values = fc.array(fc.jsonValue() as fc.Arbitrary<Json>, { minLength: 1, maxLength: 8 });
const linesOf = (kept: readonly Json[]): readonly string[] => kept.map((value) => JSON.stringify(value));

test('law: values come back as they were, in their order', () => {
  fc.assert(
    fc.property(values, (kept) => {
      const text = fromLines(linesOf(kept), kept.length, Number.POSITIVE_INFINITY);
      expect(toLines(text).map((line) => JSON.parse(line))).toEqual(JSON.parse(JSON.stringify(kept)));
    }),
  );
});

test('law: the last ones stay, no more than asked, and the last one whatever its size', () => {
  fc.assert(
    fc.property(values, fc.integer({ min: 1, max: 10 }), fc.nat(200), (kept, most, maxChars) => {
      const lines = toLines(fromLines(linesOf(kept), most, maxChars));
      expect(lines).toEqual(linesOf(kept).slice(-lines.length));
      expect(lines.length).toBeGreaterThan(0);
      expect(lines.length).toBeLessThanOrEqual(most);
      const fits = (count: number): boolean => linesOf(kept).slice(-count).join('\n').length + 1 <= maxChars;
      if (lines.length > 1) expect(fits(lines.length)).toBe(true);
      if (lines.length < Math.min(most, kept.length)) expect(fits(lines.length + 1)).toBe(false);
    }),
  );
});

test('a list of values, as a store may still hold it, has lines too; nothing has none', () => {
  expect(toLines([{ version: 1 }, 'x'])).toEqual(['{"version":1}', '"x"']);
  expect(toLines(undefined)).toEqual([]);
});
