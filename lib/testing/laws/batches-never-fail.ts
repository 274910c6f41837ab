import type { LawMaker } from './law.ts';

/** A handler answers for each of its records, and throws for none. */
export const batchesNeverFail: LawMaker = () => ({
  name: 'batches never fail',
  hears: {
    fail: ({ by, error }) => ({ message: `the handler of ${by} threw: ${error.message}` }),
  },
});
