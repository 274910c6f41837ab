import fc from 'fast-check';
import type { Json } from '../../lib/core/json.ts';
import type { Condition, TableUpdate } from '../../lib/core/table-update.ts';

const attribute = fc.constantFrom('a', 'b', 'c', 'n', 'm', 'size');
const plain = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom('', 'x', 'y', '1'), fc.boolean());
const any: fc.Arbitrary<Json> = fc.oneof(
  plain,
  fc.constant(null),
  fc.array(plain, { maxLength: 2 }),
  fc.constant({ k: [''] }),
);
const number = fc.integer({ min: -3, max: 3 });
/** `n` and `m` only ever are numbers: what adding to a text does is nobody's contract. */
const numbers = fc.dictionary(fc.constantFrom('n', 'm'), number, { maxKeys: 2, noNullPrototype: true });
const condition: fc.Arbitrary<Condition> = fc.letrec<{ one: Condition }>((tie) => ({
  one: fc.oneof(
    { maxDepth: 2 },
    fc.record({ attribute, is: fc.constantFrom('absent' as const, 'present' as const) }),
    fc.record({
      attribute,
      is: fc.constantFrom('=' as const, '<' as const, '<=' as const, '>' as const, '>=' as const),
      value: fc.oneof(number, fc.constantFrom('', 'x', 'y', '1')),
    }),
    fc.record({ any: fc.array(tie('one'), { maxLength: 3 }) }),
  ),
})).one;

/** Random updates, the parts of which may touch the same attributes. */
export const updates: fc.Arbitrary<Omit<TableUpdate, 'key'>> = fc.record(
  {
    set: fc
      .tuple(fc.dictionary(fc.constantFrom('a', 'b', 'size'), any, { noNullPrototype: true }), numbers)
      .map(([values, counts]) => ({ ...values, ...counts })),
    setIfAbsent: fc
      .tuple(fc.dictionary(fc.constant('c'), plain, { noNullPrototype: true }), numbers)
      .map(([values, counts]) => ({ ...values, ...counts })),
    add: numbers,
    remove: fc.array(attribute, { maxLength: 2 }),
    when: fc.array(condition, { maxLength: 2 }),
  },
  { requiredKeys: [] },
);
