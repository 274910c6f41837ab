import type { Trained } from './network.ts';

/** A CNN with 288,000 parameters. Only who imports this file has the model in its bundle. */
export const deepCnn = {
  name: 'deep-cnn',
  temperature: 1.05,
  manifest: new URL('./data/deep-cnn.json', import.meta.url),
  weights: new URL('./data/deep-cnn.bin', import.meta.url),
} as const satisfies Trained;
