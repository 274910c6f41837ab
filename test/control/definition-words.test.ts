import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { ControlFile } from '../../lib/core/control/plan.ts';
import { controlsOf } from '../../lib/core/control/plan.ts';
import type { Schema } from '../../lib/core/schema.ts';
import type { TierDefinition } from '../../lib/core/tier-definition.ts';
import { control, defineControl, defineTier, model, threshold } from '../../lib/index.ts';

/* What a control is made of, whole: what its author is told, and what of it the tiers see. */

const limit = (extra: object = {}) =>
  defineControl({ name: 'limit', schema: z.number(), beforeControl: 'drop', ...extra });
const POLICIES = "'drop', 'default', 'buffer', 'deadLetter'";

describe('a control that cannot be', () => {
  test.each<[object, string]>([
    [{ schema: null }, 'schema is null and must be a schema (zod, valibot, arktype, …)'],
    [{ schema: {} }, 'schema is {} and must be a schema (zod, valibot, arktype, …)'],
    [{ schema: 'text' }, 'schema is "text" and must be a schema (zod, valibot, arktype, …)'],
    [{ keyBy: 3 }, 'keyBy is 3 and must be a function'],
    [{ reduce: 3 }, 'reduce is 3 and must be a function'],
    [{ beforeControl: 'wait' }, `beforeControl is "wait" and must be ${POLICIES}`],
    [{ beforeControl: 'default' }, "initial is undefined and must be given where beforeControl is 'default'"],
    [{ history: 101 }, 'history is 101 and must be a whole number from 1 to 100'],
    [{ history: 1.5 }, 'history is 1.5 and must be a whole number from 1 to 100'],
  ])('%j is refused, word for word', (extra, says) => {
    expect(() => limit(extra)).toThrow(`control "limit": ${says}`);
  });

  test('says which name, which duration and which initial value', () => {
    expect(() => limit({ name: 'Limit' })).toThrow('A control is named "Limit"');
    expect(() => control('Limit' as never)).toThrow('A referenced control is named "Limit"');
    expect(() => limit({ maxStaleness: '5' })).toThrow('maxStaleness of control "limit"');
    expect(() => limit({ initial: 'x' })).toThrow(
      /control "limit": initial is "x" and must be a value that fits the schema: /,
    );
    expect(() => limit({ schemas: 1 })).toThrow('control "limit"');
  });
});

describe('a control', () => {
  test('keeps what it was given, and nothing that it was not', () => {
    const schema = z.number();
    const made = { kind: 'control', name: 'limit', schema, beforeControl: 'drop', maxStalenessMs: 5_000, history: 20 };
    expect(defineControl({ name: 'limit', schema, beforeControl: 'drop' })).toStrictEqual(made);
    const more = { keyBy: () => 'a', reduce: (sum: number | undefined) => sum ?? 0, initial: 3 };
    const options = { ...more, maxStaleness: '1s', history: 100 } as const;
    expect(defineControl({ name: 'limit', schema, beforeControl: 'drop', ...options })).toStrictEqual({
      ...made,
      ...more,
      maxStalenessMs: 1_000,
      history: 100,
    });
  });

  test('may have a schema that is a function, as those of some libraries are', () => {
    const schema = Object.assign(() => undefined, { '~standard': z.number()['~standard'] });
    expect(limit({ schema })).toMatchObject({ schema });
  });
});

const checked = ({ schema }: { readonly schema: Schema }, value: unknown): unknown =>
  schema['~standard'].validate(value);

describe('the built-in controls', () => {
  const object = { bucket: 'b', key: 'models/a', size: 1, sha256: 'a'.repeat(64) };

  test('a model is a reference under models/, with words for people', () => {
    const of = (value: unknown) => checked(model as never, value);
    expect(of({ object })).toStrictEqual({ value: { object } });
    expect(of({ object, description: 'new', more: 1 })).toStrictEqual({ value: { object, description: 'new' } });
    expect(of({ object, description: 1 })).toEqual({ issues: [{ message: 'must be a text', path: ['description'] }] });
    expect(of({ object: { ...object, key: 'sent/a' } })).toEqual({
      issues: [{ message: 'must lie under models/', path: ['object', 'key'] }],
    });
    const none = { issues: [{ message: 'must be a reference', path: ['object'] }] };
    for (const value of [null, undefined, {}, { object: { key: 'models/a' } }]) expect(of(value)).toEqual(none);
  });

  test('a threshold is a finite number', () => {
    const of = (value: unknown) => checked(threshold as never, value);
    expect(of({ atLeast: 0.5, more: 1 })).toStrictEqual({ value: { atLeast: 0.5 } });
    const none = { issues: [{ message: 'must be a finite number', path: ['atLeast'] }] };
    for (const value of [null, undefined, {}, { atLeast: '0.5' }, { atLeast: Number.POSITIVE_INFINITY }])
      expect(of(value)).toEqual(none);
  });
});

describe('what a tier reads of controls', () => {
  const files = [limit({ initial: 7, maxStaleness: '1s' }), threshold, model].map(
    (definition, i): ControlFile => ({ file: `${i}.ts`, version: `${i}`, definition: definition as never }),
  );
  const tier = (extra: object) =>
    defineTier({ name: 'a', input: z.string(), output: z.string(), predict: () => '', ...extra }) as TierDefinition;
  const uses = (extra: object) => controlsOf(tier(extra), 'a.ts', files);
  const own = { name: 'limit', beforeControl: 'drop', maxStalenessMs: 1_000, initial: 7 };
  const sure = { satisfied: { score: () => 1, atLeast: 1 } };
  const moved = { name: 'threshold', beforeControl: 'default', maxStalenessMs: 5_000 };
  const loaded = { name: 'model', beforeControl: 'default', maxStalenessMs: 5_000, withHistory: true };

  test('is what it names, each once, and the built-in ones that it has something for', () => {
    expect(uses({})).toStrictEqual([]);
    expect(uses({ controls: { limit: control('limit'), most: control('limit') } })).toStrictEqual([own]);
    expect(uses(sure)).toStrictEqual([moved]);
    expect(uses({ load: () => 1 })).toStrictEqual([loaded]);
    expect(uses({ ...sure, load: () => 1, controls: { limit: control('limit') } })).toStrictEqual([own, moved, loaded]);
    expect(uses({ ...sure, controls: { at: control('threshold') } })).toStrictEqual([moved]);
  });

  test('names what there is, where it names what there is not', () => {
    expect(() => uses({ controls: { limit: control('limt') } })).toThrow(
      'a.ts reads control "limt", which is in no file\n  → Did you mean "limit"? Controls here: limit, threshold, model.',
    );
    expect(() => controlsOf(tier({ controls: { limit: control('limit') } }), 'a.ts', [])).toThrow(
      "Define it: controls/limit.ts beside the tier's file, with defineControl as its default export.",
    );
  });
});
