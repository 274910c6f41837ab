import { expect, test } from 'vitest';
import { TerminalError } from '../../lib/index.ts';
import { check, simulate } from '../../lib/testing/index.ts';
import { cheap } from '../support/tiers.ts';
import { heaters, movingThresholds } from './controlled.ts';
import { fiveTierFlow, fiveTiers } from './five-tiers.ts';
import { joinedLetters } from './redriven.ts';

test('a dead letter that is redriven is worked off as if nothing had been', async () => {
  let isBroken = true;
  const predict = ({ data }: { data: { n: number } }) => {
    if (isBroken) throw new TerminalError('not today');
    return { guess: String(data.n), sure: 1 };
  };
  const world = await simulate({ tiers: [cheap({ extra: { predict, exhausted: 'accept' } })] });
  await world.send('cheap', { n: 1 }, { flowId: 'f' });
  await world.drain();
  expect(world.flow('f').end).toBe('dead-lettered');
  isBroken = false;
  expect(await world.redrive({ flow: 'another' })).toBe(0);
  expect(await world.redrive()).toBe(1);
  await world.end();
  expect(world.flow('f').end).toBe('answered');
  expect(world.deadLetters()).toEqual([]);
  expect(world.violations()).toEqual([]);
});

test.each([
  ['five tiers', { tiers: fiveTiers, input: fiveTierFlow }],
  ['heaters', heaters],
  ['a cascade whose thresholds move', movingThresholds],
  ['halves that are given up', joinedLetters],
])('%s keep every law though dead letters are redriven', { timeout: 120_000 }, async (_, application) => {
  const { report } = await check({ ...application, seeds: 150, flows: 4, redrive: true });
  expect(report).toBe('');
});
