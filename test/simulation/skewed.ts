import * as z from 'zod';
import { type AnyTier, defineTier, stream, tier } from '../../lib/index.ts';
import type { FlowMaker } from '../../lib/testing/index.ts';

/** An application whose halves come several times, near each other in time or far, and what is sent through it. */
export interface Skewed {
  readonly tiers: readonly AnyTier[];
  readonly input: FlowMaker;
}

const Place = z.object({ n: z.number() });
const retry = { backoff: '200ms' } as const;

const scout = defineTier({
  name: 'scout',
  input: Place,
  output: Place,
  predict: ({ data }) => data,
  satisfied: { score: () => 0, atLeast: 0.5 },
  timeout: '2s',
  retry,
});
const match = (signals: 'first' | 'latest') =>
  defineTier({
    name: 'match',
    input: tier<{ default: typeof scout }>('scout'),
    join: { data: stream('tracks', Place), maxTimeDiff: '10s', ttl: '10m', signals },
    output: Place,
    predict: ({ data }) => data,
    batch: { size: 4, window: '100ms' },
    timeout: '2s',
    retry,
  });

/** Halves of one flow, seconds from its begin: those of another time come first, last, or while the two are held to each other. */
const input: FlowMaker = ({ index, id, at, draws }) => {
  const halfOf = (entry: 'scout' | 'match.tracks') => ({
    entry,
    flowId: id,
    data: { n: index },
    at: new Date(at.getTime() + draws.pick([-20_000, -4_000, 0, 0, 4_000, 20_000])),
    after: `${Math.floor(draws.between(0, 400))}ms` as const,
  });
  const again = <T>(most: number, make: () => T): readonly T[] =>
    Array.from({ length: 1 + Math.floor(draws.between(0, most)) }, make);
  return [...again(3, () => halfOf('scout')), ...again(2, () => halfOf('match.tracks'))];
};

/** The latest of several signals counts, and none joins what is too far from it. */
export const latestNear: Skewed = { tiers: [scout, match('latest')], input };
/** The same where the first one counts. */
export const firstNear: Skewed = { tiers: [scout, match('first')], input };
