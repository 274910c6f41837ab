import { defineTier } from '../../../../../lib/index.ts';
import { MAX_BYTES, Scene, Sure } from '../work.ts';

/** Looks at what is in the message; the reference stays a reference. */
export default defineTier({
  name: 'cheap',
  input: Scene,
  objects: { photo: { maxBytes: MAX_BYTES } },
  output: Sure,
  predict: ({ data }) => ({ sure: data.sure }),
  satisfied: { score: ({ output }) => output.sure, atLeast: 0.5 },
});
