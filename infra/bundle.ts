import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Application } from '../lib/runtime/application.ts';
import { assetsOf } from './bundle-assets.ts';
import { buildEntries } from './bundle-build.ts';
import { readCache, writeCache } from './bundle-cache.ts';
import { entriesOf } from './bundle-entries.ts';
import { sourceHash } from './bundle-hash.ts';
import { placesOf } from './bundle-here.ts';
import type { Merged } from './bundle-merge.ts';
import { frameworkSources } from './bundle-sources.ts';

export { CONTROLS_FUNCTION, EXPIRY } from './bundle-entries.ts';

/** One bundled function. */
export interface Bundle {
  /** Absolute path of the folder to deploy: `index.mjs` exports `handler`. */
  readonly dir: string;
  /** Of what it is made of: a function changes with its own sources, and not with those of others. */
  readonly hash: string;
  /** Minified code, in bytes. */
  readonly bytes: number;
  /** The part of it that a cold start loads; the rest is loaded when it is used. */
  readonly eagerBytes: number;
  /** Source files that something of is in it, relative to the working directory. */
  readonly inputs: readonly string[];
  /** Files copied beside the code, by their path in the application's folder. */
  readonly assets: readonly string[];
}

/**
 * Bundles every function of an application, each into a folder of its own under `outDir`: one a tier by the tier's name,
 * the destination by its own, and {@link EXPIRY} where a tier joins. Nothing is done where nothing has changed.
 *
 * @throws an esbuild error, with file and line, where a tier's code cannot be bundled
 */
export async function bundleTiers(application: Application, outDir: string): Promise<Map<string, Bundle>> {
  const framework = frameworkSources();
  const entries = entriesOf(application, framework);
  const out = resolve(outDir);
  const cached = await readCache(out, entries);
  if (cached) return cached;
  await rm(join(out, 'bundles.json'), { force: true }); // What is half written must not be taken for whole.
  const built = await buildEntries(application, entries, framework);
  const bundles = new Map<string, Bundle>();
  for (const one of built.functions) {
    const written = await writeOne(application.dir, out, one);
    const assets = written.assets.map((asset) => join(application.dir, asset));
    const hash = await sourceHash([...built.sources.get(one.name)!, ...assets]);
    bundles.set(one.name, { ...written, hash });
  }
  const sources = [...new Set([...built.sources.values()].flat())];
  await writeCache(out, { entries, bundles, sources, applicationDir: application.dir });
  return bundles;
}

async function writeOne(
  applicationDir: string,
  out: string,
  { name, files, eagerBytes, inputs }: Merged,
): Promise<Omit<Bundle, 'hash'>> {
  const dir = join(out, name);
  await rm(dir, { recursive: true, force: true });
  await mkdir(dir, { recursive: true });
  for (const [file, text] of files) await writeFile(join(dir, file), text);
  const assets = await assetsOf(applicationDir, [...files.values()].flatMap(placesOf));
  for (const asset of assets) {
    await mkdir(join(dir, dirname(asset)), { recursive: true });
    await cp(join(applicationDir, asset), join(dir, asset));
  }
  const bytes = [...files.values()].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  return { dir, bytes, eagerBytes, inputs, assets };
}
