import { defineTier } from '../../../../../lib/index.ts';
import { MAX_BYTES, Scene, Sure } from '../work.ts';

/** Claim-check as it is usually written: the payload is fetched before the handler looks at anything. */
export default defineTier({
  name: 'cheap',
  input: Scene,
  objects: { photo: { maxBytes: MAX_BYTES } },
  output: Sure,
  predict: async ({ data, objects }) => {
    await objects.photo.bytes();
    return { sure: data.sure };
  },
  satisfied: { score: ({ output }) => output.sure, atLeast: 0.5 },
});
