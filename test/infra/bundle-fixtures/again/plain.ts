import { control, defineTier } from 'sluice';
import * as z from 'zod';

/** Reads a control, and no more. */
export default defineTier({
  name: 'plain',
  input: z.object({ key: z.string() }),
  controls: { level: control<typeof import('./controls/level.ts')>('level') },
  output: z.number(),
  predict: async ({ data, controls }) => (await controls.level.get(data.key)).value,
});
