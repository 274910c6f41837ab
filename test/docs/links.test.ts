import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';
import { anchors, pages, prose, ROOT } from './markdown.ts';

const LINK = /\[[^\]]*\]\(([^)\s]+)\)/g;

test.each(pages())('%s: every relative link leads somewhere', (page) => {
  const broken = prose(page).flatMap(({ number, text }) =>
    [...text.matchAll(LINK)]
      .map((match) => match[1]!)
      .filter((target) => !/^[a-z]+:/.test(target))
      .map((target) => problemOf(page, target))
      .filter((problem) => problem !== undefined)
      .map((problem) => `${page}:${number} ${problem}`),
  );
  expect(broken).toEqual([]);
});

function problemOf(page: string, target: string): string | undefined {
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? page : normalize(join(dirname(page), path));
  if (!existsSync(ROOT + file)) return `there is no ${file}`;
  if (anchor === undefined || anchors(file).has(anchor)) return undefined;
  return `${file} has no heading for #${anchor}`;
}
