import type { LawMaker } from './law.ts';

/** A handler answers for each of its records, throws for none, and ends before its function would be ended. */
export const batchesNeverFail: LawMaker = () => ({
  name: 'batches never fail',
  hears: {
    fail: ({ by, error }) => ({ message: `the handler of ${by} threw: ${error.message}` }),
    crash: ({ by, why }) => (why.startsWith('ran longer') ? { message: `${by} ${why}` } : undefined),
  },
});
