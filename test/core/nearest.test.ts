import { expect, test } from 'vitest';
import { didYouMean } from '../../lib/core/nearest.ts';

test.each([
  ['smal', ['thumb', 'small'], 'Did you mean "small"? '],
  ['Small', ['thumb', 'small'], 'Did you mean "small"? '],
  ['image', ['thumb', 'small'], ''],
  ['b', ['a'], ''],
  ['', ['a'], ''],
  ['small', [], ''],
])('for %j among %j: %j', (name, names, said) => {
  expect(didYouMean(name, names)).toBe(said);
});
