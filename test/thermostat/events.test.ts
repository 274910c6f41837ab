import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readEvents, toEvent } from '../../functions/thermostat/demo/events.ts';
import { COMMANDS, control, data, EVENTS } from './golden.ts';

const MAIN = fileURLToPath(new URL('../../functions/thermostat/demo/main.ts', import.meta.url));
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'thermostat-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the command on a file of these lines. */
function run(lines: readonly unknown[], ...args: readonly string[]) {
  const file = join(folder, 'events.ndjson');
  writeFileSync(file, lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'));
  return command('--events', file, ...args);
}
function command(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--conditions=sluice-source', MAIN, ...args], {
    encoding: 'utf8',
  });
  const said = stdout.split('\n').filter((line) => line.startsWith('{'));
  return { status, stdout, stderr, commands: said.map((line) => JSON.parse(line) as unknown) };
}

describe('--events', () => {
  test('prints each command of the golden trace, and the event that caused it', () => {
    const { status, commands, stderr } = run(EVENTS, '--json');
    expect(commands).toEqual(COMMANDS);
    expect(stderr).toContain('line 12: dropped: nothing is set for key "2"');
    expect(stderr).toContain('2 settings · 12 readings · 4 commands · 2 dropped');
    expect(status).toBe(0);
  });

  test('a broken line is told with its number, and the others count', () => {
    const { status, commands, stderr } = run(
      ['nonsense', control(1, 45), '', '{"kind":"data","sensorID":1}', '[1]', data(42)],
      '--json',
    );
    expect(commands).toEqual([{ i: 4, sensorID: 1, command: 'On', version: 1 }]);
    for (const line of [1, 4, 5]) expect(stderr).toContain(`line ${line}: broken: `);
    expect(status).toBe(1);
  });

  test('a version that goes back is ignored, and told', () => {
    const { status, commands, stderr } = run(
      [control(2, 50), control(1, 30), control(2, 30), control(2, 50), data(48)],
      '--json',
    );
    expect(commands).toEqual([{ i: 4, sensorID: 1, command: 'On', version: 2 }]);
    expect(stderr).toMatch(/^line 2: stale: key "1": version 1 .*2/m);
    expect(stderr).toMatch(/^line 3: stale: key "1": version 2 /m);
    expect(stderr).toMatch(/^line 4: duplicate: key "1": version 2 /m);
    expect(status).toBe(0);
  });

  test('a reading of an unknown sensor is told and commands nothing; so is one whose name cannot be', () => {
    const { status, commands, stderr } = run([control(1, 45), data(42, 'unknown'), data(42, 'a*b')], '--json');
    expect(commands).toEqual([]);
    expect(stderr).toContain('line 2: dropped: nothing is set for key "unknown"');
    expect(stderr).toMatch(/^line 3: failed: a key of control "setting" has "\*"/m);
    expect(status).toBe(1);
  });

  test('many lines that lead to nothing are counted, not listed', () => {
    const { stderr } = run(Array.from({ length: 50 }, (_, i) => data(42, i)));
    expect(stderr.match(/^line /gm)).toHaveLength(20);
    expect(stderr).toContain('… and 30 more');
    expect(stderr).toContain('50 dropped');
  });

  test('an empty file is a file without events', () => {
    expect(run([], '--json')).toMatchObject({
      status: 0,
      stdout: '',
      stderr: '0 settings · 0 readings · 0 commands\n',
    });
  });

  test.each([
    [['--events', '/nowhere/events.ndjson'], /no such file.*\/nowhere\/events\.ndjson/],
    [['--sensors', 'many'], /--sensors is many: give a whole number above 0/],
    [['--sensor', '3'], /Unknown option '--sensor'/],
  ])('%s is wrong usage', (args, problem) => {
    const { status, stderr } = command(...args);
    expect(status).toBe(2);
    expect(stderr).toMatch(problem);
  });
});

describe('lines', () => {
  test('any text is an event or told to be none', () => {
    const kinds = new Set(['control', 'data', 'broken']);
    const texts = fc.oneof(
      fc.string(),
      fc.json(),
      fc.anything().map((value) => JSON.stringify(value) ?? ''),
    );
    fc.assert(fc.property(texts, (text) => kinds.has(toEvent(text).kind)));
  });

  test.each([
    ['{"kind":"weather","sensorID":1}', 'is of kind "weather", and must be "control" or "data"'],
    ['{"sensorID":1,"temperature":4}', 'is of kind undefined, and must be "control" or "data"'],
    ['{"kind":"data","sensorID":"","temperature":4}', 'sensorID'],
    ['{"kind":"data","sensorID":1,"temperature":1e999}', 'temperature'],
    ['{"kind":"control","sensorID":1,"desired":4,"upDelta":-1,"downDelta":1,"version":1}', 'upDelta'],
    ['{"kind":"control","sensorID":1,"desired":4,"upDelta":1,"downDelta":1}', 'version'],
    ['{"kind":"control","sensorID":1,"desired":4,"upDelta":1,"downDelta":1,"version":0}', 'version'],
  ])('%s is broken: %s', (text, problem) => {
    expect(toEvent(text)).toEqual({ kind: 'broken', problem: expect.stringContaining(problem) });
  });

  test('events keep their places wherever the file is cut into chunks', async () => {
    const file = join(folder, 'long.ndjson');
    const names = Array.from({ length: 4_000 }, (_, i) => `Stube ${i} \u2028 näher am Öfchen`);
    writeFileSync(file, names.map((name) => `${JSON.stringify(data(20, name))}\n\n`).join(''));
    const seen: unknown[] = [];
    for await (const event of readEvents(file)) seen.push(event);
    expect(seen).toEqual(names.map((name, i) => ({ ...data(20, name), i, line: 2 * i + 1 })));
  });
});
