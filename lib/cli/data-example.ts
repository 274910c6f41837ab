import { entriesOf } from '../core/graph-describe.ts';
import type { Graph } from '../core/plan.ts';
import type { Schema } from '../core/schema.ts';
import { shellText } from './text.ts';
import { type JsonSchema, jsonSchema } from './zod-text.ts';

/** How to give an entry's data on the command line; with an example where the schema publishes what it takes. */
export function dataFix(graph: Graph | undefined, entry: string | undefined): string {
  const schema = schemaOf(graph, entry);
  const json = schema && jsonSchema(schema, 'input');
  const example = json && exampleOf(json);
  return `Give it as JSON, in quotes that your shell keeps${example === undefined ? '.' : `: ${shellText(JSON.stringify(example))}`}`;
}

function schemaOf(graph: Graph | undefined, entry = ''): Schema | undefined {
  const tier = graph?.tiers.find((plan) => entriesOf(plan).includes(entry))?.tier;
  return tier?.joins?.stream.schema ?? (tier?.input as Schema | undefined);
}

/** A value of the kind that a schema asks for, without what it leaves to choose; `undefined` where it does not say. */
function exampleOf(json: JsonSchema): unknown {
  const [given] = [json.const, json.default, json.examples?.[0], json.enum?.[0]].filter((value) => value !== undefined);
  if (given !== undefined) return given;
  const [first] = json.anyOf ?? [];
  if (first) return exampleOf(first);
  switch (Array.isArray(json.type) ? json.type[0] : json.type) {
    case 'string':
      return '…';
    case 'number':
    case 'integer':
      return Math.max(json.minimum ?? 0, 0);
    case 'boolean':
      return true;
    case 'null':
      return null;
    case 'array':
      return json.items ? [exampleOf(json.items)].filter((item) => item !== undefined) : [];
    case 'object':
      return objectOf(json);
    default:
      return undefined;
  }
}

function objectOf({ properties = {}, required = [] }: JsonSchema): object | undefined {
  const entries = required.map((name) => [name, properties[name] && exampleOf(properties[name])] as const);
  return entries.some(([, value]) => value === undefined) ? undefined : Object.fromEntries(entries);
}
