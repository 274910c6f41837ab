import { defineTier } from 'sluice';

const anything = { '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) } } as const;

/** Waits, while it is being imported, for a file that is loaded late. */
const { hello } = await import('./model/words.ts');

export default defineTier({ name: 'awaits', input: anything, output: anything, predict: () => hello });
