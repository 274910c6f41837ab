import { globSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { expect, test } from 'vitest';

/* vitest reads TypeScript in its own way; the runner of mutants, and everything outside of tests, has Node read it. */

test('Node reads every file', () => {
  const files = globSync('{lib,infra,functions,scripts,test}/**/*.ts', { exclude: ['**/node_modules/**', '**/.*/**'] });
  expect(files.length).toBeGreaterThan(1_000);
  const unread = files.flatMap((file) => {
    try {
      stripTypeScriptTypes(readFileSync(file, 'utf8'));
      return [];
    } catch (error) {
      return [`${file}: ${String(error)}`];
    }
  });
  expect(unread).toEqual([]);
});
