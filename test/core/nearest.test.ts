import { expect, test } from 'vitest';
import { didYouMean } from '../../lib/core/nearest.ts';

test.each([
  ['smal', ['thumb', 'small'], 'Did you mean "small"? '],
  ['Small', ['thumb', 'small'], 'Did you mean "small"? '],
  ['image', ['thumb', 'small'], ''],
  ['ab', ['ac'], 'Did you mean "ac"? '],
  ['a', ['ab'], 'Did you mean "ab"? '],
  ['b', ['a'], ''],
  ['', ['a'], ''],
  ['small', [], ''],
])('for %j among %j: %j', (name, names, said) => {
  expect(didYouMean(name, names)).toBe(said);
});
