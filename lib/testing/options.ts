import { SluiceError } from '../core/errors.ts';
import { didYouMean } from '../core/nearest.ts';
import { rejectUnknownKeys, requireOption } from '../core/options.ts';
import type { NextApplication } from './application.ts';
import { FAULTS, type FaultRates } from './faults.ts';

/** Throws `option-invalid` unless `name` is one of `known`, naming the one that is nearly it. */
export function requireKnown(name: string, known: readonly string[], what: string): void {
  if (known.includes(name)) return;
  throw new SluiceError('option-invalid', `there is no ${what} "${name}"`, { fix: whatThereIs(name, known) });
}

/** Most names that a message lists. */
const MOST_NAMES = 20;

function whatThereIs(name: string, known: readonly string[]): string {
  if (known.length === 0) return 'There is none.';
  const more = known.length > MOST_NAMES ? `, and ${known.length - MOST_NAMES} more` : '';
  return `${didYouMean(name, known)}There are: ${known.slice(0, MOST_NAMES).join(', ')}${more}.`;
}

/** Throws unless `faults` are rates by name, or one of the words that stand for some. */
export function requireFaults(faults: unknown, words: readonly string[], what: string): void {
  if (typeof faults === 'string' && !words.includes(faults)) {
    const message = `${what}: faults is "${faults}" and must be rates by name, or one of: ${words.join(', ')}`;
    throw new SluiceError('option-invalid', message, { fix: whatThereIs(faults, words) });
  }
  if (typeof faults === 'string') return;
  requireOption(typeof faults === 'object' && faults !== null, what, 'faults', faults, 'rates by name, or a word');
  rejectUnknownKeys(faults as object, Object.keys(FAULTS), `faults of ${what}`);
  for (const [kind, rate] of Object.entries(faults as object)) {
    const isShare = rate === undefined || (typeof rate === 'number' && rate >= 0 && rate <= 1);
    requireOption(isShare, what, `faults.${kind}`, rate, 'a share from 0 to 1');
  }
}

/** Throws where a deployment is taken back that nobody runs meanwhile: whatever it does would break no law. */
export function requireNextIsRun(next: NextApplication | undefined, faults: FaultRates | string, what: string): void {
  if (!next?.takenBack || faults === 'some' || faults === 'all') return;
  if (typeof faults === 'object' && (faults.versions ?? 0) > 0) return;
  throw new SluiceError('option-invalid', `${what}: next is taken back before any process has run it`, {
    fix: `Let some run it meanwhile, by the fault versions: faults: { versions: ${FAULTS.versions} }.`,
  });
}

/** Throws unless `seed` is one that worlds can be told apart by. */
export function requireSeed(seed: unknown, what: string, option: string): void {
  requireOption(Number.isSafeInteger(seed) && (seed as number) >= 0, what, option, seed, 'a whole number from 0');
}
