import { expect, test } from 'vitest';
import { afterChange } from '../../lib/core/control/item.ts';
import type { ControlUse } from '../../lib/core/plan.ts';
import type { Item } from '../../lib/core/table-update.ts';
import { controlReader } from '../../lib/runtime/controls/reader.ts';

const use = (maxStalenessMs: number): ControlUse => ({ name: 'limit', beforeControl: 'drop', maxStalenessMs });
const itemOf = (version: number): Item =>
  afterChange(undefined, { version, at: 0, id: `m${version}`, value: version }, 1);

/** A table that answers when it is told to. */
function slowTable() {
  const asked: PromiseWithResolvers<Item | undefined>[] = [];
  const get = (): Promise<Item | undefined> => {
    const reply = Promise.withResolvers<Item | undefined>();
    asked.push(reply);
    return reply.promise;
  };
  const nobody = (): Promise<never> => Promise.reject(new Error('nobody writes or lists here'));
  return { table: { get, update: nobody, list: nobody }, asked };
}

test('a read that comes back after a later one does not take the instance back', async () => {
  const { table, asked } = slowTable();
  let now = 0;
  const reader = controlReader(table, { now: () => now, sleep: async () => undefined }, [use(5_000)]);
  const first = reader.find('limit', '*');
  now = 6_000;
  const second = reader.find('limit', '*');
  asked[1]!.resolve(itemOf(2));
  expect(await second).toMatchObject({ found: { version: 2 } });
  asked[0]!.resolve(itemOf(1));
  expect(await first).toMatchObject({ found: { version: 2 } });
});

test('a clock that was set back does not make a value last longer', async () => {
  const { table, asked } = slowTable();
  let now = 3_600_000;
  const reader = controlReader(table, { now: () => now, sleep: async () => undefined }, [use(5_000)]);
  const first = reader.find('limit', '*');
  asked[0]!.resolve(itemOf(1));
  await first;
  now = 0;
  const second = reader.find('limit', '*');
  asked[1]?.resolve(itemOf(2));
  expect(await second).toMatchObject({ found: { version: 2 } });
});
