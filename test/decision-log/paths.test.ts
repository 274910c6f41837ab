import { existsSync, mkdirSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { SluiceError } from '../../lib/core/errors.ts';
import { readDecisions } from '../../lib/index.ts';
import { fileAt, filesAt } from '../../lib/runtime/log/paths.ts';
import { filesOf } from '../../lib/runtime/log/source.ts';
import { folder } from '../local/helpers.ts';
import { linesOf, verdictRecord } from './logs.ts';

/** A folder with empty files of these names. */
function folderOf(...names: readonly string[]): string {
  const dir = folder();
  for (const name of names) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), '');
  }
  return dir;
}

async function namesOf(...paths: readonly string[]): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const { name } of filesAt(paths)) names.push(name);
  return names;
}

/** The names of a folder's files, as they are in it. */
const namesIn = async (dir: string): Promise<readonly string[]> =>
  (await namesOf(dir)).map((name) => name.slice(dir.length + 1));

/** What an attempt throws. */
async function thrown(attempt: () => unknown): Promise<SluiceError> {
  const error = await (async () => attempt())().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(SluiceError);
  return error as SluiceError;
}

const fix = 'Name a file of decision records, a folder with such files, or a durable folder of the embedded cloud.';

test('of a folder all logs below it are read, by name', async () => {
  const dir = folderOf(
    'b.ndjson',
    'a/z.ndjson.gz',
    'a/b/c.ndjson',
    'a/y.ndjson.zip',
    'c.json',
    'd.ndjson/e.txt',
    'a.ndjson',
  );
  expect(await namesIn(dir)).toEqual(['a.ndjson', 'a/b/c.ndjson', 'a/z.ndjson.gz', 'b.ndjson', 'd.ndjson']);
});

test('of a durable folder only its own decisions are', async () => {
  const names = ['decisions/2.ndjson', 'decisions/1.ndjson', 'old/decisions/3.ndjson', 'decisions.ndjson'];
  expect(await namesIn(folderOf(...names, 'cloud.sqlite'))).toEqual(['decisions/1.ndjson', 'decisions/2.ndjson']);
  expect(await namesIn(folderOf(...names))).toEqual([...names].sort());
  expect(await namesIn(folderOf(...names, 'old/cloud.sqlite'))).toEqual([...names].sort());
  expect(await namesIn(folderOf(...names.slice(2), 'cloud.sqlite'))).toEqual(names.slice(2).sort());
});

test('files are taken as they are named, folders in between', async () => {
  const dir = folderOf('b.ndjson', 'notes.txt');
  const notes = join(dir, 'notes.txt');
  expect(await namesOf(notes, dir, notes)).toEqual([notes, join(dir, 'b.ndjson'), notes]);
  writeFileSync(notes, linesOf([verdictRecord()]));
  const records = [];
  for await (const record of readDecisions([notes, notes])) records.push(record);
  expect(records).toEqual([verdictRecord(), verdictRecord()]);
});

test('what is not there, or cannot be read, is named with what to do', async () => {
  const missing = join(folder(), 'missing.ndjson');
  const problem = `ENOENT: no such file or directory, stat '${missing}'`;
  const error = await thrown(() => namesOf(missing));
  expect(error).toMatchObject({ code: 'log-unreadable', place: { file: missing }, fix, cause: { code: 'ENOENT' } });
  expect(error.problem).toBe(`the decision log cannot be read: ${problem}`);

  const empty = folderOf('notes.txt');
  const nothing = await thrown(() => namesOf(empty));
  expect(nothing).toMatchObject({ code: 'log-unreadable', place: { file: empty }, fix });
  expect(nothing.problem).toBe('the decision log cannot be read: it holds no .ndjson or .ndjson.gz');
  expect('cause' in nothing).toBe(false);

  const bytesOf = (path: string) => fileAt(path).bytes()[Symbol.asyncIterator]().next();
  for (const [path, code] of [
    [missing, 'ENOENT'],
    [empty, 'EISDIR'],
  ] as const) {
    const place = { file: path };
    expect(await thrown(() => bytesOf(path))).toMatchObject({ code: 'log-unreadable', place, fix, cause: { code } });
  }
});

test('a cloud that keeps no decisions is named with what to do', async () => {
  const silent = { decisions: { write: async () => undefined, flow: async () => [] } };
  const error = await thrown(() => filesOf(silent));
  expect(error).toMatchObject({
    code: 'log-unreadable',
    problem: 'this cloud does not keep its decisions where they can be read back',
    fix: 'Deploy with decisions: true, or name the files that were exported from its log.',
  });
});

test('a file is closed once it is read, or no longer wanted', async () => {
  const path = join(folderOf('a.ndjson'), 'a.ndjson');
  writeFileSync(path, linesOf([verdictRecord()]));
  const read = async (all: boolean): Promise<void> => {
    for await (const _ of fileAt(path).bytes()) if (!all) break;
  };
  for (const all of [true, false]) {
    await read(all);
    expect(openFiles()).not.toContain(path);
  }
});

/** What this process has open, where the system can tell. */
function openFiles(): readonly string[] {
  const fds = '/proc/self/fd';
  if (!existsSync(fds)) return [];
  return readdirSync(fds).map((fd) => {
    try {
      return readlinkSync(join(fds, fd));
    } catch {
      // Listing them takes one itself, which is gone by now.
      return '';
    }
  });
}
