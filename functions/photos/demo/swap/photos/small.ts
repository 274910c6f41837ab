import { pathToFileURL } from 'node:url';
import { defineTier, stream, tier } from 'sluice';
import * as z from 'zod';
import { loadNetwork } from '../../../model/network.ts';
import { decodePng } from '../../../model/png.ts';
import { smallCnn } from '../../../model/small-cnn.ts';
import { Tag } from '../../../model/tag.ts';
import { answersNumbers } from '../probe.ts';

const photos = stream('photos', z.object({ shop: z.string() }), {
  objects: { photo: { contentType: 'image/png', maxBytes: 64 * 1024 } },
});

/** The demo's `small`, with weights that a control may name: its layers are code, what they have learned is data. */
export default defineTier({
  name: 'small',
  input: tier<typeof import('./thumb.ts')>('thumb'),
  join: { data: photos, maxTimeDiff: '10s', ttl: '1h' },
  output: Tag,
  load: async ({ model }) =>
    loadNetwork(model ? { ...smallCnn, weights: pathToFileURL(await model.object.file()) } : smallCnn),
  accept: answersNumbers,
  predict: async ({ objects, model }) => model.classify(decodePng(await objects.photo.bytes())),
  satisfied: { score: ({ output }) => output.confidence, atLeast: 0.82 },
  batch: { size: 50 },
  workers: 1,
});
