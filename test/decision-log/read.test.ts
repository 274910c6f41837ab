import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DecisionRecord } from '../../lib/core/decision.ts';
import { type LogProblem, type ReadOptions, readDecisions, redecide } from '../../lib/index.ts';
import type { DecisionSource } from '../../lib/runtime/log/source.ts';
import { folder, MODES, open } from '../local/helpers.ts';
import { anyRecord, linesOf, logOf, verdictRecord } from './logs.ts';

async function readAll(source: DecisionSource, options: ReadOptions = {}) {
  const problems: LogProblem[] = [];
  const reading = readDecisions(source, { ...options, onProblem: (problem) => problems.push(problem) });
  const records: DecisionRecord[] = [];
  for await (const record of reading) records.push(record);
  return { records, problems, summary: reading.summary };
}

const kinds = (problems: readonly LogProblem[]): readonly string[] => problems.map(({ problem }) => problem);

describe('reading a log', () => {
  test('gives every record as it was written, however the bytes come', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyRecord, { maxLength: 6 }),
        fc.integer({ min: 1, max: 300 }),
        fc.boolean(),
        async (some, chunk, packed) => {
          const written = some.map((record) => JSON.parse(JSON.stringify(record)) as DecisionRecord);
          const bytes = Buffer.from(linesOf(some));
          const { records, problems } = await readAll(logOf([packed ? gzipSync(bytes) : bytes], chunk));
          expect(problems).toEqual([]);
          expect(records).toEqual(written);
        },
      ),
      { numRuns: 100 },
    );
  });

  test.each(MODES)('reads what a cloud has written (%s)', async (mode) => {
    const cloud = await open(mode);
    const written = [verdictRecord({ flow: 'f-1' }), verdictRecord({ flow: 'f-2' })];
    await cloud.decisions.write(written);
    expect((await readAll(cloud)).records).toEqual(written);
    if (mode === 'durable') expect((await readAll(cloud.dir)).records).toEqual(written);
  });

  test('reads folders by name, all files below them, packed or not', async () => {
    const dir = folder();
    mkdirSync(join(dir, 'dt=2026-11-22', 'tier=small'), { recursive: true });
    writeFileSync(join(dir, '000001.ndjson'), linesOf([verdictRecord({ flow: 'a' })]));
    // Members of a packed file follow each other, as a delivery stream appends them.
    const members = ['b', 'c'].map((flow) => gzipSync(linesOf([verdictRecord({ flow })])));
    writeFileSync(join(dir, 'dt=2026-11-22', 'tier=small', 'x.ndjson.gz'), Buffer.concat(members));
    writeFileSync(join(dir, 'notes.txt'), 'not a log');
    const { records, summary } = await readAll(dir);
    expect(records.map(({ flow }) => flow)).toEqual(['a', 'b', 'c']);
    expect(summary).toMatchObject({ files: 2, records: 3 });
  });

  test('takes only what is asked for', async () => {
    const records = [1, 2, 3, 4].flatMap((at) =>
      ['thumb', 'small'].map((tier) => verdictRecord({ at, tier, flow: `f-${at}` })),
    );
    const log = logOf([linesOf(records)]);
    const some = await readAll(log, { tiers: ['small'], from: 2, to: new Date(4) });
    expect(some.records.map(({ at, tier }) => [at, tier])).toEqual([
      [2, 'small'],
      [3, 'small'],
    ]);
    expect(some.summary).toMatchObject({ records: 2, others: 6 });
    expect((await readAll(log, { flow: 'f-3' })).records).toHaveLength(2);
  });

  test('stops reading when its reader stops', async () => {
    let opened = 0;
    const source = {
      async *files() {
        for (const name of ['a', 'b']) {
          opened += 1;
          yield {
            name,
            bytes: async function* () {
              yield Buffer.from(linesOf([verdictRecord()]));
            },
          };
        }
      },
    };
    for await (const _ of readDecisions(source)) break;
    expect(opened).toBe(1);
  });

  test('says what is not there', async () => {
    await expect(readAll('no/such/file.ndjson')).rejects.toMatchObject({ code: 'log-unreadable' });
    await expect(readAll(folder())).rejects.toMatchObject({ code: 'log-unreadable' });
    const silent = { decisions: { write: async () => undefined, flow: async () => [] } };
    await expect(readAll(silent)).rejects.toMatchObject({ code: 'log-unreadable' });
  });
});

describe('a damaged log', () => {
  const good = verdictRecord({ flow: 'good' });
  const line = JSON.stringify(good);

  test('that ends in the middle of a line is read up to there, and told of', async () => {
    for (const cut of [1, 40, line.length - 1]) {
      const { records, problems, summary } = await readAll(logOf([`${line}\n${line.slice(0, cut)}`, `${line}\n`]));
      expect(records).toEqual([good, good]);
      expect(problems).toEqual([
        { problem: 'cut', file: '0.ndjson', offset: line.length + 1, text: line.slice(0, Math.min(cut, 200)) },
      ]);
      expect(summary.problems).toEqual({ cut: 1, broken: 0, foreign: 0, version: 0 });
    }
  });

  test('whose last line only lacks its end is whole', async () => {
    expect(await readAll(logOf([line]))).toMatchObject({ records: [good], problems: [] });
    expect(await redecide(logOf([line]))).toMatchObject({ records: 1, verdicts: 1 });
  });

  test('with broken, foreign and newer lines in it is read around them', async () => {
    const newer = JSON.stringify({ ...good, v: 2 });
    const lines = [line, '{"v":1,', line, '{"level":"info"}', '[]', 'null', newer, '', ' ', line];
    const { records, problems, summary } = await readAll(logOf([`${lines.join('\n')}\n`]));
    expect(records).toEqual([good, good, good]);
    expect(kinds(problems)).toEqual(['broken', 'foreign', 'foreign', 'foreign', 'version']);
    expect(summary.problems).toEqual({ cut: 0, broken: 1, foreign: 3, version: 1 });
    const again = await redecide(logOf([`${lines.join('\n')}\n`]));
    expect(again).toMatchObject({ records: 3, problems: summary.problems });
  });

  test('with lines that are JSON and no whole record does not pass for one', async () => {
    const { in: _, ...withoutIn } = good;
    const wrong = [withoutIn, { ...good, score: '0.9' }, { ...good, decision: 'guessed' }, { ...good, flow: 7 }];
    const { records, problems } = await readAll(logOf([wrong.map((one) => `${JSON.stringify(one)}\n`).join('')]));
    expect(records).toEqual([]);
    expect(kinds(problems)).toEqual(['foreign', 'foreign', 'foreign', 'foreign']);
  });

  test('that is packed and cut gives what could be unpacked', async () => {
    const records = Array.from({ length: 2_000 }, (_, i) =>
      verdictRecord({ flow: `f-${Math.imul(i, 2_654_435_761)}` }),
    );
    const packed = gzipSync(linesOf(records));
    const read = await readAll(logOf([packed.subarray(0, packed.length / 2), `${line}\n`]));
    expect(read.records.at(-1)).toEqual(good);
    expect(read.records.slice(0, -1)).toEqual(records.slice(0, read.records.length - 1));
    expect(read.records.length).toBeGreaterThan(100);
    expect(kinds(read.problems)).toEqual(['cut']);
  });

  test('with records that came twice gives each once, where that is asked for', async () => {
    const again = { ...good, at: good.at + 30_000, attempt: 2 };
    const retried = verdictRecord({ flow: 'good', decision: 'retried' });
    const log = logOf([linesOf([good, retried, again, { ...retried, attempt: 2 }, good])]);
    expect((await readAll(log)).records).toHaveLength(5);
    const { records, summary } = await readAll(log, { unique: true });
    expect(records).toEqual([good, retried, { ...retried, attempt: 2 }]);
    expect(summary.duplicates).toBe(2);
  });

  test('as functions print it to their log group is read as well', async () => {
    const printed = `${JSON.stringify({ sluice: 'decision', ...good })}\n`;
    expect((await readAll(logOf([printed]))).records).toEqual([good]);
  });

  test('appended to after a crash loses no line', async () => {
    const dir = folder();
    writeFileSync(join(dir, '1.ndjson'), `${line}\n${line.slice(0, 100)}`);
    appendFileSync(join(dir, '1.ndjson'), `\n${line}\n`);
    const { records, problems } = await readAll(dir);
    expect(records).toEqual([good, good]);
    expect(kinds(problems)).toEqual(['broken']);
  });
});
