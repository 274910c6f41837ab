import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { chai, expect } from 'vitest';
import { running } from './collected.ts';

/** Stands in for `vitest` in test files that run under mutants. */
export { expect, vi } from 'vitest';
export { afterAll, afterEach, beforeAll, beforeEach, describe, it, onTestFinished, test } from './collected.ts';

// vitest's own asks vitest's runner which file it is in.
chai.util.addMethod(chai.Assertion.prototype, 'toMatchFileSnapshot', async function (this: object, path: string) {
  expect(chai.util.flag(this, 'object')).toBe(await readFile(join(dirname(running), path), 'utf8'));
});
