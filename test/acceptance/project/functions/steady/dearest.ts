import { defineTier, tier } from 'sluice';
import * as z from 'zod';

export default defineTier({
  name: 'dearest',
  input: tier<typeof import('./dear.ts')>('dear'),
  output: z.object({ n: z.number() }),
  predict: ({ signal }) => ({ n: signal.n }),
  delivery: 'once',
  timeout: '200ms',
});
