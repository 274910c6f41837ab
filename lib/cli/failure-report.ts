import { styleText } from 'node:util';
import { CommanderError } from 'commander';
import { type ErrorPlace, isSluiceError } from '../core/errors.ts';
import { EXIT, type Failure, toFailure } from './failure.ts';
import { shown } from './text.ts';

/** How failures are shown. */
export interface ReportOptions {
  readonly json: boolean;
  readonly verbose: boolean;
}

/** A failure as JSON output has it. */
export function failureJson(failure: Failure): object {
  const { code, message, fix, place } = failure;
  return { error: { code, message, ...(fix !== undefined && { fix }), place } };
}

/** A failure as people read it: what, where, what to do. */
export function failureText(failure: Failure): string {
  const place = placeText(failure.place);
  const fix = failure.fix === undefined ? '' : `\n  → ${failure.fix.replaceAll('\n', '\n    ')}`;
  return `${styleText('red', 'error', { stream: process.stderr })} ${shown(failure.message)}${shown(place)}${shown(fix)}`;
}

function placeText(place: ErrorPlace): string {
  const parts = Object.entries(place).flatMap(([key, value]) => (value ? [`${key} ${value}`] : []));
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}

/** Prints what ended a command and returns its exit code. */
export function report(thrown: unknown, options: ReportOptions): number {
  const failure = thrown instanceof CommanderError ? parserFailure(thrown) : toFailure(thrown);
  if (failure.exit === EXIT.ok) return EXIT.ok;
  if (options.json) process.stdout.write(`${JSON.stringify(failureJson(failure))}\n`);
  // A command that was only half typed has been answered with its help.
  else if (failure.message !== HELP_SHOWN) process.stderr.write(`${failureText(failure)}\n`);
  if (options.verbose && thrown instanceof Error) process.stderr.write(`${shown(stackOf(thrown))}\n`);
  return failure.exit;
}

const HELP_SHOWN = 'a command is missing';

function parserFailure(error: CommanderError): Failure {
  if (error.exitCode === 0) return { exit: EXIT.ok, code: 'help', message: '', place: {} };
  if (error.code === 'commander.help') {
    return { exit: EXIT.usage, code: 'usage', message: HELP_SHOWN, fix: 'See npx sluice --help.', place: {} };
  }
  const [first = '', ...more] = error.message.replace(/^error: /, '').split('\n');
  const suggestion = more.join(' ').replace(/^\((.*)\)$/, '$1');
  return {
    exit: EXIT.usage,
    code: 'usage',
    message: first,
    fix: suggestion || 'Add --help to see what this command takes.',
    place: {},
  };
}

function stackOf(error: Error): string {
  const cause = isSluiceError(error) && error.cause instanceof Error ? `\ncaused by ${error.cause.stack}` : '';
  return `${error.stack ?? error.message}${cause}`;
}
