import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { toFailure } from '../../lib/cli/failure.ts';
import { readRunLine } from '../../lib/cli/run-line.ts';

/* What is said of a line of input that cannot be sent. */

const folder = mkdtempSync(join(tmpdir(), 'sluice-line-'));
writeFileSync(join(folder, 'scan.txt'), 'a scan');
afterAll(() => rmSync(folder, { recursive: true }));

const read = (line: unknown) =>
  readRunLine(JSON.stringify(line), { entries: ['title'], entry: 'title', folder, newId: () => 'new' });
const refused = async (line: unknown) => toFailure(await read(line).catch((thrown: unknown) => thrown));
const withScan = (scan: unknown) => ({ data: {}, objects: { scan } });

describe('a line', () => {
  test('that is the data itself is told where it belongs', async () => {
    expect((await refused({ title: 'x' })).fix).toBe('Put the data under that key: {"data": {"title":"x"}}.');
    expect((await refused(['x'])).fix).toBe('Put the data under that key: {"data": ["x"]}.');
  });

  test('that has all but data is not told to put what it has under that key', async () => {
    expect((await refused({ flowId: 'f1' })).fix).toBe('Add it: {"data": …, "flowId":"f1"}.');
  });
});

test.each([
  { flowid: 'a', data: 1 },
  { data: 1, fair: 7 },
  { data: 1, objects: 'photo.png' },
  { data: 1, objects: { scan: 7 } },
  { data: 1, at: 'soon' },
  { data: 1, entry: 'titel' },
  { data: 1, flowId: '' },
])('what is wrong with %j comes with what to write instead', async (line) => {
  const { message, fix } = await refused(line);
  expect(fix).toMatch(/[:.]/);
  expect(message).not.toContain(fix);
});

describe('an object of a line', () => {
  test('is a file, or bytes in base64 with or without padding', async () => {
    const text = async (scan: unknown) => Buffer.from((await read(withScan(scan))).objects!.scan!).toString();
    expect(await text('scan.txt')).toBe('a scan');
    expect(await text({ base64: 'YQ==' })).toBe('a');
    expect(await text({ base64: 'YQ' })).toBe('a');
    expect(await text({ base64: 'Pz8_' })).toBe('???');
    expect(await text({ base64: '' })).toBe('');
  });

  test('whose text is no base64 is refused, not read in part', async () => {
    expect((await refused(withScan({ base64: 'A?AA' }))).message).toBe('object "scan" is not base64');
  });

  test('whose file is not there is named', async () => {
    expect(await refused(withScan('nope.txt'))).toMatchObject({
      message: 'object "scan" is a file that is not there: nope.txt',
      fix: `Paths begin at ${folder}.`,
    });
  });
});
