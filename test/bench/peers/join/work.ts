import * as z from 'zod';

/** The signal's way: a reading that the first stage always passes on. */
export const Reading = z.object({ n: z.number() });
/** The data's way: 1 KB from another producer. */
export const Photo = z.object({ n: z.number(), pixels: z.string() });
export const Joined = z.object({ n: z.number(), length: z.number() });
export type Reading = z.infer<typeof Reading>;
export type Photo = z.infer<typeof Photo>;
export type Joined = z.infer<typeof Joined>;

export const photoOf = (n: number): Photo => ({ n, pixels: 'p'.repeat(1_000) });
/** What runs where both have met. */
export const joined = ({ n }: Reading, { pixels }: Photo): Joined => ({ n, length: pixels.length });
