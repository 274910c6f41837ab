import { expect, test } from 'vitest';
import { thrownAt } from '../../lib/runtime/thrown-at.ts';

/* Where a task threw, as far as its application's own files are in the stack. */

const at = (...frames: readonly string[]): string =>
  thrownAt(Object.assign(new Error('no luck'), { stack: ['Error: no luck', ...frames].join('\n    at ') }));

test('is the nearest line of the application, past libraries', () => {
  expect(
    at(
      'parse (file:///app/node_modules/zod/index.js:1:2)',
      'predict (file:///app/functions/photos/small.ts:12:7)',
      'file:///app/functions/photos/other.ts:1:1',
    ),
  ).toBe(', at functions/photos/small.ts:12');
});

test('is nothing in a bundle, in a library below a folder of that name, and of what is no error', () => {
  expect(at('predict (file:///var/task/index.mjs:1:40233)')).toBe('');
  expect(at('x (file:///home/functions/app/node_modules/zod/index.js:1:2)')).toBe('');
  expect(thrownAt('functions/photos/small.ts:12:7')).toBe('');
});

test('is not taken from the message', () => {
  const error = new Error('see functions/photos/small.ts:12:7');
  error.stack = `Error: ${error.message}\n    at node:internal/x:1:1`;
  expect(thrownAt(error)).toBe('');
});
