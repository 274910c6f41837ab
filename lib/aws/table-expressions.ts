import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Json } from '../core/json.ts';
import type { Condition, TableUpdate } from '../core/table-update.ts';
import { KEY, toAttribute } from './table-attributes.ts';

/** A table update in DynamoDB's expression language. */
export interface Expressions {
  readonly UpdateExpression?: string;
  readonly ConditionExpression?: string;
  readonly ExpressionAttributeNames?: Record<string, string>;
  readonly ExpressionAttributeValues?: Record<string, AttributeValue>;
}

/** Placeholders for names and values: neither may stand in an expression as they are. */
function placeholders() {
  const names: Record<string, string> = {};
  const values: Record<string, AttributeValue> = {};
  const byName = new Map<string, string>();
  return {
    names,
    values,
    name(attribute: string): string {
      const known = byName.get(attribute);
      if (known) return known;
      const made = `#n${byName.size}`;
      byName.set(attribute, made);
      names[made] = attribute;
      return made;
    },
    value(value: Json): string {
      const made = `:v${Object.keys(values).length}`;
      values[made] = toAttribute(value);
      return made;
    },
  };
}
type Placeholders = ReturnType<typeof placeholders>;

/**
 * Compiles an update to the expressions of one `UpdateItem`. DynamoDB refuses an attribute that is named twice, so the
 * parts of an update that touch one attribute are folded in the order in which they count: set if absent, set, add, remove.
 */
export function toExpressions(update: TableUpdate): Expressions {
  const { set = {}, setIfAbsent = {}, add = {}, remove = [], when = [] } = update;
  const p = placeholders();
  const removed = new Set(remove);
  const sets: string[] = [];
  const adds: string[] = [];
  for (const [name, value] of Object.entries(set)) {
    if (removed.has(name)) continue;
    const sum = Object.hasOwn(add, name) ? Number(value) + add[name]! : value;
    sets.push(`${p.name(name)} = ${p.value(sum)}`);
  }
  for (const [name, value] of Object.entries(setIfAbsent)) {
    if (removed.has(name) || Object.hasOwn(set, name)) continue;
    const kept = `if_not_exists(${p.name(name)}, ${p.value(value)})`;
    sets.push(`${p.name(name)} = ${Object.hasOwn(add, name) ? `${kept} + ${p.value(add[name]!)}` : kept}`);
  }
  for (const [name, by] of Object.entries(add)) {
    if (removed.has(name) || Object.hasOwn(set, name) || Object.hasOwn(setIfAbsent, name)) continue;
    adds.push(`${p.name(name)} ${p.value(by)}`);
  }
  const removes = [...removed].map((name) => p.name(name));
  const updating = [clause('SET', sets), clause('ADD', adds), clause('REMOVE', removes)].filter(Boolean).join(' ');
  const condition = when.map((one) => toCondition(one, p)).join(' AND ');
  return {
    ...(updating && { UpdateExpression: updating }),
    ...(condition && { ConditionExpression: condition }),
    ...(Object.keys(p.names).length > 0 && { ExpressionAttributeNames: p.names }),
    ...(Object.keys(p.values).length > 0 && { ExpressionAttributeValues: p.values }),
  };
}

function clause(keyword: string, parts: readonly string[]): string {
  return parts.length === 0 ? '' : `${keyword} ${parts.join(', ')}`;
}

function toCondition(condition: Condition, p: Placeholders): string {
  const any = alternatives(condition);
  // None of nothing holds; DynamoDB has no word for false.
  if (any.length === 0) return `(attribute_exists(${p.name(KEY)}) AND attribute_not_exists(${p.name(KEY)}))`;
  const texts = any.map((one) => toComparison(one, p));
  return texts.length === 1 ? texts[0]! : `(${texts.join(' OR ')})`;
}

type Comparison = Exclude<Condition, { readonly any: unknown }>;

/** The conditions of which one must hold, flat: DynamoDB refuses parentheses that change nothing. */
function alternatives(condition: Condition): readonly Comparison[] {
  return 'any' in condition ? condition.any.flatMap(alternatives) : [condition];
}

function toComparison(condition: Comparison, p: Placeholders): string {
  const name = p.name(condition.attribute);
  if (!('value' in condition)) return `attribute_${condition.is === 'absent' ? 'not_' : ''}exists(${name})`;
  return `${name} ${condition.is} ${p.value(condition.value)}`;
}
