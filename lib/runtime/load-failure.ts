import { relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { SluiceError, toError } from '../core/errors.ts';

/** Why a file of definitions cannot be imported: at which line, and what to do. */
export function loadFailure(path: string, thrown: unknown): SluiceError {
  const cause = toError(thrown);
  return new SluiceError('file-invalid', `${placeOf(path, cause.stack ?? '')} cannot be loaded: ${cause.message}`, {
    cause,
    fix: fixFor(cause),
  });
}

/** The file with the line that the stack names: where a syntax error lies, else where the file itself threw. */
function placeOf(path: string, stack: string): string {
  const [, elsewhere, wrongLine] = /^(file:\/\/\S+):(\d+)\n/.exec(stack) ?? [];
  const url = elsewhere ?? pathToFileURL(path).href;
  const line = wrongLine ?? stack.split(`${url}:`)[1]?.match(/^\d+/)?.[0];
  const file = elsewhere === undefined ? path : fileURLToPath(elsewhere);
  return `${relative(process.cwd(), file) || file}${line === undefined ? '' : `:${line}`}`;
}

/** What Node says of the commonest mistakes of a first day does not say how to mend them. */
const FIXES: readonly (readonly [RegExp, string])[] = [
  [
    /import statement outside a module|Unexpected token 'export'/,
    'Make the project one of ES modules: npm pkg set type=module',
  ],
  [/Cannot find package '([^']+)'/, 'Install it: npm i $1'],
  [
    /Cannot find module/,
    'Correct the path: to a file of your own it begins with ./ and ends as the file does, in .ts.',
  ],
  [/does not provide an export named '([^']+)'/, 'Correct the name; if $1 is a type, write: import type.'],
];

function fixFor({ message }: Error): string {
  for (const [pattern, fix] of FIXES) {
    const found = pattern.exec(message);
    if (found) return fix.replace('$1', found[1] ?? '');
  }
  return 'Correct the file.';
}
