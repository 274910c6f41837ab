import * as z from 'zod';

export const Scene = z.object({ sure: z.number() });
export const Sure = z.object({ sure: z.number() });
export const Brightness = z.object({ mean: z.number() });

/** Size of a payload: a photo of a phone's screen. */
export const BYTES = 256 * 1024;
export const MAX_BYTES = 2 * BYTES;

/** The second stage's model. */
export function brightness(bytes: Uint8Array): z.infer<typeof Brightness> {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 64) sum += bytes[i]!;
  return { mean: sum / (bytes.length / 64) };
}
