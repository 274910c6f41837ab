import { defineTier } from 'sluice';
import * as z from 'zod';
import { linear14 } from './model/linear14.ts';
import { loadNetwork } from './model/network.ts';
import { Tag } from './model/tag.ts';
import { decodeThumbnail } from './model/thumbnail.ts';

/** Softmax regression on a 14 × 14 thumbnail that travels inside the message: it never touches the full photo. */
export default defineTier({
  name: 'thumb',
  input: z.object({ shop: z.string(), thumbnail: z.base64().length(264) }),
  output: Tag,
  load: () => loadNetwork(linear14),
  predict: ({ data, model }) => model.classify(decodeThumbnail(data.thumbnail)),
  // This threshold and the others: `node scripts/choose-thresholds.ts`, from validation photos only.
  satisfied: { score: ({ output }) => output.confidence, atLeast: 0.997 },
  fairBy: ({ data }) => data.shop,
  audit: 0.01,
  batch: { size: 50 },
});
