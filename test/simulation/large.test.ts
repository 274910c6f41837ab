import { expect, test } from 'vitest';
import { check } from '../../lib/testing/index.ts';
import { largeFlow, largeLaws, largeTiers } from './large.ts';

test('messages too large for a queue keep every law', { timeout: 120_000 }, async () => {
  const { report } = await check({ tiers: largeTiers, seeds: 200, flows: 4, input: largeFlow, eventually: largeLaws });
  expect(report).toBe('');
});
