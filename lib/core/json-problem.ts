import { toError } from './errors.ts';
import { nestsDeeper } from './nesting.ts';

/**
 * Why a value would not come out of JSON as it went in, to follow "it"; nothing where it would. A member that is `undefined`
 * is no problem: it is not there.
 */
export function jsonProblem(value: unknown): string | undefined {
  let problem: string | undefined;
  try {
    const text = JSON.stringify(value, (key, part: unknown) => {
      const odd = oddity(part);
      if (odd) problem ??= key === '' ? `is ${odd}` : `has ${odd} at ${JSON.stringify(key.slice(0, 80))}`;
      return problem ? null : part;
    });
    if (problem) return problem;
    if (text === undefined) return 'is undefined';
    return nestsDeeper(text) ? 'nests too deep' : undefined;
  } catch (error) {
    return error instanceof RangeError ? 'nests too deep' : `cannot be written: ${toError(error).message}`;
  }
}

function oddity(part: unknown): string | undefined {
  if (typeof part === 'number') return Number.isFinite(part) ? undefined : String(part);
  if (typeof part === 'bigint' || typeof part === 'function' || typeof part === 'symbol') return `a ${typeof part}`;
  if (typeof part !== 'object' || part === null || Array.isArray(part)) return undefined;
  const maker = Object.getPrototypeOf(part) as object | null;
  // Plain objects only, those of another realm too: of a Map or a promise JSON keeps nothing.
  return maker === null || Object.getPrototypeOf(maker) === null ? undefined : `a ${part.constructor?.name}`;
}
