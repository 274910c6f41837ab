import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Duration } from './duration.ts';
import { SluiceError } from './errors.ts';
import type { NoObjects, ObjectSpec, ObjectSpecs } from './object-reference.ts';
import { rejectUnknownKeys, requireName, requireOption } from './options.ts';
import type { Schema } from './schema.ts';

declare const types: unique symbol;

/** A second data stream: its own queue, its own producer; meets the signal by flow id. */
export interface Stream<Name extends string = string, Data = unknown, Objects extends string = string> {
  readonly kind: 'stream';
  readonly name: Name;
  readonly schema: Schema;
  readonly objects: ObjectSpecs;
  readonly [types]?: { readonly data: Data; readonly objects: Objects };
}

/**
 * How a tier joins its data stream with the signals of the tier before.
 *
 * @example
 * ```ts
 * import { type Join, stream } from 'sluice';
 * import * as z from 'zod';
 *
 * const join: Join = { data: stream('photos', z.object({ camera: z.string() })), maxTimeDiff: '10s', ttl: '1h' };
 * console.log(join.data.name, join.signals ?? 'first'); // photos first
 * ```
 */
export interface Join<S extends Stream = Stream> {
  readonly data: S;
  /** Largest distance between the event times of the two halves; further apart they do not join. Default: no bound. */
  readonly maxTimeDiff?: Duration;
  /** How long a half waits for the other. Default `'1h'`. */
  readonly ttl?: Duration;
  /** Which of several signals for one flow counts. Default `'first'`. */
  readonly signals?: 'first' | 'latest';
}

/**
 * Declares the data stream of a tier that joins.
 *
 * @throws SluiceError `name-invalid`, `option-unknown`
 * @example
 * ```ts
 * import { stream } from 'sluice';
 * import * as z from 'zod';
 *
 * const photos = stream('photos', z.object({ camera: z.string() }), { objects: { photo: { contentType: 'image/png' } } });
 * console.log(photos.name); // photos
 * ```
 */
export function stream<
  const Name extends string,
  S extends Schema,
  const O extends Readonly<Record<string, ObjectSpec>> = NoObjects,
>(
  name: Name,
  schema: S,
  options: { readonly objects?: O } = {},
): Stream<Name, StandardSchemaV1.InferOutput<S>, Extract<keyof O, string>> {
  requireName(name, 'A stream');
  if ((name as string) === 'dlq') {
    throw new SluiceError('name-invalid', 'a stream is named "dlq", as the dead-letter queue of its tier is', {
      fix: 'Choose another name.',
    });
  }
  rejectUnknownKeys(options, ['objects'], `stream "${name}"`);
  return { kind: 'stream', name, schema, objects: checkObjects(options.objects ?? {}, `stream "${name}"`) };
}

/** Checks declared objects and returns them. */
export function checkObjects(
  objects: ObjectSpecs,
  what: string,
  known: readonly string[] = ['contentType', 'maxBytes', 'deleteAfter'],
): ObjectSpecs {
  for (const [name, spec] of Object.entries(objects)) {
    const object = `object "${name}" of ${what}`;
    rejectUnknownKeys(spec, known, object);
    const { maxBytes, deleteAfter } = spec;
    requireOption(maxBytes === undefined || maxBytes >= 0, object, 'maxBytes', maxBytes, 'a number of bytes');
    requireOption([undefined, 'accepted'].includes(deleteAfter), object, 'deleteAfter', deleteAfter, "'accepted'");
  }
  return objects;
}
