import { SluiceError, toError } from './errors.ts';
import { MAX_NESTING, nestsDeeper } from './nesting.ts';

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

/**
 * What JSON would silently make something else of, to follow "it": a `Map` becomes `{}`, `NaN` becomes `null`. Nothing of what
 * writing it down refuses anyway: circles, and what nests too deep. It looks at every prediction, so it writes nothing down itself.
 */
export function jsonLoss(value: unknown): string | undefined {
  const [what, ...path] = lossIn(value, 0) ?? [];
  if (path.length === 0) return what && `is ${what}`;
  return `has ${what} at "${path.reverse().join('.')}"`;
}

/** A prediction as it is; one that readers of the message would find to be something else is refused. */
export function survivor<T>(prediction: T, gate = ''): T {
  const problem = jsonLoss(prediction);
  if (!problem) return prediction;
  throw new SluiceError('prediction-invalid', `the prediction${gate} does not survive JSON: it ${problem}`, {
    fix: 'Return plain data.',
  });
}

/** What it is, then the path to it from the inside out. */
function lossIn(value: unknown, depth: number): string[] | undefined {
  const what = oddity(value);
  if (what !== undefined) return [what];
  if (typeof value !== 'object' || depth > MAX_NESTING) return undefined;
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at += 1) {
      // In a list `undefined` becomes `null`; a member that is undefined is as good as not there.
      const found = value[at] === undefined ? ['undefined'] : lossIn(value[at], depth + 1);
      if (found) return [...found, String(at)];
    }
    return undefined;
  }
  // In `null` there is none.
  for (const key in value) {
    const found = lossIn((value as Readonly<Record<string, unknown>>)[key], depth + 1);
    if (found) return [...found, key];
  }
  return undefined;
}

function oddity(part: unknown): string | undefined {
  if (typeof part === 'number') return Number.isFinite(part) ? undefined : String(part);
  if (typeof part === 'bigint' || typeof part === 'function' || typeof part === 'symbol') return `a ${typeof part}`;
  if (typeof part !== 'object' || part === null || Array.isArray(part)) return undefined;
  const maker = Object.getPrototypeOf(part) as object | null;
  // Plain objects only, those of another realm too: of a Map or a promise JSON keeps nothing.
  return maker === null || Object.getPrototypeOf(maker) === null ? undefined : `a ${part.constructor?.name}`;
}
