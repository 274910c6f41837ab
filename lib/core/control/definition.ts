import type { StandardSchemaV1 } from '@standard-schema/spec';
import { type Duration, toMs } from '../duration.ts';
import { SluiceError } from '../errors.ts';
import { isPromise, type Json } from '../json.ts';
import { isCount, rejectUnknownKeys, requireFunctions, requireName, requireOption } from '../options.ts';
import { isSchema, type Schema, validate } from '../schema.ts';
import { builtInFix } from './built-in.ts';
import type { Control } from './types.ts';

/** What becomes of data for a key that nothing is set for yet. */
export type BeforeControl = 'drop' | 'default' | 'buffer' | 'deadLetter';

/** What a tier must have for a built-in control to be about it. */
export type OfTiers = 'threshold' | 'load';

/** What every control says of itself. */
interface CommonOptions<Name extends string, S extends Schema> {
  /** Unique in its application. */
  readonly name: Name;
  /** Schema of what a control message brings. */
  readonly schema: S;
  /** The key a message is for, where its sender names none. Without it such a message is for all keys. */
  readonly keyBy?: (message: StandardSchemaV1.InferOutput<S>) => string;
  /** What becomes of data that asks for a key nothing is set for. It has no default: each is right for somebody. */
  readonly beforeControl: BeforeControl;
  /** Longest a warm instance may go on with what it has read. Default `'5s'`; `'0s'`: a read for each record. */
  readonly maxStaleness?: Duration;
  /** Versions kept of each key, the current one among them; 1 to 100. Default 20. */
  readonly history?: number;
}

/** The options of `defineControl`. */
export interface ControlOptions<Name extends string, S extends Schema, Value> extends CommonOptions<Name, S> {
  /** The value after a message. A pure function; `current` is `initial`, or nothing, at first. Default: what the message brings. */
  readonly reduce?: (current: Value | undefined, message: StandardSchemaV1.InferOutput<S>) => Value;
  /** The value before the first message: what `reduce` begins with, and what `beforeControl: 'default'` reads. */
  readonly initial?: Value;
}

/** The same of a control that reduces from a value on: there always is a current one. */
interface ReducingOptions<Name extends string, S extends Schema, Value> extends CommonOptions<Name, S> {
  // A parameter that is written as `Value | undefined` must not widen the value.
  readonly reduce: (current: NoInfer<Value>, message: StandardSchemaV1.InferOutput<S>) => Value;
  readonly initial: Value;
}

/** A control with its types erased. */
export interface ControlDefinition {
  readonly kind: 'control';
  readonly name: string;
  readonly schema: Schema;
  readonly keyBy?: (message: unknown) => string;
  readonly reduce?: (current: unknown, message: unknown) => unknown;
  readonly initial?: unknown;
  readonly beforeControl: BeforeControl;
  readonly maxStalenessMs: number;
  readonly history: number;
  /** Keys are names of tiers: those with a threshold, or with `load`. Only the built-in controls say so. */
  readonly ofTiers?: OfTiers;
}

const KEYS = ['name', 'schema', 'keyBy', 'reduce', 'initial', 'beforeControl', 'maxStaleness', 'history'];
const POLICIES: readonly BeforeControl[] = ['drop', 'default', 'buffer', 'deadLetter'];

/**
 * Defines a control: a setting that changes while data flows, one value a key, each under a version. Its file lies in
 * `functions/<application>/controls/`; tiers name it under `controls`, and its messages come by the application's queue
 * `controls`.
 *
 * @throws SluiceError `name-invalid`, `option-unknown` (with the nearest known key), `option-invalid`
 * @example
 * ```ts
 * // functions/shop/controls/limit.ts
 * import { defineControl } from 'sluice';
 * import * as z from 'zod';
 *
 * export default defineControl({
 *   name: 'limit',
 *   schema: z.object({ shop: z.string(), most: z.number() }),
 *   keyBy: ({ shop }) => shop,
 *   beforeControl: 'default',
 *   initial: { shop: '*', most: 100 },
 * });
 * ```
 */
export function defineControl<const Name extends string, S extends Schema, Value>(
  options: ReducingOptions<Name, S, Value>,
): Control<{ readonly name: Name; readonly message: StandardSchemaV1.InferInput<S>; readonly value: Value }>;
export function defineControl<const Name extends string, S extends Schema, Value = StandardSchemaV1.InferOutput<S>>(
  options: ControlOptions<Name, S, Value>,
): Control<{ readonly name: Name; readonly message: StandardSchemaV1.InferInput<S>; readonly value: Value }>;
export function defineControl<Name extends string, S extends Schema, Value>(
  options: ControlOptions<Name, S, Value>,
): Control<{ readonly name: Name; readonly message: StandardSchemaV1.InferInput<S>; readonly value: Value }> {
  requireName(options.name, 'A control');
  refuseBuiltIn(options.name);
  const what = `control "${options.name}"`;
  rejectUnknownKeys(options, KEYS, what);
  const { schema, beforeControl, initial, maxStaleness = '5s', history = 20, keyBy, reduce } = options;
  requireOption(isSchema(schema), what, 'schema', schema, 'a schema (zod, valibot, arktype, …)');
  requireFunctions(options, ['keyBy', 'reduce'], what);
  const known = POLICIES.includes(beforeControl);
  requireOption(known, what, 'beforeControl', beforeControl, POLICIES.map((policy) => `'${policy}'`).join(', '));
  requireOption(
    beforeControl !== 'default' || initial !== undefined,
    what,
    'initial',
    initial,
    "given where beforeControl is 'default'",
  );
  if (initial !== undefined && !reduce) checkInitial(what, schema, initial);
  requireOption(isCount(history, 1, 100), what, 'history', history, 'a whole number from 1 to 100');
  const definition: ControlDefinition = {
    kind: 'control',
    name: options.name,
    schema: schema as Schema,
    beforeControl,
    maxStalenessMs: toMs(maxStaleness, `maxStaleness of ${what}`),
    history,
    ...(keyBy && { keyBy: keyBy as NonNullable<ControlDefinition['keyBy']> }),
    ...(reduce && { reduce: reduce as NonNullable<ControlDefinition['reduce']> }),
    ...(initial !== undefined && { initial: initial as Json }),
  };
  return definition as { kind: 'control'; name: string } as Control<never>;
}

/** Sluice would read neither it nor what is set for it: tiers follow the built-in one alone. */
function refuseBuiltIn(name: string): void {
  const fix = builtInFix(name);
  if (fix)
    throw new SluiceError('name-invalid', `a control of your own is named "${name}", as a built-in one`, { fix });
}

/** A schema that answers later is not waited for: definitions are checked when their file is loaded. */
function checkInitial(what: string, schema: Schema, initial: unknown): void {
  const checked = validate(schema, initial);
  if (isPromise(checked) || 'value' in checked) return;
  requireOption(false, what, 'initial', initial, `a value that fits the schema: ${checked.problem}`);
}
