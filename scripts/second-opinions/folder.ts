import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Where servers lie; git ignores it. */
export const FOLDER = resolve(import.meta.dirname, '../../.sluice/second-opinions');

/** A folder that is filled at its first use; one whose filling was broken off is filled anew. */
export function fetchedOnce(name: string, fill: (dir: string) => void): string {
  const dir = join(FOLDER, name);
  const complete = join(dir, 'complete');
  if (existsSync(complete)) return dir;
  rmSync(dir, { recursive: true, force: true });
  console.error(`fetching ${name}`);
  fill(dir);
  writeFileSync(complete, '');
  return dir;
}
