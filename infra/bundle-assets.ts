import { readdir } from 'node:fs/promises';
import { join, posix, relative, sep } from 'node:path';
import { CODE, type Place } from './bundle-here.ts';

/**
 * The files to copy beside a bundle, by their path in the application's folder: for `new URL('./data/a.bin',
 * import.meta.url)` that file, for a template every file that fits it, for any other use of `import.meta.url` or
 * `import.meta.dirname` all files beside and below the source file but code.
 */
export async function assetsOf(applicationDir: string, places: readonly Place[]): Promise<readonly string[]> {
  const found = new Set<string>();
  for (const { file, reads } of places) {
    const path = posix.join(posix.dirname(file), reads ?? '.');
    const fits = reads === undefined ? () => true : matcher(path);
    const folder = reads === undefined ? path : fixedFolder(path);
    if (folder.startsWith('..')) continue;
    for (const asset of await filesBelow(applicationDir, folder)) {
      if (fits(asset) && !CODE.test(asset)) found.add(asset);
    }
  }
  return [...found].sort();
}

const HOLE = /\$\{[^{}]*\}/g;

/** The folder named before the first hole. */
function fixedFolder(path: string): string {
  const hole = path.indexOf('${');
  return posix.dirname(hole < 0 ? path : `${path.slice(0, hole)}x`);
}

/** Tells the paths that a path with holes can mean; one that ends in a slash means all below. */
function matcher(path: string): (asset: string) => boolean {
  const parts = path.split(HOLE).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const pattern = new RegExp(`^${parts.join('[^/]+')}${path.endsWith('/') ? '' : '$'}`);
  return (asset) => pattern.test(asset);
}

async function filesBelow(root: string, folder: string): Promise<readonly string[]> {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => !path.split('/').includes('node_modules'));
}
