import { fileURLToPath } from 'node:url';

/** Where the framework's own code lies that bundles are made of. */
export interface Sources {
  /** Absolute path of the public API, which tier files import as `sluice`. */
  readonly index: string;
  /** Absolute path of a module under `lib/`, named without its extension. */
  module(name: string): string;
}

/** In a checkout the TypeScript sources, in the package what they were compiled to: this file's own kind either way. */
export function frameworkSources(): Sources {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const module = (name: string): string => fileURLToPath(new URL(`../lib/${name}.${extension}`, import.meta.url));
  return { index: module('index'), module };
}
