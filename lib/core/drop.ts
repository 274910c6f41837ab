import type { Awaitable } from './json.ts';

/**
 * What a gate returns to end a flow here: counted, logged and acknowledged. `undefined` is a value, not a drop.
 *
 * @example
 * ```ts
 * import { drop } from 'sluice';
 *
 * const noEmptyText = (data: { text: string }) => (data.text === '' ? drop : data);
 * console.log(noEmptyText({ text: '' }) === drop); // true
 * ```
 */
export const drop: unique symbol = Symbol.for('sluice.drop') as never;

/** What a gate is told beside the value; `controls` where its tier decides with some. */
export type GateContext<Controls = unknown> = { readonly flowId: string } & (unknown extends Controls
  ? unknown
  : { readonly controls: Controls });

/**
 * A function at one of a tier's four edges that transforms a value or drops the flow.
 *
 * @example
 * ```ts
 * import { drop, type Gate } from 'sluice';
 *
 * const noBags: Gate<{ label: string }> = (signal) => (signal.label === 'Bag' ? drop : signal);
 * console.log(noBags({ label: 'Bag' }, { flowId: 'f1' }) === drop); // true
 * ```
 */
export type Gate<T, Controls = unknown> = (value: T, context: GateContext<Controls>) => Awaitable<T | typeof drop>;

/** Which of the four edges a gate stands at. */
export type GateName = 'data' | 'signal' | 'destination' | 'escalate';
