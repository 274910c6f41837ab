import { build, type Metafile } from 'esbuild';
import type { Application } from '../lib/runtime/application.ts';
import { barrelsPlugin } from './bundle-barrels.ts';
import { builtinsPlugin } from './bundle-builtins.ts';
import { type Entry, entriesPlugin } from './bundle-entries.ts';
import { herePlugin } from './bundle-here.ts';
import { credentialsPlugin, frameworkPlugin } from './bundle-plugins.ts';
import { sdkPlugin } from './bundle-sdk.ts';
import type { Sources } from './bundle-sources.ts';

/** One function as esbuild made it. */
export interface Built {
  readonly name: string;
  /** File names and texts; `index.mjs` is the entry. */
  readonly files: ReadonlyMap<string, string>;
  /** Bytes that are loaded before the first record; the rest is loaded when it is used. */
  readonly eagerBytes: number;
  /** Source files that something of is in it, relative to the working directory. */
  readonly inputs: readonly string[];
}

/** All functions, and every source file that was looked at. */
export interface BuiltAll {
  readonly functions: readonly Built[];
  readonly sources: readonly string[];
}

/** Bundles all entries in one call of esbuild: what they share is read, parsed and written once. */
export async function buildEntries(
  application: Pick<Application, 'dir'>,
  entries: readonly Entry[],
  sources: Sources,
): Promise<BuiltAll> {
  const result = await build({
    entryPoints: Object.fromEntries(entries.map(({ name }) => [name, `sluice-entry:${name}`])),
    absWorkingDir: process.cwd(),
    bundle: true,
    write: false,
    metafile: true,
    outdir: 'out',
    outExtension: { '.js': '.mjs' },
    chunkNames: 'chunk-[hash]',
    format: 'esm',
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    minify: true,
    splitting: true,
    legalComments: 'none',
    logLevel: 'silent',
    plugins: [
      entriesPlugin(entries, application.dir),
      frameworkPlugin(sources),
      builtinsPlugin,
      credentialsPlugin,
      sdkPlugin,
      barrelsPlugin,
      herePlugin(application.dir),
    ],
  });
  const texts = new Map(result.outputFiles.map((file) => [baseName(file.path), file.text]));
  return {
    functions: entries.map(({ name }) => functionOf(name, result.metafile, texts)),
    sources: filesOf(Object.keys(result.metafile.inputs)),
  };
}

function functionOf(name: string, { outputs }: Metafile, texts: ReadonlyMap<string, string>): Built {
  const entry = `out/${name}.mjs`;
  const reached = reach(outputs, entry, () => true);
  const eager = reach(outputs, entry, (kind) => kind !== 'dynamic-import');
  const inputs = reached.flatMap((path) =>
    Object.entries(outputs[path]!.inputs).flatMap(([input, { bytesInOutput }]) => (bytesInOutput > 0 ? [input] : [])),
  );
  return {
    name,
    files: new Map(reached.map((path) => [path === entry ? 'index.mjs' : baseName(path), texts.get(baseName(path))!])),
    eagerBytes: eager.reduce((sum, path) => sum + outputs[path]!.bytes, 0),
    inputs: filesOf(inputs),
  };
}

/** What of the inputs are files: not the modules that plugins make, and each copy of an index file once. */
function filesOf(inputs: readonly string[]): readonly string[] {
  const files = inputs.filter((path) => !path.includes(':')).map((path) => path.replace(/\?\d+$/, ''));
  return [...new Set(files)].sort();
}

/** The outputs an output leads to, itself included. */
function reach(outputs: Metafile['outputs'], from: string, follows: (kind: string) => boolean): readonly string[] {
  const seen = new Set([from]);
  for (const path of seen) {
    for (const { path: next, kind, external } of outputs[path]!.imports) {
      if (!external && follows(kind)) seen.add(next);
    }
  }
  return [...seen];
}

function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}
