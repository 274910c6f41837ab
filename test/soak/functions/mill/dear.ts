import { defineTier, stream, tier } from 'sluice';
import * as z from 'zod';

/** How long a half waits for the other one. */
const ttl = (process.env.SOAK_TTL ?? '60s') as `${number}s`;

/** Joins: the part comes by a stream of its own, in some flows never. */
export default defineTier({
  name: 'dear',
  input: tier<typeof import('./cheap.ts')>('cheap'),
  join: { data: stream('parts', z.object({ part: z.number() })), ttl },
  output: z.object({ n: z.number(), fate: z.string(), part: z.number(), sure: z.number() }),
  predict: ({ data, signal: { n, fate } }) => {
    if (data.part !== n) throw new Error(`flow ${n} met the part of flow ${data.part}`);
    if (fate === 'hopeless') throw new Error('this flow fails at every try');
    return { n, fate, part: data.part, sure: fate === 'hard' ? 1 : 0 };
  },
  satisfied: { score: ({ output }) => output.sure, atLeast: 0.5 },
  retry: { maxAttempts: 3, backoff: '200ms' },
  batch: { size: 200 },
  timeout: '1s',
  workers: 1,
});
