import * as z from 'zod';
import { type AnyTier, defineTier, stream, tier } from '../../lib/index.ts';
import { INLINE_BYTES } from '../../lib/runtime/outbox.ts';
import type { FlowMaker, UserLaws } from '../../lib/testing/index.ts';

const Page = z.object({ n: z.number(), text: z.string() });
const Guess = z.object({ n: z.number(), sure: z.number(), why: z.string() });
const satisfied = { score: ({ output }: { output: z.infer<typeof Guess> }) => output.sure, atLeast: 0.5 };
const retry = { backoff: '200ms' } as const;
/** Above what a message may hold: it travels as a reference to an object. */
const LARGE = 'x'.repeat(INLINE_BYTES + 1);

const skim = defineTier({
  name: 'skim',
  input: Page,
  output: Guess,
  predict: ({ data: { n, text } }) => ({ n, sure: (n % 3) / 2, why: text }),
  satisfied,
  retry,
});
const read = defineTier({
  name: 'read',
  input: tier<{ default: typeof skim }>('skim'),
  output: Guess,
  predict: ({ data: { n, text } }) => ({ n, sure: n % 2, why: text }),
  satisfied,
  retry,
});
const compare = defineTier({
  name: 'compare',
  input: tier<{ default: typeof read }>('read'),
  join: { data: stream('originals', Page), ttl: '1h' },
  output: Guess,
  predict: ({ data: { n, text } }) => ({ n, sure: 1, why: text }),
  retry,
});

/** Three tiers of which the last one joins; messages and halves are too large for queue and table. */
export const largeTiers: readonly AnyTier[] = [skim, read, compare];

/** Every second flow is large; of some the original comes again, at another time. */
export const largeFlow: FlowMaker = ({ id, index, at, draws }) => {
  const data = { n: index, text: draws.next() < 0.5 ? LARGE : 'short' };
  const original = { entry: 'compare.originals', flowId: id, at, data };
  const again = draws.next() < 0.3 ? [{ ...original, at: new Date(at.getTime() + 1_000) }] : [];
  return [{ entry: 'skim', flowId: id, at, data }, original, ...again];
};

export const largeLaws: UserLaws = {
  'an answer is whole': (world) =>
    world.answers().every(({ output }) => {
      const { why } = output as z.infer<typeof Guess>;
      return why === 'short' || why === LARGE;
    }),
};
