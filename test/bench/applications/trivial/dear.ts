import { defineTier, tier } from 'sluice';
import * as z from 'zod';

export default defineTier({
  name: 'dear',
  input: tier<typeof import('./cheap.ts')>('cheap'),
  output: z.object({ n: z.number() }),
  predict: ({ signal }) => ({ n: signal.n }),
  batch: { size: 100 },
});
