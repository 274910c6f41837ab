import { defineTier } from 'sluice';
import * as z from 'zod';

export default defineTier({
  name: 'quick',
  input: z.object({ hard: z.boolean() }),
  output: z.object({ sure: z.number() }),
  predict: ({ data }) => ({ sure: data.hard ? 0 : 1 }),
  satisfied: { score: ({ output }) => output.sure, atLeast: 0.5 },
});
