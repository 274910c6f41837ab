import { defineTier, drop, stream, tier } from 'sluice';
import * as z from 'zod';

const Photo = z.object({ camera: z.string() });

export default defineTier({
  name: 'small',
  input: tier<typeof import('./thumb.ts')>('thumb'),
  signal: z.object({ label: z.string() }),
  join: {
    data: stream('photos', Photo, { objects: { photo: { contentType: 'image/png', maxBytes: 1e6 } } }),
    maxTimeDiff: '10s',
    ttl: '1h',
  },
  output: z.object({ label: z.string(), confidence: z.number(), margin: z.number() }),
  produces: { heatmap: { contentType: 'image/png' } },
  predict: async ({ data, signal, objects, produce }) => {
    const bytes = await objects.photo.bytes();
    await produce.heatmap(bytes);
    return { label: `${data.camera}/${signal.label}`, confidence: bytes.length, margin: 0 };
  },
  satisfied: { score: ({ output, signal }) => Math.max(output.confidence, signal.confidence), atLeast: 0.866 },
  gates: { signal: (s) => (s.label === 'Bag' ? drop : s) },
});
