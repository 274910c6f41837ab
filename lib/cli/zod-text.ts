import type { Schema } from '../core/schema.ts';

/** What is read of a JSON Schema here. */
export interface JsonSchema {
  readonly type?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly additionalProperties?: unknown;
  readonly prefixItems?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly minimum?: number;
}

/** Property names for a score, the likeliest first. */
const SCORES = ['confidence', 'score', 'probability', 'certainty'];

/** A schema as zod source, from the JSON Schema that it publishes; `undefined` where it has no such form. */
export function zodText(schema: Schema, side: 'input' | 'output'): string | undefined {
  const json = jsonSchema(schema, side);
  return json && toZod(json);
}

/** The property of an output that can be its score. */
export function scoreIn(schema: Schema): string | undefined {
  const { properties = {}, required = [] } = jsonSchema(schema, 'output') ?? {};
  const numbers = Object.keys(properties).filter((name) => {
    return /^[a-z_$][\w$]*$/i.test(name) && required.includes(name) && isNumber(properties[name]!);
  });
  return SCORES.find((name) => numbers.includes(name)) ?? numbers[0];
}

const isNumber = ({ type }: JsonSchema): boolean => type === 'number' || type === 'integer';

/** The JSON Schema that a schema publishes, if it does. */
export function jsonSchema(schema: Schema, side: 'input' | 'output'): JsonSchema | undefined {
  const standard = schema['~standard'] as { jsonSchema?: Record<typeof side, (o: { target: string }) => JsonSchema> };
  try {
    return standard.jsonSchema?.[side]({ target: 'draft-2020-12' });
  } catch {
    return undefined;
  }
}

/** What cannot be said is left out of the whole: a schema that promises too much would not compile. */
function toZod(json: JsonSchema): string | undefined {
  if (json.const !== undefined)
    return `z.literal(${typeof json.const === 'string' ? quoted(json.const) : JSON.stringify(json.const)})`;
  if (json.enum) {
    const values = json.enum.filter((value) => typeof value === 'string');
    return values.length === json.enum.length ? `z.enum([${values.map(quoted).join(', ')}])` : undefined;
  }
  switch (json.type) {
    case 'string':
      return 'z.string()';
    case 'number':
      return 'z.number()';
    case 'integer':
      return 'z.number().int()';
    case 'boolean':
      return 'z.boolean()';
    case 'array':
      return arrayText(json);
    case 'object':
      return objectText(json);
    default:
      return undefined;
  }
}

function arrayText({ items, prefixItems }: JsonSchema): string | undefined {
  const inner = items && !prefixItems ? toZod(items) : undefined;
  return inner && `z.array(${inner})`;
}

function objectText({ properties = {}, required = [], additionalProperties }: JsonSchema): string | undefined {
  if (typeof additionalProperties === 'object' || Object.keys(properties).length === 0) return undefined;
  const parts: string[] = [];
  for (const [name, property] of Object.entries(properties)) {
    const inner = toZod(property);
    if (inner === undefined) return undefined;
    const key = /^[a-z_$][\w$]*$/i.test(name) ? name : quoted(name);
    parts.push(`${key}: ${inner}${required.includes(name) ? '' : '.optional()'}`);
  }
  return `z.object({ ${parts.join(', ')} })`;
}

/** A string as single-quoted source. */
function quoted(text: string): string {
  return `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}
