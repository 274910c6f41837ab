import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Where the framework's own code lies that bundles are made of. */
export interface Sources {
  /** Absolute path of the public API, which tier files import as `sluice`. */
  readonly index: string;
  /** Absolute path of a module under `lib/`, named without its extension. */
  module(name: string): string;
}

/** In a checkout the TypeScript sources, in the package what they were compiled to. */
export function frameworkSources(): Sources {
  const candidates = [
    { root: new URL('../lib/', import.meta.url), extension: 'ts' },
    { root: new URL('../', import.meta.url), extension: 'js' },
    { root: new URL('../dist/', import.meta.url), extension: 'js' },
  ];
  const found = candidates.find(({ root, extension }) => existsSync(new URL(`aws/handler.${extension}`, root)));
  if (!found) throw new Error(`sluice is not complete: no handler near ${import.meta.dirname}`);
  const module = (name: string): string => fileURLToPath(new URL(`${name}.${found.extension}`, found.root));
  return { index: module('index'), module };
}
