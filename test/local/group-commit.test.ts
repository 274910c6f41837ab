import { expect, test } from 'vitest';
import { SluiceError } from '../../lib/core/errors.ts';
import type { Database } from '../../lib/local/database.ts';
import { openDatabase } from '../../lib/local/database.ts';
import { groupCommit } from '../../lib/local/group-commit.ts';
import { folder } from './helpers.ts';

/** A database, its transactions counted, and a way to write to it. */
function counted() {
  const database = openDatabase({ dir: ':memory:', check: false });
  const insert = database.prepare('INSERT INTO items (key, item) VALUES (?, ?)');
  const count = database.prepare('SELECT count(*) AS n FROM items');
  let transactions = 0;
  const committed = groupCommit({
    ...database,
    transaction: <T>(work: () => T): T => {
      transactions += 1;
      return database.transaction(work);
    },
  } as Database);
  const write = (key: string) => committed(() => void insert.run(key, '{}'));
  return { committed, write, transactions: () => transactions, items: () => Number(count.get()!.n) };
}

test('what is asked for in one turn is one transaction, and what is asked for later another', async () => {
  const { write, transactions, items } = counted();
  await Promise.all(['a', 'b', 'c'].map(write));
  expect([transactions(), items()]).toEqual([1, 3]);
  await write('d');
  expect([transactions(), items()]).toEqual([2, 4]);
});

test('work that is refused before it writes fails alone', async () => {
  const { committed, write, items } = counted();
  const refused = committed(() => {
    throw new SluiceError('message-too-large', 'too large');
  });
  const results = await Promise.allSettled([write('a'), refused, write('b')]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(items()).toBe(2);
});

test('where the database fails, nothing of the group is kept, and all are told', async () => {
  const { write, items } = counted();
  await write('a');
  const results = await Promise.allSettled([write('b'), write('a'), write('c')]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(items()).toBe(1);
  await write('c');
  expect(items()).toBe(2);
});

test('a write that has resolved is there for another connection', async () => {
  const dir = folder();
  const { mkdirSync } = await import('node:fs');
  mkdirSync(`${dir}/objects/partial`, { recursive: true });
  const [one, two] = [openDatabase({ dir, check: false }), openDatabase({ dir, check: false })];
  const insert = one.prepare('INSERT INTO items (key, item) VALUES (?, ?)');
  const found = two.prepare('SELECT key FROM items WHERE key = ?');
  await groupCommit(one)(() => void insert.run('a', '{}'));
  expect(found.get('a')).toEqual({ key: 'a' });
  one.close();
  two.close();
});
