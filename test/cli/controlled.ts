/** A tier whose model is a number from a file; `more` are further options. */
export const scaleTier = (more = ''): string => `
import { defineTier } from 'sluice';
import * as z from 'zod';

export default defineTier({
  name: 'scale',
  input: z.object({ n: z.number() }),
  output: z.object({ product: z.number() }),
  load: async ({ model }) => (model ? Number(await model.object.text()) : 1),
  accept: (factor) => factor > 0,
  ${more}
  predict: ({ data, model }) => ({ product: data.n * model }),
});
`;

/** A control with a key of its own. */
export const LIMIT = `
import { defineControl } from 'sluice';
import * as z from 'zod';

export default defineControl({
  name: 'limit',
  schema: z.object({ shop: z.string(), most: z.number() }),
  keyBy: ({ shop }) => shop,
  beforeControl: 'drop',
});
`;
