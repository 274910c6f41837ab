import * as z from 'zod';

/** What a flow brings. */
export const Reading = z.object({ n: z.number() });
export const Sure = z.object({ n: z.number(), sure: z.number() });
export type Reading = z.infer<typeof Reading>;

/** The flow that always fails: it must end in the dead letters after its attempts, everywhere. */
export const POISON = -1;
/** A first attempt and one retry, everywhere. */
export const ATTEMPTS = 2;
/** The score from which the first stage answers: 70 % of the flows, by their last digit. */
export const AT_LEAST = 0.3;

/** The first stage: a model that costs nothing, so that the queues are what is measured. */
export function cheap({ n }: Reading): z.infer<typeof Sure> {
  if (n === POISON) throw new Error('nobody can read this');
  return { n, sure: (n % 10) / 10 };
}

/** The second stage. */
export const dear = ({ n }: { readonly n: number }): Reading => ({ n });
