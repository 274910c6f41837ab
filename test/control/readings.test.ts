import { describe, expect, test } from 'vitest';
import { afterChange, toControlState } from '../../lib/core/control/item.ts';
import type { ControlUse } from '../../lib/core/plan.ts';
import type { Item } from '../../lib/core/table-update.ts';
import { control, SluiceError } from '../../lib/index.ts';
import type { FlowTable } from '../../lib/ports/flow-table.ts';
import { controlReader } from '../../lib/runtime/controls/reader.ts';
import { readingsOf } from '../../lib/runtime/controls/readings.ts';
import { renumberControl } from '../../lib/runtime/controls/renumber.ts';

/* What an instance knows of controls, for how long, and what it costs. */

const limit: ControlUse = { name: 'limit', beforeControl: 'drop', maxStalenessMs: 5_000 };
const level: ControlUse = { name: 'level', beforeControl: 'default', maxStalenessMs: 0, initial: 7 };

/** A table of controls that counts what is read of it. */
function tableOf(values: Readonly<Record<string, Item>>) {
  const read: string[] = [];
  const items = new Map(Object.entries(values));
  const table = {
    get: async (key: string) => {
      read.push(key);
      return items.get(key);
    },
    update: async () => {
      throw new Error('nobody writes here');
    },
  } as unknown as FlowTable;
  return { table, items, read };
}
const set = (version: number, more: object = { value: version }, before?: Item): Item =>
  afterChange(toControlState(before), { version, at: 0, id: `m${version}`, ...more }, 20);

function readerOf(values: Readonly<Record<string, Item>>, uses: readonly ControlUse[] = [limit, level]) {
  let now = 0;
  const { table, items, read } = tableOf(values);
  const reader = controlReader(table, { now: () => now, sleep: async () => undefined }, uses);
  return {
    reader,
    items,
    read,
    at: (ms: number) => {
      now = ms;
    },
  };
}

describe('a reader', () => {
  test('looks under the most specific key first, and stops where something is set', async () => {
    const { reader, read } = readerOf({ 'control#limit#eu/*': set(3) });
    expect(await reader.find('limit', 'eu/oslo')).toEqual({ found: { value: 3, version: 3, key: 'eu/*' }, reads: 2 });
    expect(read).toEqual(['control#limit#eu/oslo', 'control#limit#eu/*']);
    expect(await reader.find('limit', 'eu/oslo')).toEqual({ found: { value: 3, version: 3, key: 'eu/*' }, reads: 0 });
    expect(await reader.find('limit', 'eu/rome')).toMatchObject({ reads: 1 });
    expect(await reader.find('limit', 'us')).toEqual({ found: undefined, reads: 2 });
  });

  test('remembers for as long as its control may be stale, to the millisecond', async () => {
    const { reader, items, at, read } = readerOf({ 'control#limit#*': set(1) });
    await reader.find('limit', '*');
    items.set('control#limit#*', set(2));
    at(4_999);
    expect(await reader.find('limit', '*')).toMatchObject({ found: { version: 1 }, reads: 0 });
    at(5_000);
    expect(await reader.find('limit', '*')).toMatchObject({ found: { version: 2 }, reads: 1 });
    expect(read).toHaveLength(2);
  });

  test('reads each time where nothing may be stale', async () => {
    const { reader } = readerOf({ 'control#level#*': set(1) });
    expect(await reader.find('level', '*')).toMatchObject({ found: { version: 1 }, reads: 1 });
    expect(await reader.find('level', '*')).toMatchObject({ reads: 1 });
  });

  test('takes the initial value where nothing is set and the policy says so', async () => {
    const { reader } = readerOf({ 'control#level#gone': set(2, { deleted: true }) });
    const initial = { value: 7, version: 0, key: '*' };
    expect(await reader.find('level', '*')).toEqual({ found: initial, reads: 1 });
    expect(await reader.find('level', 'gone')).toEqual({ found: initial, reads: 2 });
    const dropping = readerOf({}, [{ ...level, beforeControl: 'drop' }]);
    expect(await dropping.reader.find('level', '*')).toEqual({ found: undefined, reads: 1 });
    const without = readerOf({}, [{ name: 'level', beforeControl: 'default', maxStalenessMs: 0 }]);
    expect(await without.reader.find('level', '*')).toEqual({ found: undefined, reads: 1 });
  });

  test('brings the versions before, where its control asks for them', async () => {
    const item = set(2, { value: 2 }, set(1));
    const { reader } = readerOf({ 'control#limit#*': item }, [{ ...limit, withHistory: true }]);
    const { found } = await reader.find('limit', '*');
    expect(found).toMatchObject({ value: 2, version: 2, before: [{ version: 1, value: 1 }] });
    const plain = readerOf({ 'control#limit#*': item });
    expect((await plain.reader.find('limit', '*')).found).not.toHaveProperty('before');
  });

  test('forgets what is older than a version it is told of, and keeps what is not', async () => {
    const { reader, read } = readerOf({ 'control#limit#a': set(5), 'control#limit#b': set(3, { deleted: true }) });
    await reader.find('limit', 'a');
    reader.renew!('limit', 'a', 5);
    reader.renew!('limit', 'never read', 9);
    expect(await reader.find('limit', 'a')).toMatchObject({ reads: 0 });
    reader.renew!('limit', 'a', 6);
    expect(await reader.find('limit', 'a')).toMatchObject({ found: { version: 5 }, reads: 1 });
    await reader.find('limit', 'b');
    const reads = read.length;
    reader.renew!('limit', 'b', 3);
    await reader.find('limit', 'b');
    expect(read).toHaveLength(reads);
  });

  test('asks again after a table that was away, and says what it was doing', async () => {
    const { table, items } = tableOf({ 'control#limit#*': set(1) });
    let away: Error | undefined = new Error('no route');
    const get: FlowTable['get'] = async (key) => {
      if (away) throw away;
      return table.get(key);
    };
    const reader = controlReader({ ...table, get }, { now: () => 0, sleep: async () => undefined }, [limit]);
    const find = async () => reader.find('limit', '*');
    await expect(find()).rejects.toMatchObject({
      code: 'table-failed',
      problem: 'reading a control failed: no route',
      retry: 'always',
      cause: away,
    });
    away = new SluiceError('table-failed', 'refused', { retry: 'never' });
    await expect(find()).rejects.toBe(away);
    away = new SluiceError('table-failed', 'silent');
    await expect(find()).rejects.toMatchObject({ problem: expect.stringContaining('silent'), retry: 'always' });
    away = undefined;
    expect(items.size).toBe(1);
    expect(await find()).toMatchObject({ found: { version: 1 }, reads: 1 });
  });

  test('refuses a control that it was not given, and a key that cannot be', () => {
    const { reader } = readerOf({});
    expect(() => reader.find('other', '*')).toThrow(
      'control "other" is not among those given here\n  → Name it under controls of the tier that reads it.',
    );
    expect(() => reader.find('limit', 'a*')).toThrow(expect.objectContaining({ code: 'control-invalid' }));
  });
});

describe('what a task reads', () => {
  const refs = { most: control('limit'), height: control('level') } as never;

  test('is told once for each key, and named with its versions', async () => {
    const { reader, read } = readerOf({
      'control#limit#*': set(3),
      'control#limit#a': set(4),
      'control#level#*': set(5),
    });
    const counted: { reads?: number } = {};
    const { controls, versions, told } = readingsOf(refs, reader, counted);
    expect(versions()).toBeUndefined();
    expect(told()).toEqual({});
    const [first, again] = await Promise.all([controls.most!.get(), controls.most!.get('*')]);
    expect(first).toBe(again);
    expect(await controls.most!.get('a')).toMatchObject({ value: 4 });
    expect(await controls.height!.get('b')).toMatchObject({ value: 5, key: '*' });
    expect(versions()).toEqual({ limit: 3, 'limit#a': 4, level: 5 });
    expect(told()).toEqual({ 'limit#*': 3, 'limit#a': 4, 'level#*': 5 });
    expect(counted.reads).toBe(read.length);
  });

  test('is what was read for its gates already, without asking again', async () => {
    const { reader, read } = readerOf({ 'control#limit#a': set(4) });
    const counted = {};
    const known = { 'limit#a': { value: 9, version: 2, key: 'a' } };
    const { controls, versions } = readingsOf(refs, reader, counted, known);
    expect(await controls.most!.get('a')).toEqual({ value: 9, version: 2, key: 'a' });
    expect(versions()).toEqual({ limit: 2 });
    expect(read).toEqual([]);
    expect(counted).toEqual({});
  });

  test('that nothing is set for ends the prediction with the policy of its control', async () => {
    const { reader } = readerOf({});
    await expect(readingsOf(refs, reader, {}).controls.most!.get('a')).rejects.toMatchObject({
      code: 'control-missing',
      message:
        'nothing is set for key "a" of control "limit"\n' +
        "  → Set it: npx sluice control set limit '…'; what data does until then is the control's beforeControl.",
      details: { control: 'limit', key: 'a', beforeControl: 'drop' },
      retry: 'never',
    });
  });

  test('is nothing where its tier names no controls, and an error where nobody reads them', async () => {
    const none = readingsOf(undefined, undefined, {});
    expect([none.controls, none.versions(), none.told()]).toEqual([{}, undefined, {}]);
    await expect(readingsOf(refs, undefined, {}).controls.most!.get()).rejects.toThrow(
      'control "limit" is read where no controls are given\n' +
        '  → Give the handler and the predictor of the tier one reader of its controls.',
    );
  });
});

test('numbering anew keeps what counts, tries again where somebody wrote in between, and needs something there', async () => {
  let item: Item | undefined = set(90, { value: 'x' }, set(70));
  let others = 1;
  const updates: unknown[] = [];
  const table = {
    get: async () => item,
    update: async (update: { set: Item; when: readonly unknown[] }) => {
      updates.push(update.when);
      if (others-- > 0) {
        item = set(95, { value: 'y' }, item);
        return { applied: false, item };
      }
      item = { ...item, ...update.set };
      return { applied: true, item };
    },
  } as unknown as FlowTable;
  expect(await renumberControl(table, 'limit', 'a')).toBe(3);
  expect(updates).toEqual([90, 95].map((value) => [{ attribute: 'version', is: '=', value }]));
  expect(toControlState(item)!.history.map(({ version, value }) => [version, value])).toEqual([
    [1, 70],
    [2, 'x'],
    [3, 'y'],
  ]);
  item = undefined;
  expect(await renumberControl(table, 'limit', 'a')).toBeUndefined();
});
