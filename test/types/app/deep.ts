import { defineTier, tier } from 'sluice';
import * as z from 'zod';

export default defineTier({
  name: 'deep',
  input: tier<typeof import('./small.ts')>('small'),
  output: z.object({ label: z.string(), confidence: z.number() }),
  predict: async ({ data, signal, objects, signalObjects }) => ({
    label: data.camera + signal.margin + (await signalObjects.heatmap.text()),
    confidence: (await objects.photo.text()).length,
  }),
  satisfied: { score: ({ output }) => output.confidence, atLeast: 0.5 },
  exhausted: 'accept',
  delivery: 'once',
});
