import { SluiceError } from './errors.ts';
import { didYouMean } from './nearest.ts';

/** Throws `option-unknown` for the first key of `options` that is not in `known`, naming the one that is nearly it. */
export function rejectUnknownKeys(options: object, known: readonly string[], what: string): void {
  for (const key of Object.keys(options)) {
    if (known.includes(key)) continue;
    throw new SluiceError('option-unknown', `${what} has no option "${key}"`, {
      fix: `${didYouMean(key, known)}Known options: ${known.join(', ')}.`,
      details: { key, known },
    });
  }
}

/** Throws `option-invalid` unless `ok`; `expected` completes the sentence "must be …". */
export function requireOption(ok: boolean, what: string, option: string, value: unknown, expected: string): void {
  if (ok) return;
  throw new SluiceError('option-invalid', `${what}: ${option} is ${printable(value)} and must be ${expected}`, {
    details: { option },
  });
}

/** Throws `option-invalid` unless each of these options is a function or left out. */
export function requireFunctions<T extends object>(
  options: T,
  keys: readonly (keyof T & string)[],
  what: string,
): void {
  for (const key of keys) {
    const value = options[key];
    requireOption(value === undefined || typeof value === 'function', what, key, value, 'a function');
  }
}

/** Names become queue, function and table-key parts, so they keep to what AWS allows in all of them. */
export function requireName(name: unknown, what: string): asserts name is string {
  if (typeof name === 'string' && /^[a-z][a-z0-9-]{0,39}$/.test(name)) return;
  throw new SluiceError('name-invalid', `${what} is named ${printable(name)}, which cannot be a name`, {
    fix: 'Use 1 to 40 lower-case letters, digits and dashes, beginning with a letter.',
  });
}

/** True for a whole number within bounds. */
export function isCount(n: number, least: number, most: number): boolean {
  return Number.isInteger(n) && n >= least && n <= most;
}

function printable(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  // JSON knows neither NaN nor Infinity.
  return typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value));
}
