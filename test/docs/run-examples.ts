/**
 * Runs examples one after the other in the folder they share, and reports what each printed and from which line.
 * Started as a child process: its arguments are the files.
 */
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { format } from 'node:util';

/** What came of one example. */
export interface ExampleResult {
  readonly file: string;
  readonly error?: string;
  /** Line of the example that failed. */
  readonly errorLine?: number;
  readonly printed: readonly Printed[];
}

/** One call of `console.log`. */
export interface Printed {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

const folder = process.cwd();
let printed: Printed[] = [];

console.log = (...values: unknown[]): void => {
  const place = placeIn(new Error().stack);
  if (place) printed.push({ ...place, text: format(...values) });
};

/** The first frame of a stack that lies in an example. */
function placeIn(stack: string | undefined): { readonly file: string; readonly line: number } | undefined {
  for (const [, url, line] of (stack ?? '').matchAll(/(file:\/\/[^)\s]+?):(\d+):\d+/g)) {
    const path = fileURLToPath(url!);
    if (path.startsWith(folder)) return { file: path.slice(folder.length + 1), line: Number(line) };
  }
  return undefined;
}

let onStray: ((error: unknown) => void) | undefined;
process.on('unhandledRejection', (error) => onStray?.(error));
process.on('uncaughtException', (error) => onStray?.(error));

for (const file of process.argv.slice(2)) {
  printed = [];
  const failed = await new Promise<unknown>((done) => {
    onStray = done;
    import(pathToFileURL(resolve(file)).href).then(() => done(undefined), done);
  });
  const error = failed instanceof Error ? failed : failed === undefined ? undefined : new Error(String(failed));
  const place = placeIn(error?.stack);
  const result: ExampleResult = {
    file,
    printed,
    ...(error && { error: error.message }),
    ...(place && place.file === file && { errorLine: place.line }),
  };
  await new Promise((sent) => process.send!(result, sent));
}
process.exit();
