import { defineTier } from 'sluice';

const anything = { '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) } } as const;

/** Waits for it with its first record, and for nothing before. */
export default defineTier({
  name: 'late',
  input: anything,
  output: anything,
  predict: async () => (await import('./model/words.ts')).hello,
});
