import type { Trained } from './network.ts';

/** Softmax regression on 14 × 14 thumbnails. Only who imports this file has the model in its bundle. */
export const linear14 = {
  name: 'linear14',
  temperature: 0.75,
  manifest: new URL('./data/linear14.json', import.meta.url),
  weights: new URL('./data/linear14.bin', import.meta.url),
} as const satisfies Trained;
