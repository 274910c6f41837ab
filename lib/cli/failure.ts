import { type ErrorPlace, isSluiceError, toError } from '../core/errors.ts';

/** What a command's exit code says. */
export const EXIT = { ok: 0, failed: 1, usage: 2, notFound: 3, unanswered: 4, interrupted: 130 } as const;

/** The same, for help texts. */
export const EXIT_HELP = `Exit codes:
  0    done
  1    the command failed
  2    wrong arguments
  3    something named was not found: an application, tier, flow, control, dead letter or file
  4    finished, but not every flow was answered; of a simulation: none
  130  interrupted`;

/** A failure of a command, as it is printed. */
export interface Failure {
  readonly exit: number;
  readonly code: string;
  readonly message: string;
  readonly fix?: string;
  readonly place: ErrorPlace;
}

const failures = new WeakMap<Error, Failure>();

function failure(exit: number, code: string, message: string, fix?: string): Error {
  const error = new Error(message);
  failures.set(error, { exit, code, message, place: {}, ...(fix !== undefined && { fix }) });
  return error;
}

/** The arguments are wrong. */
export const wrongUsage = (message: string, fix?: string): Error => failure(EXIT.usage, 'usage', message, fix);

/** Something the arguments name is not there. */
export const notFound = (
  what: 'application' | 'tier' | 'flow' | 'dead-letter' | 'control' | 'store' | 'file',
  message: string,
  fix?: string,
): Error => failure(EXIT.notFound, `${what}-not-found`, message, fix);

/** A line of input that cannot be taken: what is wrong with it completes the sentence. */
export function wrongLine(number: number, file: string, thrown: unknown): Error {
  const { message, fix } = toFailure(thrown);
  return wrongUsage(`line ${number} of ${file} ${message}`, fix);
}

/** The command understood what is wanted and will not do it. */
export const refused = (message: string, fix?: string): Error => failure(EXIT.failed, 'refused', message, fix);

/** Any thrown value as the failure of a command. */
export function toFailure(thrown: unknown): Failure {
  const error = toError(thrown);
  const own = failures.get(error);
  if (own) return own;
  if (!isSluiceError(error)) {
    const fix = 'Add --verbose to see where it comes from.';
    return { exit: EXIT.failed, code: 'unexpected', message: error.message, fix, place: {} };
  }
  const { code, problem: message, fix, place } = error;
  const exit =
    code === 'application-not-found' ? EXIT.notFound : code === 'flow-not-answered' ? EXIT.unanswered : exitOf(code);
  return { exit, code, message, place, ...(fix !== undefined && { fix }) };
}

function exitOf(code: string): number {
  return code === 'usage' || code === 'flow-id-invalid' ? EXIT.usage : EXIT.failed;
}
