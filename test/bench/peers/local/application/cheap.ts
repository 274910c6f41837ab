import { defineTier } from '../../../../../lib/index.ts';
import { AT_LEAST, ATTEMPTS, cheap, Reading, Sure } from '../work.ts';

/** The first stage as a tier. */
export default defineTier({
  name: 'cheap',
  input: Reading,
  output: Sure,
  predict: ({ data }) => cheap(data),
  satisfied: { score: ({ output }) => output.sure, atLeast: AT_LEAST },
  retry: { maxAttempts: ATTEMPTS, backoff: '1s' },
  batch: { size: 100 },
});
