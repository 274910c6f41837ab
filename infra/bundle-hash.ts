import { readdir, readFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { version as esbuildVersion, type Metafile } from 'esbuild';
import { sha256 } from '../lib/core/identity.ts';
import { filesOf } from './bundle-outputs.ts';

/**
 * The files that an entry imports, directly and by others, relative to the working directory: what its code comes from,
 * whatever else was bundled with it.
 */
export function reachedBy(entry: string, inputs: Metafile['inputs']): readonly string[] {
  const seen = new Set([entry]);
  for (const path of seen) {
    for (const { path: next, external } of inputs[path]?.imports ?? []) if (!external) seen.add(next);
  }
  return filesOf([...seen]);
}

/**
 * What a function is made of, as one hash. Not what was written: the bundler puts what functions share into files of
 * its own choice, and a tier more would change the files of all others without changing what they do.
 */
export async function sourceHash(files: readonly string[]): Promise<string> {
  const hashed = files.map(async (path) => `${nameOf(path)} ${sha256(await readFile(path))}`);
  return sha256(Buffer.from([...(await Promise.all(hashed)), await bundlerHash()].join('\n')));
}

/** A file's name, wherever the project lies and packages are installed. */
function nameOf(path: string): string {
  const [, installed] = /.*[\\/]node_modules[\\/](.*)$/.exec(resolve(path)) ?? [];
  return installed ?? relative(process.cwd(), resolve(path));
}

/** The bundler itself: esbuild, and how it is used here. */
export async function bundlerHash(): Promise<string> {
  const own = (await readdir(import.meta.dirname)).filter((name) => /^bundle.*\.[jt]s$/.test(name)).sort();
  const texts = await Promise.all(own.map((name) => readFile(join(import.meta.dirname, name), 'utf8')));
  return sha256(Buffer.from(JSON.stringify([esbuildVersion, texts])));
}
