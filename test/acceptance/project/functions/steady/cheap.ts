import { defineTier } from 'sluice';
import * as z from 'zod';

export default defineTier({
  name: 'cheap',
  input: z.object({ n: z.number() }),
  output: z.object({ n: z.number(), sure: z.number() }),
  predict: ({ data }) => ({ n: data.n, sure: (data.n % 10) / 10 }),
  satisfied: { score: ({ output }) => output.sure, atLeast: 0.3 },
});
