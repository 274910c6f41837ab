import type { Json } from '../core/json.ts';
import type { Item, TableUpdate } from '../core/table-update.ts';
import { codeOf, equal, holds } from './assert.ts';
import { type Backend, checksOf } from './check.ts';

/** A key that no check has used. */
export const newKey = (backend: Backend): string => `conformance#${backend.cloud.random.id()}`;

/** Does updates of one item one after another, and expects each to leave the item beside it. */
async function leads(backend: Backend, steps: readonly [Omit<TableUpdate, 'key'>, Item][]): Promise<void> {
  const { table } = backend.cloud;
  const key = newKey(backend);
  for (const [update, item] of steps) {
    equal(await table.update({ key, ...update }), { applied: true, item }, `the item after ${JSON.stringify(update)}`);
    equal(await table.get(key), item, `the item read after ${JSON.stringify(update)}`);
  }
}

const VALUES: Readonly<Record<string, Json>> = {
  text: 'é 🪣 \u0000 \u2028 \uffff',
  empty: '',
  yes: true,
  no: false,
  nothing: null,
  list: [1, 'two', null, [], {}, [true]],
  map: { a: { b: { c: [{ d: '' }] } }, '': 'empty name', 'odd name.#:': 1 },
  emptyList: [],
  emptyMap: {},
  deep: Array.from({ length: 100 }).reduce<Json>((inner) => ({ list: [inner] }), 'bottom'),
  loneSurrogate: ['\ud800'],
  looksEscaped: { $json: '{}' },
};
const NUMBERS = [
  0,
  1,
  -1,
  0.1,
  -2.5,
  1_700_000_000_123,
  2 ** 53 - 1,
  -(2 ** 53 - 1),
  1e21,
  1.5e-7,
  1e100,
  Math.PI,
  1e200,
  Number.MIN_VALUE,
  -Number.MAX_VALUE,
];

/** What an update leaves behind. */
export const tableWrites = checksOf('table', {
  'knows nothing of an item that was never written': async (backend) => {
    equal(await backend.cloud.table.get(newKey(backend)), undefined, 'the item');
  },

  'sets attributes, keeps the others, and returns the whole item': (backend) =>
    leads(backend, [
      [{ set: { a: 1, b: 'x' } }, { a: 1, b: 'x' }],
      [{ set: { b: 'y', c: true } }, { a: 1, b: 'y', c: true }],
    ]),

  'sets only what is absent': (backend) =>
    leads(backend, [
      [{ setIfAbsent: { a: 1 } }, { a: 1 }],
      [
        { setIfAbsent: { a: 2, b: 0 }, set: { c: 3 } },
        { a: 1, b: 0, c: 3 },
      ],
      [{ setIfAbsent: { b: 9, e: '' } }, { a: 1, b: 0, c: 3, e: '' }],
      [{ setIfAbsent: { e: 'no' } }, { a: 1, b: 0, c: 3, e: '' }],
    ]),

  'keeps an attribute that is null': (backend) =>
    leads(backend, [
      [{ set: { a: null } }, { a: null }],
      [{ setIfAbsent: { a: 1 } }, { a: null }],
    ]),

  'adds to a number, which counts from 0': (backend) =>
    leads(backend, [
      [{ add: { n: 5 } }, { n: 5 }],
      [{ add: { n: -7, m: 0.5 } }, { n: -2, m: 0.5 }],
      [{ add: { n: 0 } }, { n: -2, m: 0.5 }],
    ]),

  'removes attributes, and passes over such that are not there': (backend) =>
    leads(backend, [
      [{ set: { a: 1, b: 2 } }, { a: 1, b: 2 }],
      [{ remove: ['a', 'z'] }, { b: 2 }],
    ]),

  'does all parts of an update at once': (backend) =>
    leads(backend, [
      [{ set: { a: 1, d: 4 } }, { a: 1, d: 4 }],
      [
        { set: { a: 2, s: ['x'] }, setIfAbsent: { b: 'new', d: 5 }, add: { n: 1 }, remove: ['c'] },
        { a: 2, b: 'new', d: 4, n: 1, s: ['x'] },
      ],
      [
        { set: { a: 3 }, add: { n: 1 }, remove: ['d', 's'] },
        { a: 3, b: 'new', n: 2 },
      ],
    ]),

  'does parts that touch one attribute in the order if absent, set, add, remove': (backend) =>
    leads(backend, [
      [{ setIfAbsent: { a: 1 }, set: { a: 2 } }, { a: 2 }],
      [
        { setIfAbsent: { n: 10 }, add: { n: 1 } },
        { a: 2, n: 11 },
      ],
      [
        { setIfAbsent: { n: 10 }, add: { n: 1 } },
        { a: 2, n: 12 },
      ],
      [
        { set: { n: 5 }, add: { n: 1 } },
        { a: 2, n: 6 },
      ],
      [{ set: { a: 7 }, add: { n: 1 }, remove: ['a', 'n'] }, {}],
    ]),

  'makes an item of an update that says nothing': (backend) => leads(backend, [[{}, {}]]),

  'returns any JSON as it was': async (backend) => {
    await leads(backend, [[{ set: VALUES }, VALUES]]);
    for (const n of NUMBERS) await leads(backend, [[{ set: { n } }, { n }]]);
  },

  'takes any name of an attribute': (backend) => {
    const names = ['size', 'status', 'name', 'ttl', 'a.b', 'a b', '#a', ':a', 'é🪣', 'a[0]', 'data', '_', '1'];
    const item = Object.fromEntries(names.map((name, i) => [name, i]));
    const when = names.map((attribute) => ({ attribute, is: 'present' as const }));
    return leads(backend, [
      [{ set: item }, item],
      [{ remove: names, when }, {}],
    ]);
  },

  'keeps the items of any two keys apart': async (backend) => {
    const { table } = backend.cloud;
    const base = newKey(backend);
    const keys = [
      '',
      'a',
      'A',
      'a ',
      '#a',
      'é',
      'e\u0301',
      '🪣',
      '\u0000',
      '/../',
      'x'.repeat(500),
      `${'x'.repeat(499)}y`,
    ].map((k) => base + k);
    for (const [n, key] of keys.entries()) await table.update({ key, set: { n } });
    for (const [n, key] of keys.entries()) equal(await table.get(key), { n }, `the item of key ${n}`);
  },

  'loses no update of many at a time': async (backend) => {
    const { table } = backend.cloud;
    const key = newKey(backend);
    const results = await Promise.all(Array.from({ length: 200 }, () => table.update({ key, add: { n: 1 } })));
    const seen = results.map(({ item }) => Number(item?.n)).sort((a, b) => a - b);
    equal(
      seen,
      [...seen.keys()].map((i) => i + 1),
      'what each of 200 updates left behind',
    );
  },

  'shows one of two racing halves both': async (backend) => {
    const { table } = backend.cloud;
    for (let round = 0; round < 20; round += 1) {
      const key = newKey(backend);
      const halves = ['data', 'signal'].map((half) => table.update({ key, set: { [half]: { round } } }));
      const both = (await Promise.all(halves)).filter(({ item }) => Object.keys(item ?? {}).length === 2);
      holds(both.length >= 1, `in round ${round} neither update returned both halves`);
    }
  },

  'takes an item of 300 KB, and refuses one above 400 KiB without a trace': async (backend) => {
    const { table } = backend.cloud;
    const key = newKey(backend);
    const half = 'x'.repeat(150_000);
    equal((await table.update({ key, set: { a: half, b: half } })).applied, true, 'applied');
    const call = table.update({ key, set: { c: half }, add: { n: 1 } });
    equal(await codeOf(call), 'message-too-large', 'code of the error');
    equal(Object.keys((await table.get(key)) ?? {}).sort(), ['a', 'b'], 'attributes');
  },
});
