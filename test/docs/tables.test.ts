import { existsSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createProgram } from '../../lib/cli/program.ts';
import { headings, prose, ROOT } from './markdown.ts';

/** What a page writes as code in the first cells of its tables. */
const firstCells = (page: string): readonly string[] =>
  prose(page).flatMap(({ text }) => {
    const cell = /^\| ([^|]*) \|/.exec(text)?.[1] ?? '';
    return [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1]!);
  });

test('the table of docs/cli.md has every command, as the program has them, and each has its chapter', () => {
  const { commands } = createProgram({ json: false });
  expect(commands.length).toBeGreaterThan(15);
  // `new` is a group with one command in it.
  const names = commands.map((command) => (command.name() === 'new' ? 'new tier' : command.name()));
  const listed = firstCells('docs/cli.md');
  expect(names.filter((name) => !listed.includes(name))).toEqual([]);
  const chapters = headings('docs/cli.md');
  expect(names.filter((name) => !chapters.includes(name))).toEqual([]);
});

test('the table of CONTRIBUTING.md has every folder of code, and none that is not there', () => {
  const listed = firstCells('CONTRIBUTING.md').filter((name) => !/[ *<]/.test(name));
  const folders = readdirSync(`${ROOT}lib`, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `lib/${name}`);
  for (const folder of [...folders, 'infra', 'scripts', 'test', 'docs']) expect(listed).toContain(folder);
  for (const name of listed) expect([name, existsSync(ROOT + name)]).toEqual([name, true]);
});
