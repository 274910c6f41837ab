import { defineTier } from 'sluice';

/** A schema of its own, so that the bundle is all framework and SDK. */
const anything = { '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) } } as const;

/** Needs all three: reads an object, is done once, and answers. */
export default defineTier({
  name: 'full',
  input: anything,
  output: anything,
  objects: { photo: {} },
  delivery: 'once',
  predict: async ({ objects }) => (await objects.photo.bytes()).byteLength,
});
