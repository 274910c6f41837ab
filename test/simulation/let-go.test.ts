import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { check } from '../../lib/testing/index.ts';
import { fiveTierFlow, fiveTiers } from './five-tiers.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as (options?: { readonly type: 'minor' }) => void;

const WORLDS = 20;
/** Such a world takes about two million; a fifth of them was held by getters of literals and by functions put in properties. */
const HELD_BYTES = 150_000;

test('a world that has ended goes with a young collection', { timeout: 60_000 }, async () => {
  const run = (from: number, count: number, onSeed: () => void) =>
    check({ tiers: fiveTiers, seeds: { from, count }, flows: 6, faults: 'none', input: fiveTierFlow, onSeed });
  await run(1, 100, () => undefined);
  collect();
  const before = process.memoryUsage().heapUsed;
  await run(1_000, WORLDS, () => collect({ type: 'minor' }));
  const held = process.memoryUsage().heapUsed - before;
  expect(held / WORLDS).toBeLessThan(HELD_BYTES);
});
