import { defineTier, tier } from 'sluice';
import { deepCnn } from './model/deep-cnn.ts';
import { loadNetwork } from './model/network.ts';
import { decodePng } from './model/png.ts';
import { Tag } from './model/tag.ts';

/** A 288,000-parameter CNN: the last tier for now. The escalation carries the photo's reference; the bytes are fetched here. */
export default defineTier({
  name: 'deep',
  input: tier<typeof import('./small.ts')>('small'),
  output: Tag,
  load: () => loadNetwork(deepCnn),
  predict: async ({ objects, model }) => model.classify(decodePng(await objects.photo.bytes())),
  // Accepts what it is unsure of while it is last; a tier added after it takes those over without a change here.
  satisfied: { score: ({ output }) => output.confidence, atLeast: 0.6 },
  exhausted: 'accept',
  workers: 2,
});
