import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { schemaMismatch, validate } from '../../lib/core/schema.ts';

describe('schemas', () => {
  test('say what is wrong and where, at most five times', async () => {
    const schema = z.object({ photos: z.array(z.object({ n: z.number() })), label: z.string() });
    expect(await validate(schema, { photos: [{ n: 1 }, { n: 'x' }], label: 5 })).toEqual({
      problem: expect.stringMatching(/^photos\.1\.n: .*number.*; label: .*string/),
    });
    const many = z.object(Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`k${i}`, z.string()])));
    const result = await validate(many, {});
    expect('problem' in result && result.problem.split(';')).toHaveLength(5);
  });

  test('may be asynchronous, and may change the value', async () => {
    const schema = z.object({ n: z.coerce.number() }).refine(async () => true);
    expect(await validate(schema, { n: '7' })).toEqual({ value: { n: 7 } });
  });

  test.each([
    ['the same', z.object({ a: z.string() }), z.object({ a: z.string() }), undefined],
    ['more than asked', z.object({ a: z.string(), b: z.number() }), z.object({ a: z.string() }), undefined],
    ['an integer for a number', z.object({ a: z.int() }), z.object({ a: z.number() }), undefined],
    ['another type', z.object({ a: z.string() }), z.object({ a: z.number() }), 'a is string, and number is declared'],
    ['a number for an integer', z.number(), z.int(), 'the value is number, and integer is declared'],
    ['not there', z.object({ b: z.string() }), z.object({ a: z.string() }), 'a is declared and never there'],
    [
      'optional',
      z.object({ a: z.string().optional() }),
      z.object({ a: z.string() }),
      'a is declared and only sometimes there',
    ],
    [
      'deep inside',
      z.object({ a: z.object({ b: z.string() }) }),
      z.object({ a: z.object({ b: z.boolean() }) }),
      'a.b is string, and boolean is declared',
    ],
    ['no JSON form', z.object({ a: z.string().transform(Number) }), z.object({ a: z.string() }), undefined],
  ])('compared ahead of time: %s', (_, output, input, problem) => {
    expect(schemaMismatch(output, input)).toBe(problem);
  });

  test('a validator that publishes no JSON Schema is not compared', () => {
    const bare = { '~standard': { version: 1 as const, vendor: 'own', validate: (value: unknown) => ({ value }) } };
    expect(schemaMismatch(bare, z.string())).toBeUndefined();
  });
});
