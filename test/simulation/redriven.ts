import * as z from 'zod';
import { type AnyTier, defineTier, stream, TerminalError, tier } from '../../lib/index.ts';
import type { FlowMaker } from '../../lib/testing/index.ts';

/** An application of which many flows are dead-lettered, and what is sent through it. */
export interface Redriven {
  readonly tiers: readonly AnyTier[];
  readonly input: FlowMaker;
}

const Item = z.object({ n: z.number(), bad: z.string() });
type Item = z.infer<typeof Item>;
const times = {
  timeout: '2s',
  batch: { size: 10, window: '200ms' },
  retry: { maxAttempts: 2, backoff: '200ms' },
} as const;

function take(by: string, { n, bad }: Item): Item {
  if (bad === by) throw new TerminalError(`${by} never works at ${n}`);
  return { n, bad };
}

const quick = defineTier({
  name: 'quick',
  input: Item,
  output: Item,
  predict: ({ data }) => take('quick', data),
  satisfied: { score: ({ output }) => (output.n % 3 === 0 ? 1 : 0), atLeast: 0.5 },
  ...times,
});
const slow = defineTier({
  name: 'slow',
  input: tier<{ default: typeof quick }>('quick'),
  join: { data: stream('pages', Item), ttl: '2h' },
  output: Item,
  predict: ({ data }) => take('slow', data),
  ...times,
});

/** Two that join; half of the flows are given up at one of them, whenever they come, by letters of one flow or of two halves. */
export const joinedLetters: Redriven = {
  tiers: [quick, slow],
  input({ index, id, at, draws }) {
    const data = { n: index, bad: draws.pick(['', '', 'quick', 'slow']) };
    const flow = { entry: 'quick', flowId: id, at, data };
    const page = { entry: 'slow.pages', flowId: id, at, data };
    return index % 3 === 0 ? flow : [flow, page];
  },
};
