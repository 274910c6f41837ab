import { expect, test } from 'vitest';
import * as z from 'zod';
import { defineTier } from '../../lib/index.ts';
import { simulate } from '../../lib/testing/index.ts';

const common = {
  name: 'length',
  input: z.object({ text: z.string() }),
  output: z.number(),
  batch: { size: 4 },
} as const;
const lengths = (contexts: readonly { readonly data: { readonly text: string } }[]) =>
  contexts.map(({ data }) => data.text.length);

test.for([
  ['at once', defineTier({ ...common, predictBatch: lengths })],
  ['later', defineTier({ ...common, predictBatch: async (all) => lengths(all) })],
] as const)('a task that predicts many %s may be wrong about one of them', async ([, length]) => {
  const world = await simulate({ tiers: [length], seed: 1, faults: { nonsense: 0.5 } });
  for (let i = 0; i < 10; i += 1) await world.send('length', { text: 'x'.repeat(i) }, { flowId: `flow-${i}` });
  await world.end();
  const tries = world.decisions().filter(({ tier }) => tier === 'length');
  const refused = tries.filter(({ code }) => code === 'prediction-invalid');
  expect(refused.length).toBeGreaterThan(0);
  // Batches are of more than one, and each has met at most one refusal: the others were let through.
  expect(refused.length).toBeLessThan(tries.filter(({ attempt }) => attempt === 1).length);
  for (let i = 0; i < 10; i += 1) expect(world.flow(`flow-${i}`).end).toMatch(/^(answered|dead-lettered)$/);
  expect(world.violations()).toEqual([]);
});
