import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { absentOr, applyUpdate, type Condition, expiresAt, type Item } from '../../lib/core/table-update.ts';

const name = fc.constantFrom('a', 'b', 'c', 'd');
const value = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom('x', 'y'));
const item: fc.Arbitrary<Item> = fc.dictionary(name, value, { maxKeys: 4 });
const plain: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({ attribute: name, is: fc.constantFrom('absent' as const, 'present' as const) }),
  fc.record({
    attribute: name,
    is: fc.constantFrom('=' as const, '<' as const, '<=' as const, '>' as const, '>=' as const),
    value,
  }),
);
const condition: fc.Arbitrary<Condition> = fc.oneof(plain, fc.record({ any: fc.array(plain, { maxLength: 3 }) }));
/** No attribute twice: DynamoDB refuses overlapping paths, so what they would do is nobody's contract. */
const disjoint = fc.record({
  set: fc.dictionary(fc.constantFrom('a', 'b'), value),
  setIfAbsent: fc.dictionary(fc.constant('c'), value),
  add: fc.dictionary(fc.constant('n'), fc.integer({ min: -3, max: 3 })),
  remove: fc.uniqueArray(fc.constant('d')),
});

describe('table updates', () => {
  test('law: nothing is written unless every condition holds, and then all of it', () => {
    fc.assert(
      fc.property(item, disjoint, fc.array(condition, { maxLength: 3 }), (before, update, when) => {
        const alone = when.every((one) => applyUpdate(before, { key: 'k', when: [one] }) !== undefined);
        const after = applyUpdate(before, { key: 'k', ...update, when });
        expect(after !== undefined).toBe(alone);
        expect(after).toEqual(alone ? applyUpdate(before, { key: 'k', ...update }) : undefined);
      }),
    );
  });

  test('law: set wins, setIfAbsent keeps, add counts from 0, remove removes, the rest stays', () => {
    fc.assert(
      fc.property(item, disjoint, (before, update) => {
        const after = applyUpdate(before, { key: 'k', ...update })!;
        for (const [key, to] of Object.entries(update.set)) expect(after[key]).toEqual(to);
        for (const [key, to] of Object.entries(update.setIfAbsent)) expect(after[key]).toEqual(before[key] ?? to);
        for (const [key, by] of Object.entries(update.add)) expect(after[key]).toEqual(Number(before[key] ?? 0) + by);
        for (const key of update.remove) expect(after).not.toHaveProperty(key);
        const touched = [...Object.keys({ ...update.set, ...update.setIfAbsent, ...update.add }), ...update.remove];
        for (const key of Object.keys(before)) if (!touched.includes(key)) expect(after[key]).toEqual(before[key]);
      }),
    );
  });

  test.each<[Item, Condition, boolean]>([
    [{ n: 5 }, { attribute: 'n', is: '<=', value: 6 }, true],
    [{ n: '5' }, { attribute: 'n', is: '<=', value: 6 }, false],
    [{ n: 5 }, { attribute: 'n', is: '<=', value: '6' }, false],
    [{}, { attribute: 'n', is: '<=', value: 6 }, false],
  ])('a condition on a value of another kind does not hold: %j, %j', (before, when, holds) =>
    expect(applyUpdate(before, { key: 'k', when: [when] }) !== undefined).toBe(holds),
  );

  test('law: the item before is left as it was', () => {
    fc.assert(
      fc.property(item, disjoint, (before, update) => {
        const copy = structuredClone(before);
        applyUpdate(before, { key: 'k', ...update });
        expect(before).toEqual(copy);
      }),
    );
  });

  test('law: a comparison holds for one of <, = and > where both sides are of one type, and for none otherwise', () => {
    fc.assert(
      fc.property(value, value, (a, b) => {
        const holds = (is: '=' | '<' | '<=' | '>' | '>='): boolean =>
          applyUpdate({ a }, { key: 'k', when: [{ attribute: 'a', is, value: b }] }) !== undefined;
        const same = typeof a === typeof b;
        expect([holds('<'), holds('='), holds('>')].filter(Boolean)).toHaveLength(same ? 1 : 0);
        expect(holds('<=')).toBe(holds('<') || holds('='));
        expect(holds('>=')).toBe(holds('>') || holds('='));
      }),
    );
  });

  test('an item that is not there is an item without attributes', () => {
    expect(applyUpdate(undefined, { key: 'k', when: [{ attribute: 'a', is: 'present' }] })).toBeUndefined();
    expect(applyUpdate(undefined, { key: 'k', set: { a: 1 }, when: [absentOr('a', '>', 5)] })).toEqual({ a: 1 });
    expect(applyUpdate({ a: 5 }, { key: 'k', when: [absentOr('a', '>', 5)] })).toBeUndefined();
    expect(applyUpdate({ a: 6 }, { key: 'k', when: [absentOr('a', '>', 5)] })).toEqual({ a: 6 });
    expect(applyUpdate({}, { key: 'k', when: [{ any: [] }] })).toBeUndefined();
  });

  test('an item never expires before its time', () => {
    for (const ms of [0, 1, 999, 1_000, 1_001]) expect(expiresAt(ms) * 1_000).toBeGreaterThanOrEqual(ms);
  });
});
