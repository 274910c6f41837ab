import type { StandardSchemaV1 } from '@standard-schema/spec';
import { type Awaitable, isPromise } from './json.ts';

/** Any validator that implements Standard Schema (zod, valibot, arktype, …): https://standardschema.dev */
export type Schema<Input = unknown, Output = Input> = StandardSchemaV1<Input, Output>;

/** What validation found: the value as the schema returns it, or what is wrong with it. */
export type Validated = { readonly value: unknown } | { readonly problem: string };

/** Whether a value is a validator; that of some libraries is a function. */
export function isSchema(value: unknown): boolean {
  return (typeof value === 'object' || typeof value === 'function') && value !== null && '~standard' in value;
}

/** Runs a schema over a value; synchronous when the schema is. */
export function validate(schema: Schema, value: unknown): Awaitable<Validated> {
  const result = schema['~standard'].validate(value);
  return isPromise(result) ? result.then(toValidated) : toValidated(result);
}

function toValidated(result: StandardSchemaV1.Result<unknown>): Validated {
  if (result.issues === undefined) return { value: result.value };
  const problem = result.issues
    .slice(0, 5)
    .map((issue) => {
      const path = issue.path?.map((part) => String(typeof part === 'object' ? part.key : part)).join('.');
      return path ? `${path}: ${issue.message}` : issue.message;
    })
    .join('; ');
  return { problem: problem || 'the schema refused it without saying why' };
}

interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
}

/**
 * Why values of `output` would be refused by `input`, or `undefined` when nothing speaks against it. Only validators
 * that publish JSON Schema (https://standardschema.dev/json-schema) can be compared; others are checked message by message.
 */
export function schemaMismatch(output: Schema, input: Schema): string | undefined {
  const from = jsonSchema(output, 'output');
  const to = jsonSchema(input, 'input');
  return from && to ? mismatch(from, to, '') : undefined;
}

function jsonSchema(schema: Schema, side: 'input' | 'output'): JsonSchema | undefined {
  const standard = schema['~standard'] as { jsonSchema?: Record<typeof side, (o: { target: string }) => JsonSchema> };
  try {
    return standard.jsonSchema?.[side]({ target: 'draft-2020-12' });
  } catch {
    return undefined; // A schema without a JSON form (a transform, say) cannot be compared ahead of time.
  }
}

function mismatch(from: JsonSchema, to: JsonSchema, path: string): string | undefined {
  const here = path || 'the value';
  if (typeof from.type === 'string' && typeof to.type === 'string' && !assignable(from.type, to.type)) {
    return `${here} is ${from.type}, and ${to.type} is declared`;
  }
  for (const key of to.required ?? []) {
    const inner = path ? `${path}.${key}` : key;
    const source = from.properties?.[key];
    if (from.properties && !source) return `${inner} is declared and never there`;
    if (source && !from.required?.includes(key)) return `${inner} is declared and only sometimes there`;
  }
  for (const [key, target] of Object.entries(to.properties ?? {})) {
    const source = from.properties?.[key];
    const found = source && mismatch(source, target, path ? `${path}.${key}` : key);
    if (found) return found;
  }
  return undefined;
}

function assignable(from: string, to: string): boolean {
  return from === to || (from === 'integer' && to === 'number');
}
