import { defineTier } from 'sluice';

const anything = { '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) } } as const;

/** Waits for it once it is imported. */
export default defineTier({
  name: 'lazy',
  input: anything,
  output: anything,
  load: async () => (await import('./model/words.ts')).hello,
  predict: ({ model }) => model,
});
