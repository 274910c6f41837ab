import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as z from 'zod';
import { CONTROLS_FUNCTION, EXPIRY } from '../../infra/bundle-entries.ts';
import { type BundledApplication, Cascade, type CascadeProps } from '../../infra/index.ts';
import type { DefinitionFile } from '../../lib/core/graph.ts';
import { buildGraph } from '../../lib/core/graph.ts';
import { defineDestination, defineTier, stream, tier } from '../../lib/index.ts';
import type { Application } from '../../lib/runtime/application.ts';

// CDK's own validation of templates takes seconds; synth.test.ts has it on.
process.env.CDK_VALIDATION = 'false';

const Guess = z.object({ label: z.string(), sure: z.number() });
const satisfied = { score: ({ output }: { readonly output: { readonly sure: number } }) => output.sure, atLeast: 0.5 };
const predict = () => ({ label: 'cat', sure: 1 });
const Photo = z.object({ shop: z.string() });

/** Tiers that together use all that changes what is deployed. */
export const TIERS = {
  first: (extra: object = {}) =>
    defineTier({ name: 'first', input: Photo, output: Guess, predict, satisfied, exhausted: 'accept', ...extra }),
  second: (extra: object = {}) =>
    defineTier({
      name: 'second',
      input: tier<{ default: ReturnType<typeof TIERS.first> }>('first'),
      join: { data: stream('photos', Photo, { objects: { photo: { deleteAfter: 'accepted' } } }) },
      output: Guess,
      produces: { mask: {} },
      predict,
      satisfied,
      exhausted: 'accept',
      ...extra,
    }),
  third: (extra: object = {}) =>
    defineTier({
      name: 'third',
      input: tier<{ default: ReturnType<typeof TIERS.second> }>('second'),
      output: Guess,
      predict,
      satisfied,
      exhausted: 'accept',
      ...extra,
    }),
};

/** A destination that does nothing. */
export const archive = () => defineDestination({ name: 'archive', handler: () => undefined });

/** An application of these definitions, as if each lay in a file. */
export function applicationOf(...definitions: readonly unknown[]): Application {
  const files = definitions.map((definition) => {
    const { name } = definition as { readonly name: string };
    return { file: `functions/shop/${name}.ts`, version: '1', definition } as DefinitionFile;
  });
  return { name: 'shop', dir: '/functions/shop', graph: buildGraph('shop', files), files: new Map() };
}

const folder = mkdtempSync(join(tmpdir(), 'sluice-infra-'));
writeFileSync(join(folder, 'index.mjs'), 'export const handler = () => undefined;\n');

/** Bundles that need no bundler: every function has the same few bytes. */
export function withStubBundles(application: Application): BundledApplication {
  const { graph } = application;
  const names = [...graph.tiers.map((plan) => plan.tier.name), EXPIRY, CONTROLS_FUNCTION];
  if (graph.destination) names.push(graph.destination.destination.name);
  return { ...application, bundles: new Map(names.map((name) => [name, { dir: folder, hash: `stub of ${name}` }])) };
}

/** A cascade in an app of its own. */
export function deployed(
  application: Application,
  props: Partial<CascadeProps> = {},
): { readonly app: App; readonly stack: Stack; readonly cascade: Cascade } {
  const app = new App({ analyticsReporting: false, context: { 'aws:cdk:enable-path-metadata': true } });
  const stack = new Stack(app, 'Test');
  const cascade = new Cascade(stack, 'Shop', { application: withStubBundles(application), ...props });
  return { app, stack, cascade };
}

/** One resource of a template. */
export interface Resource {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: templates are JSON of any shape, and a wrong path fails the test.
  readonly Properties: any;
  readonly Metadata?: Readonly<Record<string, string>>;
}

/** The resources of a cascade by the path of their construct below it: `first/Queue`, `State/Table`. */
export function resourcesOf(
  application: Application,
  props: Partial<CascadeProps> = {},
): Readonly<Record<string, Resource>> {
  const { stack } = deployed(application, props);
  return byPath(Template.fromStack(stack).toJSON().Resources as Readonly<Record<string, Resource>>);
}

/** Logical ids become paths, in references too, so that a failing test names what it is about. */
export function byPath(resources: Readonly<Record<string, Resource>>): Readonly<Record<string, Resource>> {
  let text = JSON.stringify(Object.entries(resources));
  for (const [id, { Metadata }] of Object.entries(resources)) {
    const path = Metadata?.['aws:cdk:path'] ?? id;
    text = text.replaceAll(`"${id}"`, JSON.stringify(path.replace(/^Test\/Shop\//, '').replace(/\/Resource$/, '')));
  }
  return Object.fromEntries(JSON.parse(text) as [string, Resource][]);
}
