import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chunks, chunksOf } from '../../lib/aws/chunks.ts';

const sizes = fc.array(fc.integer({ min: 1, max: 120 }), { maxLength: 60 });
const limits = fc.record({ entries: fc.integer({ min: 1, max: 10 }), bytes: fc.integer({ min: 1, max: 200 }) });
const total = (chunk: readonly number[]): number => chunk.reduce((sum, size) => sum + size, 0);

describe('chunks', () => {
  test('law: nothing is lost, doubled or moved, and no chunk is empty', () => {
    fc.assert(
      fc.property(sizes, limits, (entries, limit) => {
        const cut = chunks(entries, limit, (size) => size);
        expect(cut.flat()).toEqual(entries);
        expect(cut.every((chunk) => chunk.length > 0)).toBe(true);
      }),
    );
  });

  test('law: each keeps both limits, unless one entry alone is above', () => {
    fc.assert(
      fc.property(sizes, limits, (entries, limit) => {
        for (const chunk of chunks(entries, limit, (size) => size)) {
          expect(chunk.length).toBeLessThanOrEqual(limit.entries);
          if (chunk.length > 1) expect(total(chunk)).toBeLessThanOrEqual(limit.bytes);
        }
      }),
    );
  });

  test('law: a chunk ends only where the next entry would break a limit', () => {
    fc.assert(
      fc.property(sizes, limits, (entries, limit) => {
        const cut = chunks(entries, limit, (size) => size);
        for (const [i, chunk] of cut.slice(0, -1).entries()) {
          const full = chunk.length === limit.entries || total(chunk) + cut[i + 1]![0]! > limit.bytes;
          expect(full).toBe(true);
        }
      }),
    );
  });

  test('by number alone', () => {
    expect(chunksOf([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
    expect(chunksOf([], 10)).toEqual([]);
  });
});
