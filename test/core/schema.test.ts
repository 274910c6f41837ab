import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { type Schema, schemaMismatch, validate } from '../../lib/core/schema.ts';

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

  /** A validator that is not zod's. */
  const own = (issues: readonly object[]): Schema => ({
    '~standard': { version: 1, vendor: 'own', validate: () => ({ issues }) as never },
  });

  test('say it in the words of any validator, or that it gave none', () => {
    const issue = { message: 'is too small', path: [{ key: 'photos' }, { key: 0 }, 'n'] };
    expect(validate(own([issue]), 1)).toEqual({ problem: 'photos.0.n: is too small' });
    expect(validate(own([]), 1)).toEqual({ problem: 'the schema refused it without saying why' });
  });

  test('are asked for the form of JSON Schema that is compared, of the side that counts', () => {
    const asked: unknown[] = [];
    const jsonSchema = {
      output: (options: object) => asked.push(['output', options]) && { type: 'string' },
      input: (options: object) => asked.push(['input', options]) && { type: 'number' },
    };
    const both = { '~standard': { version: 1, vendor: 'own', validate: () => ({ value: 1 }), jsonSchema } } as Schema;
    expect(schemaMismatch(both, both)).toBe('the value is string, and number is declared');
    const target = { target: 'draft-2020-12' };
    expect(asked).toEqual([
      ['output', target],
      ['input', target],
    ]);
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
    ['one of several types', z.union([z.string(), z.number()]), z.number(), undefined],
    ['for one of several types', z.number(), z.union([z.string(), z.boolean()]), undefined],
    ['of any type', z.object({ a: z.any() }), z.object({ a: z.string() }), undefined],
    ['of properties that it does not name', z.record(z.string(), z.number()), z.object({ a: z.number() }), undefined],
    ['all optional', z.object({ a: z.string() }), z.object({ b: z.number().optional() }), undefined],
    [
      'not there, deep inside',
      z.object({ a: z.object({}) }),
      z.object({ a: z.object({ b: z.boolean() }) }),
      'a.b is declared and never there',
    ],
    [
      'the second of two',
      z.object({ a: z.string(), b: z.string() }),
      z.object({ a: z.string(), b: z.number() }),
      'b is string, and number is declared',
    ],
    ['a text for a number', z.string(), z.number(), 'the value is string, and number is declared'],
    ['no JSON form', z.object({ a: z.string().transform(Number) }), z.object({ a: z.string() }), undefined],
  ])('compared ahead of time: %s', (_, output, input, problem) => {
    expect(schemaMismatch(output, input)).toBe(problem);
  });

  test('a validator that publishes no JSON Schema is not compared', () => {
    const bare = { '~standard': { version: 1 as const, vendor: 'own', validate: (value: unknown) => ({ value }) } };
    expect(schemaMismatch(bare, z.string())).toBeUndefined();
  });
});
