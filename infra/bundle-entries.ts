import type { Plugin } from 'esbuild';
import type { Application } from '../lib/runtime/application.ts';
import type { Sources } from './bundle-sources.ts';

/** The function that watches the flow table's deletions; no tier can have this name. */
export const EXPIRY = 'expiry.function';

/** One Lambda function to bundle. */
export interface Entry {
  readonly name: string;
  /** The module that esbuild starts from: a few lines that import the tier's file and make its handler. */
  readonly code: string;
}

/** The entries of an application: one a tier, one for the destination, one for expiry where a tier joins. */
export function entriesOf({ graph, files }: Application, sources: Sources): readonly Entry[] {
  const entries: Entry[] = [];
  const add = (name: string, module: string, make: string): void => {
    const handler = JSON.stringify(sources.module(module));
    const file = JSON.stringify(files.get(name));
    // What a module of the SDK takes to be imported is the function's init phase, and so is waiting for the model.
    const code = `import { ${make} } from ${handler};
import definition from ${file};
export const handler = ${make}(definition);
await handler.ready;
`;
    entries.push({ name, code });
  };
  for (const { tier } of graph.tiers) add(tier.name, 'aws/handler', 'createHandler');
  if (graph.destination) {
    add(graph.destination.destination.name, 'aws/handler-destination', 'createDestinationHandler');
  }
  if (graph.tiers.some(({ tier }) => tier.joins)) {
    const handler = JSON.stringify(sources.module('aws/handler-expiry'));
    const code = `import { createExpiryHandler } from ${handler};
export const handler = createExpiryHandler();
`;
    entries.push({ name: EXPIRY, code });
  }
  return entries;
}

const NAMESPACE = 'sluice-entry';

/** Gives esbuild the entries, which are in no file. */
export function entriesPlugin(entries: readonly Entry[], resolveDir: string): Plugin {
  const code = new Map(entries.map((entry) => [entry.name, entry.code]));
  return {
    name: NAMESPACE,
    setup(build) {
      build.onResolve({ filter: /^sluice-entry:/ }, ({ path }) => ({
        path: path.slice(NAMESPACE.length + 1),
        namespace: NAMESPACE,
      }));
      build.onLoad({ filter: /./, namespace: NAMESPACE }, ({ path }) => ({
        contents: code.get(path)!,
        loader: 'js',
        resolveDir,
      }));
    },
  };
}
