import { expect, test } from 'vitest';
import * as z from 'zod';
import { dataFix } from '../../lib/cli/data-example.ts';
import { buildGraph } from '../../lib/core/graph.ts';
import type { Schema } from '../../lib/core/schema.ts';
import type { TierDefinition } from '../../lib/core/tier-definition.ts';
import { type AnyTier, defineTier } from '../../lib/index.ts';
import { cheap, joining } from '../support/tiers.ts';

const NONE = 'Give it as JSON, in quotes that your shell keeps.';
const fixFor = (input: Schema): string =>
  dataFix(graphOf([defineTier({ name: 'only', input, output: z.any(), predict: () => 1 }) as AnyTier]), 'only');

const graphOf = (tiers: readonly AnyTier[]) =>
  buildGraph(
    'test',
    tiers.map((definition) => ({
      definition: definition as TierDefinition,
      file: `${definition.name}.ts`,
      version: '1',
    })),
  );

test.each<[string, Schema, string]>([
  ['texts', z.object({ text: z.string() }), `'{"text":"…"}'`],
  [
    'what it must have, and nothing else',
    z.object({ n: z.number(), more: z.string().optional(), in: z.object({ yes: z.boolean() }) }),
    `'{"n":0,"in":{"yes":true}}'`,
  ],
  ['lists', z.object({ tags: z.array(z.string()) }), `'{"tags":["…"]}'`],
  [
    'one of a few',
    z.object({ shop: z.enum(['a', 'b']), v: z.literal(2), or: z.string().nullable() }),
    `'{"shop":"a","v":2,"or":"…"}'`,
  ],
  ['bounds', z.object({ n: z.int().min(3) }), `'{"n":3}'`],
  ['nothing needed', z.object({ more: z.string().optional() }), `'{}'`],
  ['no object', z.string(), `'"…"'`],
])('an example follows from the schema: %s', (_, schema, example) => {
  expect(fixFor(schema)).toBe(`Give it as JSON, in quotes that your shell keeps: ${example}`);
  expect(schema['~standard'].validate(JSON.parse(example.slice(1, -1)))).not.toHaveProperty('issues');
});

test('no example where the schema does not say, or there is no graph', () => {
  expect(fixFor(z.any())).toBe(NONE);
  expect(fixFor(z.object({ any: z.unknown() }))).toBe(NONE);
  const mute: Schema = { '~standard': { version: 1, vendor: 'mine', validate: (value) => ({ value }) } };
  expect(fixFor(mute)).toBe(NONE);
  expect(dataFix(undefined, undefined)).toBe(NONE);
});

test('the data of a join has a schema of its own', () => {
  const graph = graphOf([cheap(), joining()]);
  expect(dataFix(graph, 'dear.photos')).toContain(`'{"photo":"…"}'`);
  expect(dataFix(graph, 'cheap')).toContain(`'{"n":0}'`);
});
