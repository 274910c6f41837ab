import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jsonLoss, jsonProblem } from '../../lib/core/json-problem.ts';

/** Lists in lists, this many. */
function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = [value];
  return value;
}

class Box {
  left = 1;
}

describe('what JSON would make something else of', () => {
  test.each<[unknown, string]>([
    [Number.NaN, 'is NaN'],
    [Number.NEGATIVE_INFINITY, 'is -Infinity'],
    [1n, 'is a bigint'],
    [() => 1, 'is a function'],
    [Symbol('s'), 'is a symbol'],
    [new Map(), 'is a Map'],
    [new Date(0), 'is a Date'],
    [new Float32Array(2), 'is a Float32Array'],
    [Promise.resolve(), 'is a Promise'],
    [new Box(), 'is a Box'],
    [{ a: { b: [1, { 'c.d': new Set() }] } }, 'has a Set at "a.b.1.c.d"'],
    [[1, undefined], 'has undefined at "1"'],
    [new Array(1), 'has undefined at "0"'],
    [{ a: 1, toJSON: () => 2 }, 'has a function at "toJSON"'],
    [{ ['k'.repeat(100)]: Number.NaN }, `has NaN at "${'k'.repeat(100)}"`],
  ])('%o', (value, problem) => expect(jsonLoss(value)).toBe(problem));

  test.each<[unknown]>([
    [undefined],
    [null],
    [''],
    [-1.5],
    [false],
    [[]],
    [{ a: undefined, b: [null, { c: 'd' }] }],
    [Object.assign(Object.create(null), { a: 1 })],
    [runInNewContext('({ a: [1, { b: 2 }] })')],
  ])('nothing of %o', (value) => expect(jsonLoss(value)).toBeUndefined());

  test('nothing of anything that came from JSON', () =>
    fc.assert(fc.property(fc.json(), (text) => jsonLoss(JSON.parse(text)) === undefined)));

  test('of a circle it says nothing: writing it down does', () => {
    const circle: { in?: unknown } = {};
    circle.in = [circle];
    expect(jsonLoss(circle)).toBeUndefined();
  });
});

describe('what cannot be kept as JSON', () => {
  const circle: { in?: unknown } = {};
  circle.in = circle;
  const long = 'k'.repeat(100);

  test.each<[unknown, string | RegExp]>([
    [undefined, 'is undefined'],
    [Symbol('s'), 'is a symbol'],
    [{ a: { b: Number.NaN } }, 'has NaN at "b"'],
    [{ [long]: 1n }, `has a bigint at "${'k'.repeat(80)}"`],
    [{ a: new Box() }, 'has a Box at "a"'],
    [Object.create(Object.create({ constructor: undefined })), 'is a undefined'],
    [nested(501), 'nests too deep'],
    [nested(100_000), 'nests too deep'],
    [circle, /^cannot be written: Converting circular structure/],
  ])('%#', (value, problem) => {
    const found = jsonProblem(value) ?? '';
    if (typeof problem === 'string') expect(found).toBe(problem);
    else expect(found).toMatch(problem);
  });

  test.each([null, 0, 'text', { a: [1, { b: undefined }] }, Object.create(null), nested(500)])(
    'nothing of %#',
    (value) => expect(jsonProblem(value)).toBeUndefined(),
  );
});
