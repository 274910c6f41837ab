import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { headings, ROOT } from './markdown.ts';

/** The codes as the union in the source lists them: types do not exist at run time. */
function errorCodes(): readonly string[] {
  const source = readFileSync(`${ROOT}lib/core/errors.ts`, 'utf8');
  const union = /export type ErrorCode =([^;]+);/.exec(source)?.[1] ?? '';
  return [...union.matchAll(/'([a-z-]+)'/g)].map((match) => match[1]!);
}

test('every error code has a heading in docs/errors.md, and no heading names a code that does not exist', () => {
  const codes = errorCodes();
  expect(codes.length).toBeGreaterThan(30);
  const documented = headings('docs/errors.md').filter((heading) => /^[a-z]+(-[a-z]+)*$/.test(heading));
  expect([...documented].sort()).toEqual([...codes].sort());
});
