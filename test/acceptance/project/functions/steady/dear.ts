import { defineTier, stream, tier } from 'sluice';
import * as z from 'zod';

export default defineTier({
  name: 'dear',
  input: tier<typeof import('./cheap.ts')>('cheap'),
  join: { data: stream('parts', z.object({ part: z.number() })) },
  output: z.object({ n: z.number(), part: z.number(), sure: z.number() }),
  predict: ({ data, signal }) => ({ n: signal.n, part: data.part, sure: (signal.n % 20) / 20 }),
  satisfied: { score: ({ output }) => output.sure, atLeast: 0.1 },
  // Short, because a claim outlives a killed process by its lease, and the lease follows from the timeout.
  timeout: '200ms',
});
