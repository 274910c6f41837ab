import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromAttribute, toAttribute, toItem } from '../../lib/aws/table-attributes.ts';
import { toExpressions } from '../../lib/aws/table-expressions.ts';
import { absentOr, type Condition } from '../../lib/core/table-update.ts';
import { updates } from './table-updates.ts';

describe('a table update as expressions', () => {
  test('a half of a join', () => {
    const update = { key: 'k', set: { data: 'half', at: 5 }, setIfAbsent: { first: 5 }, add: { halves: 1 } };
    expect(toExpressions({ ...update, remove: ['old'], when: [absentOr('claim', '<', 7)] })).toEqual({
      UpdateExpression: 'SET #n0 = :v0, #n1 = :v1, #n2 = if_not_exists(#n2, :v2) ADD #n3 :v3 REMOVE #n4',
      ConditionExpression: '(attribute_not_exists(#n5) OR #n5 < :v4)',
      ExpressionAttributeNames: {
        '#n0': 'data',
        '#n1': 'at',
        '#n2': 'first',
        '#n3': 'halves',
        '#n4': 'old',
        '#n5': 'claim',
      },
      ExpressionAttributeValues: {
        ':v0': { S: 'half' },
        ':v1': { N: '5' },
        ':v2': { N: '5' },
        ':v3': { N: '1' },
        ':v4': { N: '7' },
      },
    });
  });

  test('an update that says nothing', () => {
    expect(toExpressions({ key: 'k' })).toEqual({});
    expect(toExpressions({ key: 'k', set: {}, setIfAbsent: {}, add: {}, remove: [], when: [] })).toEqual({});
  });

  test('conditions without values, and nested ones', () => {
    const when = [
      { attribute: 'a', is: 'present' as const },
      { any: [{ attribute: 'b', is: '=' as const, value: 'x' }, { any: [{ attribute: 'a', is: 'absent' as const }] }] },
    ];
    expect(toExpressions({ key: 'k', when })).toEqual({
      ConditionExpression: 'attribute_exists(#n0) AND (#n1 = :v0 OR attribute_not_exists(#n0))',
      ExpressionAttributeNames: { '#n0': 'a', '#n1': 'b' },
      ExpressionAttributeValues: { ':v0': { S: 'x' } },
    });
  });

  test('no parentheses that change nothing, which DynamoDB refuses', () => {
    const absent = { attribute: 'a', is: 'absent' as const };
    const text = (when: Condition) => toExpressions({ key: 'k', when: [when] }).ConditionExpression;
    expect(text({ any: [{ any: [absent] }, { any: [] }] })).toBe('attribute_not_exists(#n0)');
    expect(text({ any: [{ any: [absent, absent] }] })).toBe('(attribute_not_exists(#n0) OR attribute_not_exists(#n0))');
  });

  test('one of no conditions never holds', () => {
    expect(toExpressions({ key: 'k', when: [{ any: [] }] }).ConditionExpression).toBe(
      '(attribute_exists(#n0) AND attribute_not_exists(#n0))',
    );
  });

  test('parts that touch one attribute are folded', () => {
    const folded = (update: object) => toExpressions({ key: 'k', ...update }).UpdateExpression;
    expect(folded({ setIfAbsent: { n: 1 }, add: { n: 2 } })).toBe('SET #n0 = if_not_exists(#n0, :v0) + :v1');
    expect(folded({ setIfAbsent: { n: 1 }, set: { n: 2 } })).toBe('SET #n0 = :v0');
    expect(folded({ set: { n: 2 }, add: { n: 2 }, remove: ['n', 'n'] })).toBe('REMOVE #n0');
    expect(toExpressions({ key: 'k', set: { n: 2 }, add: { n: 3 } }).ExpressionAttributeValues).toEqual({
      ':v0': { N: '5' },
    });
  });

  test('law: every placeholder is used, every used one is defined, and none is updated twice', () => {
    fc.assert(
      fc.property(updates, (update) => {
        const { UpdateExpression = '', ConditionExpression = '', ...defined } = toExpressions({ key: 'k', ...update });
        const used = new Set(`${UpdateExpression} ${ConditionExpression}`.match(/[#:][nv]\d+/g));
        const names = Object.keys(defined.ExpressionAttributeNames ?? {});
        const values = Object.keys(defined.ExpressionAttributeValues ?? {});
        expect([...used].sort()).toEqual([...names, ...values].sort());
        const targets = UpdateExpression.replace(/if_not_exists\([^)]*\)/g, '').match(/#n\d+/g) ?? [];
        expect(new Set(targets).size).toBe(targets.length);
      }),
    );
  });
});

describe('attributes', () => {
  test('law: JSON comes back as it was', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 40, stringUnit: 'binary' }), (value) => {
        const json = JSON.parse(JSON.stringify(value));
        expect(fromAttribute(toAttribute(json))).toEqual(json);
      }),
    );
  });

  test('what DynamoDB cannot hold goes as text', () => {
    expect(toAttribute({ a: [1] })).toEqual({ M: { a: { L: [{ N: '1' }] } } });
    const odd = [{ '': 1 }, 1e200, 1e-200, ['\ud800'], { $json: 'x' }, JSON.parse('['.repeat(30) + ']'.repeat(30))];
    for (const value of odd) {
      expect(toAttribute(value)).toEqual({ M: { $json: { S: JSON.stringify(value) } } });
      expect(fromAttribute(toAttribute(value))).toEqual(value);
    }
  });

  test('what JSON cannot hold becomes what JSON makes of it', () => {
    const odd = { a: undefined, b: Number.NaN, c: [undefined], d: Number.POSITIVE_INFINITY } as never;
    expect(fromAttribute(toAttribute(odd))).toEqual(JSON.parse(JSON.stringify(odd)));
  });

  test('the key is no attribute of the item', () => {
    expect(toItem({ key: { S: 'k' }, n: { N: '1' } })).toEqual({ n: 1 });
  });
});
