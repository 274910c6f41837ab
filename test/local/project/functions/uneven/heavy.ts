import { defineTier, tier } from 'sluice';
import * as z from 'zod';

/** Keeps its thread busy for half a second, as a heavy model does. */
export default defineTier({
  name: 'heavy',
  input: tier<typeof import('./quick.ts')>('quick'),
  output: z.object({ thread: z.boolean() }),
  predict: () => {
    const until = performance.now() + 500;
    while (performance.now() < until);
    return { thread: true };
  },
  workers: 1,
});
