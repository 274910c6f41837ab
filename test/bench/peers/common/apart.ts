import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * Runs a script in a process of its own, so that none warms or fills the next one's heap, and gives what it reports. Its
 * standard output goes nowhere: what a contender logs is written, and not read.
 */
export async function apart<T>(
  script: URL,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<T> {
  const node = ['--conditions=sluice-source', '--no-warnings', fileURLToPath(script), ...args];
  const child = spawn(process.execPath, node, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  let reported: { readonly result: T } | undefined;
  child.on('message', (message) => {
    reported = message as { readonly result: T };
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (!reported) throw new Error(`${fileURLToPath(script)} ${args.join(' ')} ended with ${code} and reported nothing`);
  return reported.result;
}

/** Hands a result to the process that asked for it, and ends this one whatever a contender left open. */
export function report(result: unknown): void {
  if (process.send) process.send({ result }, () => process.exit(0));
  else process.stderr.write(`${JSON.stringify(result)}\n`, () => process.exit(0));
}
