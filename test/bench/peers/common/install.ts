import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Installs the peers from their own lockfile, where they are missing: nobody needs them but these benchmarks. */
export function installPeers(): void {
  const folder = fileURLToPath(new URL('..', import.meta.url));
  if (existsSync(`${folder}/node_modules/.package-lock.json`)) return;
  process.stderr.write('installing what is measured beside sluice …\n');
  // Not `ci`: it refuses a lockfile that leaves out a package's builds for other machines, and `install` keeps to it too.
  const args = ['install', '--no-save', '--prefix', folder, '--no-audit', '--no-fund'];
  execFileSync('npm', args, { stdio: ['ignore', 'ignore', 'inherit'] });
}
