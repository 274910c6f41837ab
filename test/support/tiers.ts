import * as z from 'zod';
import { defineTier, stream, tier } from '../../lib/index.ts';

/** What the two-tier cascades of the tests read and predict. */
export const Item = z.object({ n: z.number() });
export const Guess = z.object({ guess: z.string(), sure: z.number() });

/** A first tier that is as sure as `sure` says; unsure of everything where it says nothing. */
export const cheap = (options: { readonly sure?: (n: number) => number; readonly extra?: object } = {}) =>
  defineTier({
    name: 'cheap',
    input: Item,
    output: Guess,
    predict: ({ data }) => ({ guess: `cheap ${data.n}`, sure: options.sure?.(data.n) ?? 0 }),
    satisfied: { score: ({ output }) => output.sure, atLeast: 0.5 },
    ...options.extra,
  });
export type Cheap = { default: ReturnType<typeof cheap> };

/** A last tier whose data comes along with the escalation. */
export const carrying = (extra: object = {}) =>
  defineTier({
    name: 'dear',
    input: tier<Cheap>('cheap'),
    output: z.object({ guess: z.string() }),
    predict: ({ data, signal }) => ({ guess: `dear ${data.n} after ${signal.guess}` }),
    ...extra,
  });

/** A last tier whose data comes by the stream `dear.photos`. */
export const joining = (extra: object = {}, join: object = {}) =>
  defineTier({
    name: 'dear',
    input: tier<Cheap>('cheap'),
    join: { data: stream('photos', z.object({ photo: z.string() })), ttl: '1h', ...join },
    output: z.object({ guess: z.string() }),
    predict: ({ data, signal }) => ({ guess: `${data.photo} after ${signal.guess}` }),
    ...extra,
  });
