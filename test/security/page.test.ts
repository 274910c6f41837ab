import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const page = readFileSync('docs/security.md', 'utf8');
const tests = readdirSync('test/security')
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => readFileSync(`test/security/${name}`, 'utf8'))
  .join('\n');

/** The rows of all tables that end in tests, without their headings. */
const rows = page
  .split(/\n(?=#+ )/)
  .filter((section) => /^\|.*\btest\b[^|]*\|$/m.test(section))
  .flatMap((section) => section.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| ---')))
  .map((line) => line.split(' | '))
  .filter(([first]) => first !== '| threat' && first !== '| who');

test('every threat of the page names a test that there is', () => {
  expect(rows.length).toBeGreaterThan(30);
  const missing = rows.flatMap((cells) =>
    [...cells.at(-1)!.matchAll(/`([^`]+)`/g)].map((match) => match[1]!).filter((name) => !tests.includes(name)),
  );
  expect(missing).toEqual([]);
});

test('what has no test is what nothing stops, or is trusted', () => {
  const untested = rows.filter((cells) => !cells.at(-1)!.includes('`')).map(([first]) => first);
  expect(untested).toEqual(['| An operator (command line)', '| One that predicts nonsense']);
});
