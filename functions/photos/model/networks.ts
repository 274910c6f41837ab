import { deepCnn } from './deep-cnn.ts';
import { linear14 } from './linear14.ts';
import { smallCnn } from './small-cnn.ts';

/** The three trained models by name, cheapest first: for what looks at all of them. A tier imports its own. */
export const networks = { linear14, 'small-cnn': smallCnn, 'deep-cnn': deepCnn } as const;

/** One of their names. */
export type NetworkName = keyof typeof networks;
