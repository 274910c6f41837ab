import { absentOr, applyUpdate, type Condition, type Item } from '../core/table-update.ts';
import { equal } from './assert.ts';
import { type Backend, checksOf } from './check.ts';
import { newKey } from './table-writes.ts';

const OPERATORS = ['=', '<', '<=', '>', '>='] as const;

/** Writes an item and expects each condition to hold on it, or not, as the contract in `applyUpdate` says. */
async function decides(
  backend: Backend,
  before: Item | undefined,
  when: readonly (readonly Condition[])[],
): Promise<void> {
  const { table } = backend.cloud;
  await Promise.all(
    when.map(async (conditions) => {
      const key = newKey(backend);
      if (before) await table.update({ key, set: before });
      const after = applyUpdate(before, { key, set: { done: true }, when: conditions });
      const expected = after ? { applied: true, item: after } : { applied: false, item: before };
      const what = `${JSON.stringify(conditions)} on ${JSON.stringify(before)}`;
      equal(await table.update({ key, set: { done: true }, when: conditions }), expected, what);
      equal(await table.get(key), after ?? before, `the item after ${what}`);
    }),
  );
}

const compare = (attribute: string, values: readonly (string | number)[]): readonly Condition[][] =>
  OPERATORS.flatMap((is) => values.map((value) => [{ attribute, is, value }]));

const yes: Condition = { attribute: 'n', is: 'present' };
const no: Condition = { attribute: 'n', is: 'absent' };

/** When an update is done, and what is returned where not. */
export const tableConditions = checksOf('table', {
  'compares numbers': (backend) => decides(backend, { n: 5 }, compare('n', [4, 5, 6, -5, 5.5, 10, 1e20])),

  'compares strings by their characters': (backend) =>
    decides(backend, { s: 'b' }, compare('s', ['', 'a', 'b', 'c', 'B', 'ba', 'é', '日'])),

  'compares the empty string and 0': async (backend) => {
    await decides(backend, { s: '' }, compare('s', ['', 'a']));
    await decides(backend, { n: 0 }, compare('n', [0, -1, 1]));
  },

  'finds no comparison true of an attribute that is not there': (backend) =>
    decides(backend, { other: 1 }, compare('n', [0, -1, 1, '', 'a'])),

  'finds no comparison true of a value of another type': async (backend) => {
    for (const before of [{ v: 'text' }, { v: 7 }, { v: true }, { v: null }, { v: [1] }, { v: { a: 1 } }]) {
      await decides(
        backend,
        before,
        compare('v', typeof before.v === 'string' ? [7] : before.v === 7 ? ['7'] : [1, 'a']),
      );
    }
  },

  'tells absent and present apart, null and empty values being present': async (backend) => {
    await decides(backend, { n: 1 }, [[yes], [no]]);
    await decides(backend, { a: 1 }, [[yes], [no]]);
    for (const n of [null, '', 0, false, [], {}]) await decides(backend, { n }, [[yes], [no]]);
  },

  'asks for all conditions': (backend) =>
    decides(backend, { n: 1, m: 2 }, [
      [yes, { attribute: 'm', is: '=', value: 2 }],
      [yes, { attribute: 'm', is: '=', value: 3 }],
      [no, { attribute: 'm', is: '=', value: 2 }],
      [],
    ]),

  'asks for one of any, also where they are nested': (backend) =>
    decides(backend, { n: 1, m: 2 }, [
      [{ any: [no, yes] }],
      [{ any: [no, no] }],
      [{ any: [{ any: [no, { any: [yes] }] }, no] }],
      [{ any: [{ any: [no] }, no] }],
      [{ any: [no, yes] }, no],
      [yes, { any: [no, { attribute: 'm', is: '>', value: 1 }] }],
      [absentOr('z', '<', 0)],
      [absentOr('m', '<', 2)],
      [absentOr('m', '<=', 2)],
    ]),

  'finds none of no conditions true': (backend) => decides(backend, { n: 1 }, [[{ any: [] }], [yes, { any: [] }]]),

  'treats an item that is not there as one without attributes': (backend) =>
    decides(backend, undefined, [[yes], [no], [absentOr('n', '>', 5)], [{ any: [yes] }], [{ any: [] }], []]),

  'applies conditions to the item as it was before the update': async (backend) => {
    const { table } = backend.cloud;
    const key = newKey(backend);
    const update = { key, add: { n: 1 }, when: [absentOr('n', '<', 2)] };
    const applied = [];
    for (let i = 0; i < 4; i += 1) applied.push((await table.update(update)).applied);
    equal(applied, [true, true, false, false], 'applied');
  },

  'lets one of 200 racing updates win, and shows it to the others': async (backend) => {
    const { table } = backend.cloud;
    const key = newKey(backend);
    const race = Array.from({ length: 200 }, (_, owner) =>
      table.update({ key, set: { owner }, when: [{ attribute: 'owner', is: 'absent' }] }),
    );
    const results = await Promise.all(race);
    const winners = results.filter(({ applied }) => applied);
    equal(winners.length, 1, 'winners');
    const owners = new Set(results.map(({ item }) => item?.owner));
    equal([...owners], [winners[0]!.item!.owner], 'owners that the updates returned');
  },

  'ends at the highest of 200 versions that race': async (backend) => {
    const { table } = backend.cloud;
    const key = newKey(backend);
    // Falling and rising at once: neither the first nor the last to come is right.
    const versions = Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? 200 - i : i));
    const race = versions.map((version) =>
      table.update({ key, set: { version }, when: [absentOr('version', '<', version)] }),
    );
    const left = (await Promise.all(race)).map(({ item }) => Number(item?.version));
    const lower = versions.filter((version, at) => left[at]! < version);
    equal(lower, [], 'versions that gave way to a lower one');
    equal(await table.get(key), { version: 200 }, 'the item');
  },
});
