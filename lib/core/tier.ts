import type { ControlRefs } from './control/types.ts';
import type { NoObjects } from './object-reference.ts';
import { requireName } from './options.ts';
import type { Schema } from './schema.ts';
import type { Join, Stream } from './stream.ts';
import { normalise, type TierOptionsErased } from './tier-check.ts';
import type { Predicts, TierOptions, TypesFor } from './tier-options.ts';
import type { Input, SignalOf, Tier, TierModule, TierRef, TypesOf } from './tier-types.ts';

/**
 * Defines one tier: one model as one function on a queue. The file that exports it as default *is* the tier.
 *
 * @throws SluiceError `name-invalid`, `option-unknown` (with the nearest known key), `option-invalid`
 * @example
 * ```ts
 * // functions/text/language.ts
 * import { defineTier } from 'sluice';
 * import * as z from 'zod';
 *
 * export default defineTier({
 *   name: 'language',
 *   input: z.object({ text: z.string() }),
 *   output: z.object({ language: z.string(), confidence: z.number() }),
 *   predict: ({ data }) => ({ language: 'en', confidence: /\bthe\b/.test(data.text) ? 0.99 : 0.4 }),
 *   satisfied: { score: ({ output }) => output.confidence, atLeast: 0.9 },
 *   exhausted: 'accept',
 * });
 * ```
 */
export function defineTier<
  const Name extends string,
  I extends Input,
  O extends Schema,
  Model = undefined,
  const Objects = NoObjects,
  const Produces = NoObjects,
  J extends Join<Stream> | undefined = undefined,
  S extends Schema = Schema<SignalOf<I>>,
  const C extends ControlRefs = Record<never, never>,
  St extends Schema | undefined = undefined,
  D = Record<never, never>,
>(
  options: TierOptions<Name, I, O, Model, Objects, Produces, J, S, C, St, D> & Predicts,
): Tier<TypesFor<Name, I, O, Objects, Produces, J, C, St>> {
  requireName(options.name, 'A tier');
  return normalise(options as unknown as TierOptionsErased) as { kind: 'tier'; name: string } as Tier<never>;
}

/**
 * A typed reference to the tier of another file. Types travel by `typeof import`; nothing of that file is bundled.
 *
 * @example
 * ```ts
 * import { tier } from 'sluice';
 *
 * // In a tier file: input: tier<typeof import('./thumb.ts')>('thumb')
 * console.log(tier('thumb').name); // thumb
 * ```
 */
export function tier<M extends TierModule>(name: TypesOf<M['default']>['name']): TierRef<TypesOf<M['default']>> {
  requireName(name, 'A referenced tier');
  return { kind: 'tier-ref', name };
}
