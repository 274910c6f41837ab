import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { loadFailure } from '../../lib/runtime/load-failure.ts';

/* A tier file that Node cannot import: which line, and what to do. Stacks are as Node 24 writes them. */

const path = join(process.cwd(), 'functions/text/quick.ts');
const url = pathToFileURL(path).href;

const thrown = (message: string, stack: string): Error => Object.assign(new Error(message), { stack });

describe('a file that cannot be loaded', () => {
  test('names the line of a syntax error', () => {
    const stack = `${url}:7\nconst a = (;\n           ^\n\nSyntaxError [ERR_INVALID_TYPESCRIPT_SYNTAX]: Expression expected\n    at parse (node:internal/modules/typescript:72:36)`;
    const { problem, fix } = loadFailure(path, thrown('Expression expected', stack));
    expect(problem).toBe('functions/text/quick.ts:7 cannot be loaded: Expression expected');
    expect(fix).toBe('Correct the file.');
  });

  test('names the helper that the syntax error lies in', () => {
    const helper = url.replace('quick', 'helper');
    const { problem } = loadFailure(path, thrown('Expression expected', `${helper}:2\nx\n^\n`));
    expect(problem).toBe('functions/text/helper.ts:2 cannot be loaded: Expression expected');
  });

  test('names the line that threw', () => {
    const stack = `TypeError: no model\n    at load (node:fs:1:1)\n    at ${url}:3:5\n    at async node:internal/modules/esm/loader:647:26`;
    const { problem } = loadFailure(path, thrown('no model', stack));
    expect(problem).toBe('functions/text/quick.ts:3 cannot be loaded: no model');
  });

  test('that names no line is named as a whole', () => {
    expect(loadFailure(path, 'no').problem).toBe('functions/text/quick.ts cannot be loaded: no');
  });

  test.each([
    ['Cannot use import statement outside a module', 'npm pkg set type=module'],
    ["Unexpected token 'export'", 'npm pkg set type=module'],
    ["Cannot find package 'zod' imported from /a/quick.ts", 'npm i zod'],
    ["Cannot find module '/a/model' imported from /a/quick.ts", './'],
    [
      "The requested module './a.ts' does not provide an export named 'Label'",
      'if Label is a type, write: import type',
    ],
  ])('%s: what to do', (message, fix) => {
    expect(loadFailure(path, new Error(message)).fix).toContain(fix);
  });
});
