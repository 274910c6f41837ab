import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../lib/core/identity.ts';
import type { Bundle } from './bundle.ts';
import type { Entry } from './bundle-entries.ts';
import { bundlerHash } from './bundle-hash.ts';

/** What a build was made of, as `bundles.json` keeps it beside the bundles. */
interface Kept {
  readonly key: string;
  readonly bundles: readonly (readonly [string, Bundle])[];
  /** Size, time of change and SHA-256 of every source file and asset, by path. */
  readonly files: Readonly<Record<string, readonly [size: number, changedMs: number, sha256: string]>>;
}

/** What is remembered of a build. */
export interface Remembered {
  readonly entries: readonly Entry[];
  readonly bundles: ReadonlyMap<string, Bundle>;
  readonly sources: readonly string[];
  readonly applicationDir: string;
}

const FILE = 'bundles.json';

/** The bundles of an earlier build, where every file they were made of is what it was; else `undefined`. */
export async function readCache(out: string, entries: readonly Entry[]): Promise<Map<string, Bundle> | undefined> {
  try {
    const kept = JSON.parse(await readFile(join(out, FILE), 'utf8')) as Kept;
    if (kept.key !== (await keyOf(entries))) return undefined;
    const same = await Promise.all([
      ...Object.entries(kept.files).map(([path, known]) => isSame(path, known)),
      ...kept.bundles.map(([, { dir }]) => stat(join(dir, 'index.mjs')).then(() => true)),
    ]);
    return same.every(Boolean) ? new Map(kept.bundles) : undefined;
  } catch {
    return undefined; // There is none, or not all of it: build.
  }
}

/** Remembers a build. */
export async function writeCache(
  out: string,
  { entries, bundles, sources, applicationDir }: Remembered,
): Promise<void> {
  const assets = [...bundles.values()].flatMap((bundle) => bundle.assets.map((asset) => join(applicationDir, asset)));
  const files = await Promise.all(
    [...new Set([...sources, ...assets])].map(async (path) => {
      const [{ size, mtimeMs }, bytes] = await Promise.all([stat(path), readFile(path)]);
      return [path, [size, mtimeMs, sha256(bytes)]] as const;
    }),
  );
  const kept: Kept = { key: await keyOf(entries), bundles: [...bundles], files: Object.fromEntries(files) };
  await writeFile(join(out, FILE), JSON.stringify(kept));
}

/** The same by content: a checkout changes times and no more, but reading every file of the SDK takes its time. */
async function isSame(path: string, [size, changedMs, hash]: Kept['files'][string]): Promise<boolean> {
  const now = await stat(path);
  if (now.size !== size) return false;
  return now.mtimeMs === changedMs || sha256(await readFile(path)) === hash;
}

/** What a build depends on beside its source files: the entries, and the bundler itself. */
async function keyOf(entries: readonly Entry[]): Promise<string> {
  return sha256(Buffer.from(JSON.stringify([await bundlerHash(), process.cwd(), entries])));
}
