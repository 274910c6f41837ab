import { defineTier, tier } from '../../../../../lib/index.ts';
import { Brightness, brightness } from '../work.ts';

/** Needs the payload. */
export default defineTier({
  name: 'dear',
  input: tier<typeof import('./cheap.ts')>('cheap'),
  output: Brightness,
  predict: async ({ objects }) => brightness(await objects.photo.bytes()),
});
