import type { Plugin } from 'esbuild';
import type { Graph, TierPlan } from '../lib/core/plan.ts';
import type { Application } from '../lib/runtime/application.ts';
import type { Sources } from './bundle-sources.ts';
import { reachOf } from './reach.ts';

/** The function that watches the flow table's deletions; no tier can have this name. */
export const EXPIRY = 'expiry.function';

/** The function that applies controls; nor this one. */
export const CONTROLS_FUNCTION = 'controls.function';

/** What only some tiers need, each an option of `createHandler`. */
const OPTIONAL = ['controls', 'steps', 'meet'] as const;

/** One Lambda function to bundle. */
export interface Entry {
  readonly name: string;
  /** The module that esbuild starts from: a few lines that import the tier's file and make its handler. */
  readonly code: string;
}

/** The entries of an application: one a tier, one for the destination, one for its controls, one for expiry where a tier joins. */
export function entriesOf({ graph, files, controls = [] }: Application, sources: Sources): readonly Entry[] {
  const from = (path: string): string => `from ${JSON.stringify(path)}`;
  const entries: Entry[] = graph.tiers.map((plan) => {
    const calls = callsOf(graph, plan);
    const code = [
      `import { createHandler } ${from(sources.module('aws/handler'))};`,
      `import definition ${from(files.get(plan.tier.name)!)};`,
      ...calls.map((call) => `import { ${call}Client } ${from(sources.module(`aws/${call}-client`))};`),
      `const loaded = { ${calls.map((call) => `${call}: ${call}Client`).join(', ')} };`,
      ...(plan.controls
        ? [`import { controlReader as controls } ${from(sources.module('runtime/controls/reader'))};`]
        : []),
      ...(plan.steps ? [`import { controlSteps as steps } ${from(sources.module('core/control/steps'))};`] : []),
      ...(plan.meet ? [`import { meet } ${from(sources.module('core/step/join'))};`] : []),
      `export const handler = createHandler(definition, { ${['loaded', ...OPTIONAL.filter((part) => plan[part])].join(', ')} });`,
    ];
    return { name: plan.tier.name, code: code.join('\n') };
  });
  if (graph.destination) {
    const { name } = graph.destination.destination;
    const code = [
      `import { createDestinationHandler } ${from(sources.module('aws/handler-destination'))};`,
      `import definition ${from(files.get(name)!)};`,
      'export const handler = createDestinationHandler(definition);',
    ];
    entries.push({ name, code: code.join('\n') });
  }
  if (graph.controls) {
    const code = [
      `import { createControlsHandler } ${from(sources.module('aws/handler-controls'))};`,
      `import { tableClient } ${from(sources.module('aws/table-client'))};`,
      ...controls.map((path, i) => `import control${i} ${from(path)};`),
      `const controls = [${controls.map((_, i) => `control${i}`).join(', ')}];`,
      'export const handler = createControlsHandler(controls, { loaded: { table: tableClient } });',
    ];
    entries.push({ name: CONTROLS_FUNCTION, code: code.join('\n') });
  }
  if (graph.tiers.some(({ tier }) => tier.joins)) {
    const code = [
      `import { createExpiryHandler } ${from(sources.module('aws/handler-expiry'))};`,
      'export const handler = createExpiryHandler();',
    ];
    entries.push({ name: EXPIRY, code: code.join('\n') });
  }
  return entries;
}

/** The services that every record of a tier needs; what only some need is loaded by the first of them. */
function callsOf(graph: Graph, plan: TierPlan): readonly ('table' | 'objects')[] {
  const { keys, looks, reads } = reachOf(graph, plan);
  const table = [...keys, ...looks].some((key) => !key.startsWith('reply#'));
  const objects = reads.some((key) => key.startsWith('objects/'));
  return [...(table ? (['table'] as const) : []), ...(objects ? (['objects'] as const) : [])];
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
