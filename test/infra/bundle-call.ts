import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Stub, stubEnvironment } from '../bench/cold-stub.ts';

/** What came of one invocation of a bundle. */
export interface Called {
  readonly response: unknown;
  /** Lines on standard output, parsed: decisions and metrics. */
  readonly lines: readonly Record<string, unknown>[];
  readonly stderr: string;
}

const CALL = `
const { handler } = await import(process.argv[1]);
const { event } = JSON.parse(process.env.CALL);
const response = await handler(event, { awsRequestId: 'r', getRemainingTimeInMillis: () => 30_000 });
process.stdout.write(JSON.stringify({ response }) + '\\n', () => process.exit(0));
`;

/** Calls the handler of a bundle in a process of its own, outside the repository's module resolution. */
export async function callBundle(
  { dir }: { readonly dir: string },
  env: Readonly<Record<string, string>>,
  event: object,
  stub: Stub,
): Promise<Called> {
  const entry = pathToFileURL(join(dir, 'index.mjs')).href;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', CALL, entry], {
    cwd: dir,
    env: { ...stubEnvironment(stub), ...env, CALL: JSON.stringify({ event }) },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code !== 0) throw new Error(`the bundle ended with ${code}: ${stderr}`);
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { response: lines.at(-1)!.response, lines: lines.slice(0, -1), stderr };
}
