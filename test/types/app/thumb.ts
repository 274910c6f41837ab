import { defineTier } from 'sluice';
import * as z from 'zod';

export const Label = z.object({ label: z.string(), confidence: z.number() });

export default defineTier({
  name: 'thumb',
  input: z.object({ shop: z.string(), pixels: z.string() }),
  output: Label,
  load: async () => ({ classify: (p: Uint8Array) => ({ label: 'Bag', confidence: p.length }) }),
  predict: ({ data, model }) => model.classify(Buffer.from(data.pixels, 'base64')),
  satisfied: { score: ({ output }) => output.confidence, atLeast: 0.98 },
  fairBy: ({ data }) => data.shop,
  audit: 0.01,
});
