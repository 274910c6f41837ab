import type { KeyedItem } from '../core/table-list.ts';
import type { FlowTable } from '../ports/flow-table.ts';
import { equal, holds } from './assert.ts';
import { checksOf } from './check.ts';
import { newKey } from './table-writes.ts';

/** All pages of a list, one after the other; `between` is done after the first one. */
async function listed(
  table: FlowTable,
  prefix: string,
  attributes: readonly string[],
  between: () => Promise<unknown> = async () => undefined,
): Promise<readonly KeyedItem[]> {
  const all: KeyedItem[] = [];
  let after: string | undefined;
  for (let pages = 0; pages < 10_000; pages += 1) {
    const { items, next } = await table.list({ prefix, attributes, ...(after !== undefined && { after }) });
    all.push(...items);
    if (next === undefined) return all.sort((a, b) => (a.key < b.key ? -1 : 1));
    if (pages === 0) await between();
    after = next;
  }
  throw new Error('the list has no end');
}

/** More items than lie on a page, in any backend. */
const MANY = 1_203;

/** What lists of items say. */
export const tableLists = checksOf('table', {
  'lists the items whose keys begin so, and no others': async (backend) => {
    const { table } = backend.cloud;
    const base = newKey(backend);
    const own = ['', 'a', 'a/b', 'é', '🪣', '%', '_', '*', '\uffff'].map((end) => `${base}#${end}`);
    const others = [base, `${base}!`, `${base}$`, `x${base}#`, `${base.toUpperCase()}#a`];
    for (const key of [...own, ...others]) await table.update({ key, set: { of: key } });
    equal(
      (await listed(table, `${base}#`, [])).map(({ key }) => key).sort(),
      own.toSorted(),
      'the keys that were listed',
    );
    equal(await listed(table, `${base}#nobody`, []), [], 'the list of keys that nobody has');
  },

  'lists of an item what was asked for, as it was': async (backend) => {
    const { table } = backend.cloud;
    const key = newKey(backend);
    const item = { map: { 'a#b/*': 1, '': null }, text: '', nothing: null, 'odd name.#:': [1], size: 7 };
    await table.update({ key, set: { ...item, large: 'x'.repeat(100_000) } });
    const names = [...Object.keys(item), 'absent'];
    equal(await listed(table, key, names), [{ key, item }], 'the item with some attributes');
    equal(await listed(table, key, []), [{ key, item: {} }], 'the item with none');
  },

  'lists what was written before it began': async (backend) => {
    const { table } = backend.cloud;
    const base = newKey(backend);
    for (let n = 0; n < 20; n += 1) {
      await table.update({ key: `${base}#${n}`, set: { n } });
      equal((await listed(table, base, ['n'])).length, n + 1, `how many items are listed after write ${n}`);
    }
  },

  'lists every item of many pages once, though others are written meanwhile': async (backend) => {
    const { table } = backend.cloud;
    const base = newKey(backend);
    const keys = Array.from({ length: MANY }, (_, n) => `${base}#${n}`);
    for (let at = 0; at < keys.length; at += 100)
      await Promise.all(keys.slice(at, at + 100).map((key) => table.update({ key, set: { n: 1 } })));
    const meanwhile = async (): Promise<void> => {
      await Promise.all(keys.slice(0, 50).map((key) => table.update({ key, set: { n: 2 } })));
      await Promise.all(keys.slice(0, 50).map((key) => table.update({ key: `${key}#more`, set: { n: 1 } })));
    };
    const found = (await listed(table, `${base}#`, ['n'], meanwhile)).map(({ key }) => key);
    equal(found.filter((key) => !key.endsWith('#more')).sort(), keys.toSorted(), 'the keys that were listed');
    const { items, next } = await table.list({ prefix: `${base}#`, attributes: [] });
    holds(items.length < MANY && next !== undefined, `one page has ${items.length} items, and what follows is bounded`);
  },
});
