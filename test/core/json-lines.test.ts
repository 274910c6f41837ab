import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Json } from '../../lib/core/json.ts';
import { fromLines, lastLine, lineWith, toLines } from '../../lib/core/json-lines.ts';

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

const keptAs = fc.constantFrom<(kept: readonly Json[]) => Json | undefined>(
  (kept) => linesOf(kept).join('\n'),
  (kept) => kept as Json[],
  () => undefined,
);

test('law: the last line is the last of all', () => {
  fc.assert(
    fc.property(values, keptAs, (lines, keep) => {
      const kept = keep(lines);
      if (kept !== undefined) expect(lastLine(kept)).toBe(toLines(kept).at(-1));
    }),
  );
});

test('law: a line is found by how it begins, the first of several, and only at its beginning', () => {
  fc.assert(
    fc.property(values, keptAs, fc.nat(7), fc.nat(9), (lines, keep, which, chars) => {
      const kept = keep(lines);
      const beginning = (linesOf(lines)[which] ?? 'none').slice(0, chars);
      expect(lineWith(kept, beginning)).toBe(toLines(kept).find((line) => line.startsWith(beginning)));
    }),
  );
});

test('a list of values, as a store may still hold it, has lines too; nothing has none', () => {
  expect(toLines([{ version: 1 }, 'x'])).toEqual(['{"version":1}', '"x"']);
  expect(toLines(undefined)).toEqual([]);
});
