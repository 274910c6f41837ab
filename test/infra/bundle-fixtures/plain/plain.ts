import { defineTier } from 'sluice';

/** A schema of its own, so that the bundle is all framework and SDK. */
const anything = { '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) } } as const;

/** Needs SQS alone. */
export default defineTier({ name: 'plain', input: anything, output: anything, predict: ({ data }) => data });
