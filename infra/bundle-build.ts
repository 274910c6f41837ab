import { build } from 'esbuild';
import type { Application } from '../lib/runtime/application.ts';
import { barrelsPlugin } from './bundle-barrels.ts';
import { builtinsPlugin } from './bundle-builtins.ts';
import { type Entry, entriesPlugin } from './bundle-entries.ts';
import { reachedBy } from './bundle-hash.ts';
import { herePlugin } from './bundle-here.ts';
import { MAIN, type Merged, mergeStarts } from './bundle-merge.ts';
import { BUNDLE_OPTIONS } from './bundle-options.ts';
import { outputsOf } from './bundle-outputs.ts';
import { credentialsPlugin, frameworkPlugin } from './bundle-plugins.ts';
import { sdkPlugin } from './bundle-sdk.ts';
import type { Sources } from './bundle-sources.ts';
import { streamsPlugin } from './bundle-streams.ts';

/** All functions, and what they were made of. */
export interface BuiltAll {
  readonly functions: readonly Merged[];
  /** The files that each function's code comes from, by its name. */
  readonly sources: ReadonlyMap<string, readonly string[]>;
}

/** Bundles all entries in one call of esbuild: what they share is read and parsed once. */
export async function buildEntries(
  application: Pick<Application, 'dir'>,
  entries: readonly Entry[],
  sources: Sources,
): Promise<BuiltAll> {
  const written = await build({
    ...BUNDLE_OPTIONS,
    entryPoints: Object.fromEntries(entries.map(({ name }) => [name, `sluice-entry:${name}`])),
    absWorkingDir: process.cwd(),
    plugins: [
      entriesPlugin(entries, application.dir),
      frameworkPlugin(sources),
      builtinsPlugin,
      credentialsPlugin,
      sdkPlugin,
      streamsPlugin,
      barrelsPlugin,
      herePlugin(application.dir),
    ],
  });
  const names = entries.map(({ name }) => name);
  const { inputs } = written.metafile;
  return {
    functions: await mergeStarts(outputsOf(names, MAIN, written)),
    sources: new Map(names.map((name) => [name, reachedBy(`sluice-entry:${name}`, inputs)])),
  };
}
