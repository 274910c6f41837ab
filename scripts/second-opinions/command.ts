import { spawnSync } from 'node:child_process';
import { NotServed } from './not-served.ts';

const TIMEOUT_MS = 600_000;

/** Runs a command to its end. @throws NotServed where it is not installed, or fails */
export function run(doing: string, file: string, args: readonly string[]): void {
  const { error, status, stdout, stderr } = spawnSync(file, args, { encoding: 'utf8', timeout: TIMEOUT_MS });
  if ((error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') throw new NotServed(`there is no ${file} here`);
  if (error) throw new NotServed(`${doing} failed: ${error.message}`);
  if (status !== 0) throw new NotServed(`${doing} failed: ${firstError(`${stdout}\n${stderr}`)}`);
}

function firstError(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  return (lines.find((line) => /error/i.test(line)) ?? lines.at(-1) ?? 'it does not say why').trim();
}
