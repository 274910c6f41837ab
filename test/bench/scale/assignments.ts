import { ASSUMED, type Assumed } from './assumed.ts';
import { LIMITS } from './aws.ts';
import { type Figures, UNKNOWN } from './figures.ts';
import type { Changes } from './shape.ts';

/** A wrong option, said in one line. */
export class UsageError extends Error {
  override name = 'UsageError';
}

const FIGURES = ['escalates', 'modelMs', 'gets'] as const;
const CHANGES = ['memorySize', 'batchSize', 'windowSeconds', 'maxConcurrency', 'pollers'] as const;

/** The assumptions, some of them changed by `key=value`. @throws UsageError */
export function assume(pairs: readonly string[]): Assumed {
  const changed: Record<string, number> = { ...ASSUMED };
  for (const pair of pairs) {
    const [key = '', value = ''] = pair.split('=');
    if (!(key in ASSUMED))
      throw new UsageError(`--assume ${pair}: there is no "${key}", only ${Object.keys(ASSUMED).join(', ')}`);
    changed[key] = number(`--assume ${key}`, value);
  }
  return { ...ASSUMED, ...changed };
}

/** Sorts what was set into what is deployed differently and what flows do differently. */
export function settle(
  pairs: readonly string[],
  given: Readonly<Record<string, Figures>>,
): { changes: Readonly<Record<string, Changes>>; figures: Readonly<Record<string, Figures>> } {
  const changes: Record<string, Changes> = {};
  const figures: Record<string, Figures> = { ...given };
  for (const pair of pairs) {
    const { tier, key, value } = assignment(pair);
    if (key === 'pollers') changes[tier] = { ...changes[tier], pollers: range(pair, value) };
    else if (isOneOf(CHANGES, key)) changes[tier] = { ...changes[tier], [key]: number(`--set ${tier}.${key}`, value) };
    else if (isOneOf(FIGURES, key)) {
      figures[tier] = { ...(figures[tier] ?? UNKNOWN), [key]: number(`--set ${tier}.${key}`, value) };
    } else throw new UsageError(`--set ${pair}: there is no "${key}", only ${[...CHANGES, ...FIGURES].join(', ')}`);
  }
  return { changes, figures };
}

function assignment(pair: string): { tier: string; key: string; value: string } {
  const found = /^([^.=]+)\.([^.=]+)=(.+)$/.exec(pair);
  if (!found) throw new UsageError(`--set ${pair}: write it as tier.key=value, such as deep.memorySize=1769`);
  return { tier: found[1]!, key: found[2]!, value: found[3]! };
}

function range(pair: string, value: string): { minimum: number; maximum: number } {
  const [minimum = '', maximum = ''] = value.split('..');
  const found = { minimum: number(`--set ${pair}`, minimum), maximum: number(`--set ${pair}`, maximum) };
  const { minimum: least, most } = LIMITS.pollers;
  if (found.minimum < least || found.maximum < found.minimum || found.maximum > most) {
    throw new UsageError(`--set ${pair}: write pollers as ${least}..${most}, the smaller first`);
  }
  return found;
}

function isOneOf<T extends string>(names: readonly T[], name: string): name is T {
  return (names as readonly string[]).includes(name);
}

/** A number that is not negative. @throws UsageError */
export function number(what: string, text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0) {
    throw new UsageError(`${what}: "${text}" is no number that can be used here`);
  }
  return value;
}

/** A number above zero. @throws UsageError */
export function positive(what: string, text: string): number {
  const value = number(what, text);
  if (value === 0) throw new UsageError(`${what}: must be above 0`);
  return value;
}
