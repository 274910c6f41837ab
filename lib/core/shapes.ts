/** Checks of values that came from outside, where their type is only hoped for. */

export const isText = (value: unknown): value is string => typeof value === 'string';

/** A whole number that is not negative. */
export const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** A moment that a `Date` can hold, ms since the epoch. */
export const isTime = (value: unknown): value is number => typeof value === 'number' && Math.abs(value) <= 8.64e15;

/** Whether a value is left out, or is as it must be. */
export const optional = (value: unknown, is: (value: unknown) => boolean): boolean => value === undefined || is(value);
