import type { Trained } from './network.ts';

/** A CNN with 25,000 parameters. Only who imports this file has the model in its bundle. */
export const smallCnn = {
  name: 'small-cnn',
  temperature: 0.95,
  manifest: new URL('./data/small-cnn.json', import.meta.url),
  weights: new URL('./data/small-cnn.bin', import.meta.url),
} as const satisfies Trained;
