import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tailLog } from './log-tail.ts';

test('however a log is written, cut and rotated, each whole line is taken once and in order', () => {
  const pieces = fc.array(fc.record({ cut: fc.nat(40), rotate: fc.boolean(), read: fc.boolean() }), { maxLength: 30 });
  fc.assert(
    fc.property(pieces, fc.boolean(), (steps, keep) => {
      const dir = mkdtempSync(join(tmpdir(), 'sluice-tail-'));
      mkdirSync(join(dir, 'decisions'));
      const file = (number: number): string => join(dir, 'decisions', `${String(number).padStart(6, '0')}.ndjson`);
      try {
        let number = 1;
        let written = 0;
        writeFileSync(file(number), '');
        const taken: string[] = [];
        const tail = tailLog(dir, keep, ({ flow }) => taken.push(flow!));
        for (const { cut, rotate, read } of steps) {
          // A write may end in the middle of a line, whose rest comes later.
          const bytes = Buffer.from(`${JSON.stringify({ flow: `ø${written}` })}\n`);
          const end = Math.max(bytes.length - cut, 0);
          appendFileSync(file(number), bytes.subarray(0, end));
          if (read) tail.read();
          appendFileSync(file(number), bytes.subarray(end));
          written += 1;
          if (!rotate) continue;
          number += 1;
          writeFileSync(file(number), '');
        }
        tail.read();
        expect(taken).toEqual(Array.from({ length: written }, (_, i) => `ø${i}`));
        expect(tail.torn).toBe(0);
        if (!keep) expect(readdirSync(join(dir, 'decisions'))).toHaveLength(1);
      } finally {
        rmSync(dir, { recursive: true });
      }
    }),
    { numRuns: 30 },
  );
});

test('a line that a dying process cut short is counted, and what follows is taken', () => {
  const dir = mkdtempSync(join(tmpdir(), 'sluice-tail-'));
  mkdirSync(join(dir, 'decisions'));
  writeFileSync(join(dir, 'decisions', '000001.ndjson'), '{"flow":"a"}\n{"flo\n{"flow":"b"}\n');
  const taken: (string | null)[] = [];
  const tail = tailLog(dir, true, ({ flow }) => taken.push(flow));
  tail.read();
  expect(taken).toEqual(['a', 'b']);
  expect(tail.torn).toBe(1);
  rmSync(dir, { recursive: true });
});
