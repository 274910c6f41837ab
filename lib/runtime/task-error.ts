import { isSluiceError, SluiceError, toError } from '../core/errors.ts';
import { thrownAt } from './thrown-at.ts';

/** A thrown value as an error that says where, keeping sluice's own errors and what they say about retrying. */
export function taskError(
  code: 'load-failed' | 'predict-failed' | 'gate-failed' | 'destination-failed',
  what: string,
  tier: string,
  flow: string | undefined,
  thrown: unknown,
): Error {
  if (isSluiceError(thrown)) return thrown;
  return new SluiceError(code, `${what} threw: ${toError(thrown).message}${thrownAt(thrown)}`, {
    tier,
    ...(flow !== undefined && { flow }),
    cause: thrown,
    fix: 'Correct it, then redrive; throw TerminalError where trying again cannot help.',
  });
}
