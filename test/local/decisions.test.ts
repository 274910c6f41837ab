import { appendFileSync, readdirSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { DecisionRecord } from '../../lib/core/decision.ts';
import { openCloud } from '../../lib/local/cloud.ts';
import { decisionFiles } from '../../lib/local/decision-files.ts';
import { decisionMemory } from '../../lib/local/decision-memory.ts';
import { decision, folder, MODES, open } from './helpers.ts';

describe.each(MODES)('the decision log (%s)', (mode) => {
  test('finds the records of one flow, oldest first', async () => {
    const { decisions } = await open(mode);
    const ids = ['f1', 'f10', 'with "quotes"', 'ünï\n', ''];
    for (let at = 0; at < 20; at += 1) await decisions.write(ids.map((id) => decision(id, at)));
    for (const id of ids) {
      const records = await decisions.flow(id);
      expect(records.map(({ at }) => at)).toEqual(Array.from({ length: 20 }, (_, at) => at));
      expect(records.every(({ flow }) => flow === id)).toBe(true);
    }
    expect(await decisions.flow('f')).toEqual([]);
  });

  test('is not misled by payloads that look like records', async () => {
    const { decisions } = await open(mode);
    await decisions.write([
      { ...decision('f1'), signal: { flow: 'f2' } },
      decision('f2'),
      { ...decision('f3'), flow: null },
    ]);
    expect(await decisions.flow('f2')).toEqual([decision('f2')]);
  });

  test('tells who listens', async () => {
    const seen: DecisionRecord[] = [];
    const { decisions } = await open(mode, { onDecisions: (records) => seen.push(...records) });
    await decisions.write([decision('f1'), decision('f2')]);
    expect(seen).toEqual([decision('f1'), decision('f2')]);
  });
});

describe('decisions in files', () => {
  test('rotate, and are read across files and openings', async () => {
    const dir = folder();
    for (let opening = 0; opening < 2; opening += 1) {
      const log = decisionFiles(dir, 1_000);
      for (let at = 0; at < 20; at += 1) await log.write([decision('f', opening * 20 + at)]);
      log.close();
    }
    expect(readdirSync(`${dir}/decisions`).length).toBeGreaterThan(5);
    const records = await decisionFiles(dir).flow('f');
    expect(records.map(({ at }) => at)).toEqual(Array.from({ length: 40 }, (_, at) => at));
  });

  test('find more records of one flow than a call takes arguments', async () => {
    const log = decisionFiles(folder());
    await log.write(Array.from({ length: 150_000 }, (_, at) => decision('control#setting', at)));
    expect(await log.flow('control#setting')).toHaveLength(150_000);
    log.close();
  });

  test('outlive a line cut short', async () => {
    const dir = folder();
    const first = await openCloud({ dir });
    await first.decisions.write([decision('f', 1)]);
    await first.close();
    appendFileSync(`${dir}/decisions/000001.ndjson`, JSON.stringify(decision('f', 2)).slice(0, 60));
    const second = await openCloud({ dir });
    await second.decisions.write([decision('f', 3)]);
    expect((await second.decisions.flow('f')).map(({ at }) => at)).toEqual([1, 3]);
    await second.close();
  });

  test('leave other files alone', async () => {
    const dir = folder();
    const log = decisionFiles(dir);
    writeFileSync(`${dir}/decisions/notes.txt`, '"flow":"f"');
    await log.write([decision('f')]);
    expect(await log.flow('f')).toHaveLength(1);
    log.close();
  });
});

describe('decisions in memory', () => {
  test('keep the last ones', async () => {
    const log = decisionMemory(5);
    for (let at = 0; at < 12; at += 1) await log.write([decision('f', at)]);
    expect((await log.flow('f')).map(({ at }) => at)).toEqual([7, 8, 9, 10, 11]);
  });
});
