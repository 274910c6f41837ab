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

test.each([
  [{ unqiue: true }, 'readDecisions has no option "unqiue"'],
  // Without a word of it, no record would be late enough.
  [{ from: new Date('22nd') }, 'readDecisions: from is "Invalid Date" and must be a valid Date'],
  [{ to: Number.NaN }, 'readDecisions: to is "NaN" and must be a valid Date'],
])('a log is not read with %j', (options, message) => {
  expect(() => readDecisions(logOf([]), options as ReadOptions)).toThrow(message);
});

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

  test('takes records of the tiers and the flow that are asked for, however they are written', async () => {
    const [a, b] = [verdictRecord({ flow: 'a', tier: 'small' }), verdictRecord({ flow: 'b', tier: 'thumb' })];
    // What names a tier or a flow in passing is none of it.
    const passing = verdictRecord({ flow: 'c', tier: 'deep', data: [{ tier: 'small' }, { flow: 'a' }] });
    const spaced = JSON.stringify(a, null, 1).replaceAll('\n', '');
    const printed = JSON.stringify({ sluice: 'decision', ...b });
    const others = linesOf([b, passing]);
    const text = `${linesOf([a])}${others}${printed}\n${spaced}\n{"level":"info"}\n${JSON.stringify(b).slice(0, 90)}`;
    const broken = [
      { problem: 'foreign', file: '0.ndjson', offset: text.indexOf('{"level'), text: '{"level":"info"}' },
      { problem: 'cut', file: '0.ndjson', offset: text.lastIndexOf('{"v"'), text: JSON.stringify(b).slice(0, 90) },
    ];
    for (const chunk of [65_536, 60]) {
      const read = (options: ReadOptions) => readAll(logOf([text, ''], chunk), options);
      const summary = {
        files: 2,
        bytes: text.length,
        duplicates: 0,
        problems: { cut: 1, broken: 0, foreign: 1, version: 0 },
      };
      const some = (records: readonly DecisionRecord[]) => ({
        records,
        problems: broken,
        summary: { ...summary, records: records.length, others: 5 - records.length },
      });
      expect(await read({})).toEqual(some([a, b, passing, b, a]));
      expect(await read({ tiers: ['small'] })).toEqual(some([a, a]));
      expect(await read({ tiers: ['small', 'thumb'] })).toEqual(some([a, b, b, a]));
      expect(await read({ tiers: [] })).toEqual(some([]));
      expect(await read({ flow: 'a' })).toEqual(some([a, a]));
      expect(await read({ flow: 'a', tiers: ['thumb', 'deep'] })).toEqual(some([]));
      expect(await read({ flow: 'c', tiers: ['deep'] })).toEqual(some([passing]));
    }
  });

  test('does not read as JSON what it can see is not asked for', async () => {
    const other = JSON.stringify(verdictRecord({ flow: 'b', tier: 'thumb' })).replace('"attempt":1', '"attempt":');
    for (const options of [{ flow: 'a' }, { tiers: ['small', 'deep'] }, { flow: 'b', tiers: ['small'] }]) {
      expect((await readAll(logOf([`${other}\n`]), options)).summary).toMatchObject({
        others: 1,
        problems: { broken: 0 },
      });
    }
    const asked = { flow: 'b', tiers: ['thumb'] };
    expect((await readAll(logOf([`${other}\n`]), asked)).summary).toMatchObject({ others: 0, problems: { broken: 1 } });
  });

  test('asks for no more files than it needs', async () => {
    const ranges: unknown[] = [];
    const source = {
      files: (range: unknown) => {
        ranges.push(range);
        return logOf([]).files();
      },
    };
    await readAll(source);
    await readAll(source, { flow: 'f', unique: true });
    await readAll(source, { tiers: ['small'], from: 0, to: new Date(7) });
    expect(ranges).toStrictEqual([{}, {}, { tiers: ['small'], from: 0, to: 7 }]);
  });

  test('takes times to the millisecond, the first with it and the last without', async () => {
    const log = logOf([linesOf([1, 2, 3].map((at) => verdictRecord({ at })))]);
    const times = async (options: ReadOptions) => (await readAll(log, options)).records.map(({ at }) => at);
    expect([await times({ from: 2 }), await times({ to: 2 }), await times({ from: 2, to: 3 })]).toEqual([
      [2, 3],
      [1],
      [2],
    ]);
  });

  test('can be read again, and counts anew', async () => {
    const reading = readDecisions(logOf([linesOf([verdictRecord()]), '{', '7']));
    const empty = { files: 0, bytes: 0, records: 0, others: 0, duplicates: 0 };
    expect(reading.summary).toEqual({ ...empty, problems: { cut: 0, broken: 0, foreign: 0, version: 0 } });
    for (let time = 0; time < 2; time += 1) {
      const records = [];
      for await (const record of reading) records.push(record);
      expect(records).toEqual([verdictRecord()]);
      expect(reading.summary).toMatchObject({ files: 3, records: 1, problems: { cut: 1, foreign: 1 } });
    }
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

test('the bytes of each line are told with its record, so that nobody writes it anew to count them', async () => {
  const records = ['plain', 'ærlig', '𝄞'].map((flow) => verdictRecord({ flow }));
  const text = `no record\n${linesOf(records.slice(0, 2))}\n${linesOf(records.slice(2))}`;
  const reading = readDecisions(logOf([text, linesOf(records)], 7), { unique: true });
  const told: number[] = [];
  for await (const _ of reading) told.push(reading.lineBytes);
  expect(told).toEqual(records.map((record) => Buffer.byteLength(linesOf([record]))));
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

  test('that is packed and cut is told of, wherever it was cut', async () => {
    const packed = gzipSync(`${line}\n`);
    for (const end of [1, 5, 20, packed.length - 8, packed.length - 1]) {
      const log = logOf([packed.subarray(0, end), `${line}\n`]);
      const { records, problems } = await readAll(log);
      expect([end, kinds(problems)]).toEqual([end, ['cut']]);
      const told: LogProblem[] = [];
      const again = await redecide(log, { onProblem: (problem) => told.push(problem) });
      expect(told).toEqual(problems);
      expect(again).toMatchObject({ records: records.length, problems: { cut: 1 } });
    }
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
