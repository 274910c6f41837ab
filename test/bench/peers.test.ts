import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { atLeast, atMost, type Benchmarks, type Table } from './peers/common/document.ts';
import { renderBenchmarks, tableLines } from './peers/common/render.ts';
import { inRounds } from './peers/common/rounds.ts';
import { median, quantile } from './peers/common/statistics.ts';

const read = (name: string): string =>
  readFileSync(fileURLToPath(new URL(`../../docs/${name}`, import.meta.url)), 'utf8');

describe('docs/benchmarks.md', () => {
  test('is what the writer makes of docs/benchmarks.json, and nothing else', () => {
    expect(read('benchmarks.md')).toBe(renderBenchmarks(JSON.parse(read('benchmarks.json')) as Benchmarks));
  });

  test('comes from a run of every scenario', () => {
    const { scenarios } = JSON.parse(read('benchmarks.json')) as Benchmarks;
    expect(scenarios.map(({ name }) => name)).toEqual(['handler', 'local', 'join', 'objects', 'cascade']);
    for (const { name } of scenarios)
      expect(existsSync(fileURLToPath(new URL(`peers/${name}/scenario.ts`, import.meta.url))), name).toBe(true);
  });
});

test('a table has a line for each row, and a cell for each column', () => {
  const cell = fc.oneof(fc.constant(null), fc.integer(), fc.stringMatching(/^[a-z ]+$/));
  fc.assert(
    fc.property(fc.array(fc.record({ a: cell, b: cell })), (rows) => {
      const table: Table = {
        title: 'any',
        columns: [
          { key: 'a', title: 'a' },
          { key: 'b', title: 'b', share: true },
        ],
        rows,
      };
      const lines = tableLines(table);
      expect(lines).toHaveLength(rows.length + 2);
      for (const line of lines) expect(line.split('|')).toHaveLength(4);
    }),
  );
});

test('a share of the values lies below a quantile', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer(), { minLength: 1 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (values, share) => {
        const found = quantile(values, share);
        expect(values).toContain(found);
        expect(values.filter((value) => value < found).length).toBeLessThanOrEqual(share * values.length);
      },
    ),
  );
  expect(() => median([])).toThrow(RangeError);
});

test('in rounds, every contender runs once a round, and who goes first changes', async () => {
  const order: string[] = [];
  const rounds = await inRounds(['a', 'b', 'c'], 2, async (name, round) => {
    order.push(name);
    return round;
  });
  expect(order).toEqual(['a', 'b', 'c', 'c', 'b', 'a']);
  expect([...rounds]).toEqual([
    ['a', [0, 1]],
    ['b', [0, 1]],
    ['c', [0, 1]],
  ]);
});

test('a goal is met at its limit', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true }), fc.double({ noNaN: true }), (measured, limit) => {
      expect(atMost('any', measured, limit).met).toBe(measured <= limit);
      expect(atLeast('any', measured, limit).met).toBe(measured >= limit);
    }),
  );
});
