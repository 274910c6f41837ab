import { defineTier, stream, tier } from 'sluice';
import * as z from 'zod';
import { loadNetwork } from './model/network.ts';
import { decodePng } from './model/png.ts';
import { smallCnn } from './model/small-cnn.ts';
import { Tag } from './model/tag.ts';

/** The full photo: a stream of its own, from another producer and in another order than the thumbnails. */
const photos = stream('photos', z.object({ shop: z.string() }), {
  objects: { photo: { contentType: 'image/png', maxBytes: 64 * 1024 } },
});

/** A 25,000-parameter CNN on the full photo, run where the thumbnail's tag and the photo have met. */
export default defineTier({
  name: 'small',
  input: tier<typeof import('./thumb.ts')>('thumb'),
  join: { data: photos, maxTimeDiff: '10s', ttl: '1h' },
  output: Tag,
  load: () => loadNetwork(smallCnn),
  predict: async ({ objects, model }) => model.classify(decodePng(await objects.photo.bytes())),
  satisfied: { score: ({ output }) => output.confidence, atLeast: 0.82 },
  audit: 0.01,
  batch: { size: 50 },
  workers: 1,
});
