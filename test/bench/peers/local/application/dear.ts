import { defineTier, tier } from '../../../../../lib/index.ts';
import { ATTEMPTS, dear, Reading } from '../work.ts';

/** The second stage as a tier. */
export default defineTier({
  name: 'dear',
  input: tier<typeof import('./cheap.ts')>('cheap'),
  output: Reading,
  predict: ({ signal }) => dear(signal),
  retry: { maxAttempts: ATTEMPTS, backoff: '1s' },
  batch: { size: 100 },
});
