import { control, defineTier, drop } from 'sluice';
import * as z from 'zod';

/** Decides with a control, and works data again. */
export default defineTier({
  name: 'reader',
  input: z.object({ key: z.string(), n: z.number() }),
  controls: { level: control<typeof import('./controls/level.ts')>('level') },
  decideWith: { level: ({ data }) => data.key },
  state: { schema: z.number(), initial: 0, keyBy: ({ data }) => data.key },
  reevaluateOnControl: true,
  output: z.number(),
  predict: ({ data }) => data.n,
  gates: { destination: (output, { controls }) => (output > controls.level.value ? drop : output) },
});
