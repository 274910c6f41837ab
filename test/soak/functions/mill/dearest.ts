import { defineTier, drop, tier } from 'sluice';
import * as z from 'zod';

/** The last tier completes each flow once. */
export default defineTier({
  name: 'dearest',
  input: tier<typeof import('./dear.ts')>('dear'),
  output: z.object({ n: z.number(), fate: z.string() }),
  predict: ({ signal: { n, fate }, attempt }) => {
    if (fate === 'wavers' && attempt === 1) throw new Error('the first try fails');
    return { n, fate };
  },
  gates: { destination: (answer) => (answer.fate === 'withheld' ? drop : answer) },
  delivery: 'once',
  retry: { maxAttempts: 5, backoff: '200ms' },
  batch: { size: 200 },
  timeout: '1s',
  workers: 1,
});
