import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import type { DecisionRecord } from '../../lib/index.ts';
import { decisionFiles } from '../../lib/local/decision-files.ts';
import { filler, makeDisk } from './disk.ts';

const work = mkdtempSync(join(tmpdir(), 'sluice-full-'));
const disk = makeDisk(work);
afterAll(() => {
  disk.remove();
  rmSync(work, { recursive: true });
});

describe.skipIf(disk.notPossible !== undefined)('on a disk that is really full', () => {
  const filling = filler(disk.dir);
  let dir: string;
  beforeEach(() => {
    filling.free();
    dir = mkdtempSync(join(disk.dir, 'cloud-'));
  });

  test('a log whose last line was cut short refuses, holds on to no file, and goes on once there is space', async () => {
    mkdirSync(join(dir, 'decisions'));
    // As long as the block it lies in, so that one byte more needs another block.
    appendFileSync(join(dir, 'decisions', '000001.ndjson'), `${JSON.stringify(record('a'))}\n`.padEnd(4_096, 'x'));
    filling.fill();
    const log = decisionFiles(dir);
    const before = openFiles();
    for (let i = 0; i < 20; i += 1)
      await expect(log.write([record('b')])).rejects.toMatchObject({ code: 'store-full' });
    expect(openFiles()).toBeLessThanOrEqual(before + 1);
    filling.free();
    await log.write([record('b')]);
    expect((await log.flow('b')).map(({ flow }) => flow)).toEqual(['b']);
    expect(await log.flow('a')).toHaveLength(1);
    log.close();
  });
});

function openFiles(): number {
  return readdirSync('/proc/self/fd').length;
}

function record(flow: string): DecisionRecord {
  const calls = { queue: 0, table: 0, object: 0 };
  return {
    v: 1,
    at: 0,
    application: 'a',
    tier: 't',
    version: '1',
    flow,
    decision: 'parked',
    in: [],
    attempt: 1,
    calls,
  };
}
