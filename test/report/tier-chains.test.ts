import { expect, test } from 'vitest';
import { tierChains } from '../../lib/report/tier-chains.ts';

const tier = (name: string, next?: string) => ({ name, decisions: { accepted: 1 }, next });
const destination = (name: string) => ({ name, decisions: { delivered: 1 }, next: undefined });

test('tiers come from first to last, whatever the order of the log', () => {
  expect(tierChains([tier('c'), tier('b', 'c'), destination('answers'), tier('a', 'b')])).toEqual([['a', 'b', 'c']]);
});

test('a tier that only parked is one', () => {
  expect(tierChains([tier('a', 'b'), { name: 'b', decisions: { parked: 3 }, next: undefined }])).toEqual([['a', 'b']]);
});

test('a next tier that decided nothing yet is not shown', () => {
  expect(tierChains([tier('a', 'b')])).toEqual([['a']]);
});

test('a circle ends', () => {
  expect(tierChains([tier('a', 'b'), tier('b', 'a')])).toEqual([['a', 'b']]);
});

test('cascades beside one another stay apart', () => {
  expect(tierChains([tier('a', 'b'), tier('x', 'y'), tier('b'), tier('y')])).toEqual([
    ['a', 'b'],
    ['x', 'y'],
  ]);
});
