/** Any value that survives JSON unchanged. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** A value that may come now or later. */
export type Awaitable<T> = T | Promise<T>;

/** True for promises and other thenables: lets hot paths skip an `await` when the value is already there. */
export function isPromise<T>(value: Awaitable<T>): value is Promise<T> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}
