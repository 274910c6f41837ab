import { defineTier } from '../../../../../lib/index.ts';
import { Reading } from '../work.ts';

/** Passes everything on. */
export default defineTier({
  name: 'first',
  input: Reading,
  output: Reading,
  predict: ({ data }) => data,
  satisfied: { score: () => 0, atLeast: 1 },
});
