import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Json } from '../../lib/core/json.ts';
import type { Condition, TableUpdate } from '../../lib/core/table-update.ts';
import { openDatabase } from '../../lib/local/database.ts';
import type { LocalTable } from '../../lib/local/local-table.ts';
import { memoryTable } from '../../lib/local/memory-table.ts';
import { sqliteTable } from '../../lib/local/sqlite-table.ts';
import { fakeClock } from './helpers.ts';

const START = 10_000_000;
const ATTRIBUTES = ['version', 'value', 'used', 'owner', 'expiresAt'] as const;

const key = fc.constantFrom('a', 'b', 'c');
const attribute = fc.constantFrom(...ATTRIBUTES);
/** Also what JSON has no word for: a table keeps what JSON makes of it. */
const value = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>,
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    -0,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    undefined as never,
    [undefined] as never,
    { a: undefined } as never,
  ),
);
const expiry = fc.integer({ min: START / 1_000 - 3, max: START / 1_000 + 9 });
const item = fc
  .dictionary(fc.constantFrom('version', 'value', 'used', 'owner'), value, { noNullPrototype: true })
  .chain((attributes) => fc.option(expiry).map((at) => (at === null ? attributes : { ...attributes, expiresAt: at })));
const condition: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({ attribute, is: fc.constantFrom('absent' as const, 'present' as const) }),
  fc.record({
    attribute,
    is: fc.constantFrom('=' as const, '<' as const, '>=' as const),
    value: fc.oneof(fc.integer({ min: 0, max: 3 }), expiry, fc.string({ maxLength: 1 })),
  }),
);
const update: fc.Arbitrary<TableUpdate> = fc.record(
  {
    key,
    set: item,
    setIfAbsent: item,
    add: fc.dictionary(fc.constant('tries'), fc.integer({ min: 1, max: 3 }), { noNullPrototype: true }),
    remove: fc.array(attribute, { maxLength: 2 }),
    when: fc.array(condition, { maxLength: 2 }),
  },
  { requiredKeys: ['key'] },
);
type Call =
  | { readonly update: TableUpdate }
  | { readonly get: string }
  | { readonly expired: number }
  | { readonly deleteExpired: readonly string[]; readonly written?: TableUpdate }
  | { readonly delete: readonly string[] }
  | { readonly seconds: number };
const call: fc.Arbitrary<Call> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ update }) },
  { weight: 2, arbitrary: fc.record({ get: key }) },
  fc.record({ expired: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ deleteExpired: fc.array(key, { maxLength: 2 }), written: update }, { requiredKeys: ['deleteExpired'] }),
  fc.record({ delete: fc.array(key, { maxLength: 1 }) }),
  fc.record({ seconds: fc.integer({ min: 1, max: 4 }) }),
);

test('law: the table that is a map says and keeps what the one in a database does', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(call, { maxLength: 25 }), async (calls) => {
      const clock = fakeClock(START);
      const database = openDatabase({ dir: ':memory:', check: false });
      const [map, sqlite] = [memoryTable(clock), sqliteTable(database, clock)];
      for (const one of calls) {
        if ('seconds' in one) {
          await clock.advance(one.seconds * 1_000);
          continue;
        }
        expect(await said(map, one)).toEqual(await said(sqlite, one));
      }
      database.close();
    }),
    { numRuns: 200 },
  );
});

async function said(table: LocalTable, one: Exclude<Call, { readonly seconds: number }>): Promise<unknown> {
  if ('update' in one) {
    // What an update returns is what it was given, as far as that was set; what is kept is read afterwards.
    const { applied } = await table.update(one.update);
    return { applied, kept: await table.get(one.update.key) };
  }
  if ('get' in one) return (await table.get(one.get)) ?? 'nothing';
  if ('delete' in one) return table.delete(one.delete);
  if ('deleteExpired' in one) {
    const expired = (await table.expired(100)).filter(({ key }) => one.deleteExpired.includes(key));
    if (one.written) await table.update(one.written);
    await table.deleteExpired(expired);
    return Object.fromEntries(await Promise.all(expired.map(async ({ key }) => [key, await table.get(key)])));
  }
  // Items that expire in the same second come in any order.
  return (await table.expired(one.expired)).map((expired) => expired.item.expiresAt);
}

test('an item that was read is the reader’s own: changing it changes nothing that is kept', async () => {
  const table = memoryTable(fakeClock(START));
  const given = { list: [1] };
  await table.update({ key: 'k', set: { value: given } });
  given.list.push(2);
  const read = (await table.get('k')) as { value: { list: number[] } };
  read.value.list.push(3);
  expect(await table.get('k')).toEqual({ value: { list: [1] } });
});
