import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './command.ts';
import { fetchedOnce } from './folder.ts';

/** The folder of a package, fetched by npm beside the project: the project itself does not need it. @throws NotServed */
export function fetchNpm(name: string, version: string): string {
  const folder = fetchedOnce(`${name}-${version}`, (dir) => {
    mkdirSync(dir, { recursive: true });
    const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
    run(`fetching ${name}@${version}`, 'npm', ['install', '--prefix', dir, ...quiet, `${name}@${version}`]);
  });
  return join(folder, 'node_modules', name);
}
