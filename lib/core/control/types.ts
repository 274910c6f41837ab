import { requireName } from '../options.ts';
import type { ControlVersion } from './message.ts';

/** Everything the types of one control say; it travels between files by `typeof import`. */
export interface ControlTypes {
  readonly name: string;
  /** What a control message brings. */
  readonly message: unknown;
  /** What a tier reads. */
  readonly value: unknown;
}

declare const types: unique symbol;

/** A control as its file exports it: `defineControl` makes one. */
export interface Control<T extends ControlTypes = ControlTypes> {
  readonly kind: 'control';
  readonly name: T['name'];
  readonly [types]?: T;
}

// biome-ignore lint/suspicious/noExplicitAny: a bound that every control satisfies, whatever its value.
export type AnyControl = Control<any>;

/** A typed reference to a control in another file; the value is only its name. */
export interface ControlRef<T extends ControlTypes = ControlTypes> {
  readonly kind: 'control-ref';
  readonly name: T['name'];
  readonly [types]?: T;
}

// biome-ignore lint/suspicious/noExplicitAny: as AnyControl.
export type AnyControlRef = ControlRef<any>;

/** A module whose default export is a control. */
export interface ControlModule {
  readonly default: AnyControl;
}

/** The types carried by a control. */
export type TypesOfControl<C> = C extends Control<infer T> ? T : never;

/** The controls a tier names, by the names it reads them under. */
export type ControlRefs = Readonly<Record<string, AnyControlRef>>;

/**
 * What a control says to one key, and since which version.
 *
 * @example
 * ```ts
 * import type { ControlValue } from 'sluice';
 *
 * const text = ({ value, version }: ControlValue<number>): string => `${value} since version ${version}`;
 * console.log(text({ value: 21, version: 7, key: 'kitchen' })); // 21 since version 7
 * ```
 */
export interface ControlValue<Value = unknown> {
  readonly value: Value;
  /** 0 where it is the control's `initial`, which no message has set. */
  readonly version: number;
  /** The key it was set for: the one asked for, or a wildcard such as `eu/*` or `*`. */
  readonly key: string;
  /** The versions before it, oldest first, where the control is read with its history. */
  readonly before?: readonly ControlVersion[];
}

/**
 * A control as a task reads it.
 *
 * @example
 * ```ts
 * import type { ControlReading } from 'sluice';
 *
 * const limitOf = async (limits: ControlReading<number>, shop: string): Promise<number> => (await limits.get(shop)).value;
 * console.log(limitOf.length); // 2
 * ```
 */
export interface ControlReading<Value = unknown> {
  /**
   * What it says to a key: set for the key itself, else for the nearest wildcard above it. Without a key: what is set for
   * all. One record that asks twice is told the same twice.
   *
   * @throws SluiceError `control-missing` where nothing is set yet and the control's `beforeControl` is not `'default'`: let
   * it through, the policy is carried out with it. `control-invalid` for a key that cannot be.
   */
  get(key?: string): Promise<ControlValue<Value>>;
}

/** Readings of the controls a tier names. */
export type ReadingsOf<C> = {
  readonly [K in keyof C]: C[K] extends ControlRef<infer T> ? ControlReading<T['value']> : never;
};

/** Values of the controls that a tier decides with, by the names it gives them. */
export type ValuesOf<C, D> = {
  readonly [K in keyof D & keyof C]: C[K] extends ControlRef<infer T> ? ControlValue<T['value']> : never;
};

/**
 * A typed reference to the control of another file. Types travel by `typeof import`; nothing of that file is bundled.
 *
 * @throws SluiceError `name-invalid`
 * @example
 * ```ts
 * // functions/shop/orders.ts
 * import { control, defineTier } from 'sluice';
 * import * as z from 'zod';
 *
 * export default defineTier({
 *   name: 'orders',
 *   input: z.object({ shop: z.string(), items: z.number() }),
 *   controls: { limit: control<typeof import('./controls/limit.ts')>('limit') },
 *   output: z.object({ ok: z.boolean() }),
 *   predict: async ({ data, controls }) => {
 *     const { value } = await controls.limit.get(data.shop);
 *     return { ok: data.items <= value.most };
 *   },
 * });
 * ```
 */
export function control<M extends ControlModule>(
  name: TypesOfControl<M['default']>['name'],
): ControlRef<TypesOfControl<M['default']>> {
  requireName(name, 'A referenced control');
  return { kind: 'control-ref', name };
}
