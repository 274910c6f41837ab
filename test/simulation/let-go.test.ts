import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { check } from '../../lib/testing/index.ts';
import { fiveTierFlow, fiveTiers } from './five-tiers.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as (options?: { readonly type: 'minor' }) => void;

const WORLDS = 20;
const ROUNDS = 4;
/** Such a world takes about two million; a fifth of them was held by getters of literals and by functions put in properties. */
const HELD_BYTES = 150_000;

test('a world that has ended goes with a young collection', { timeout: 60_000 }, async () => {
  const run = (from: number, count: number, onSeed: () => void) =>
    check({ tiers: fiveTiers, seeds: { from, count }, flows: 6, faults: 'none', input: fiveTierFlow, onSeed });
  await run(1, 100, () => undefined);
  // The least of some rounds: what the engine compiles meanwhile lies in the same heap.
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round += 1) {
    collect();
    const before = process.memoryUsage().heapUsed;
    await run(1_000 + WORLDS * round, WORLDS, () => collect({ type: 'minor' }));
    least = Math.min(least, process.memoryUsage().heapUsed - before);
  }
  expect(least / WORLDS).toBeLessThan(HELD_BYTES);
});
