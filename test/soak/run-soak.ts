import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

/** How a soak ended. */
export interface Soaked {
  readonly code: number | null;
  /** Its report, as `--json` prints it. */
  readonly report: { readonly flows: number; readonly kills: number; readonly ends: Readonly<Record<string, number>> };
  readonly stalls: number;
}

/** Runs a soak as `npm run soak -- …` does; throws with what it printed where it has no report. */
export async function runSoak(...options: readonly string[]): Promise<Soaked> {
  const main = fileURLToPath(new URL('./main.ts', import.meta.url));
  const soak = spawn(process.execPath, ['--conditions=sluice-source', main, ...options, '--json']);
  const [out, err, code] = await Promise.all([
    text(soak.stdout),
    text(soak.stderr),
    new Promise<number | null>((done) => soak.once('exit', done)),
  ]);
  if (out === '') throw new Error(`the soak ended with ${code}:\n${err}`);
  const report = JSON.parse(out);
  return { code, report, stalls: report.harm.stalls };
}

/** What a report says where every flow is accounted for. */
export const CLEAN = {
  lost: 0,
  doubled: 0,
  untold: 0,
  once: { unmarked: 0 },
  leftInTable: 0,
  left: 0,
  harm: { crashes: {} },
  clean: true,
};
