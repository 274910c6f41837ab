import { defineTier, stream, tier } from '../../../../../lib/index.ts';
import { Joined, joined, Photo } from '../work.ts';

/** Runs where the signal and the photo have met. */
export default defineTier({
  name: 'second',
  input: tier<typeof import('./first.ts')>('first'),
  join: { data: stream('photos', Photo), ttl: '1h' },
  output: Joined,
  predict: ({ signal, data }) => joined(signal, data),
});
