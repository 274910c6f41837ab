import { absentOr, EXPIRES_AT, expiresAt } from '../core/table-update.ts';
import { equal } from './assert.ts';
import { checksOf } from './check.ts';
import { newKey } from './table-writes.ts';

const HOUR_MS = 3_600_000;

/** What conditions say of items past their time, which a table deletes late or never. */
export const tableExpiry = checksOf('table', {
  'lets an item past its time be taken once, whether or not it was deleted': async (backend) => {
    const { table, clock } = backend.cloud;
    const key = newKey(backend);
    const now = clock.now();
    const take = (owner: string) =>
      table.update({
        key,
        set: { owner, [EXPIRES_AT]: expiresAt(now + HOUR_MS) },
        when: [absentOr(EXPIRES_AT, '<=', now / 1_000)],
      });
    await table.update({ key, set: { owner: 'first', [EXPIRES_AT]: expiresAt(now - HOUR_MS) } });
    const second = { owner: 'second', [EXPIRES_AT]: expiresAt(now + HOUR_MS) };
    equal(await take('second'), { applied: true, item: second }, 'taking the item past its time');
    equal(await take('third'), { applied: false, item: second }, 'taking the item that lives');
  },

  'does not write to an item past its time where it must live': async (backend) => {
    const { table, clock } = backend.cloud;
    const key = newKey(backend);
    const now = clock.now();
    await table.update({ key, set: { half: 'old', [EXPIRES_AT]: expiresAt(now - HOUR_MS) } });
    const alive = { attribute: EXPIRES_AT, is: '>', value: now / 1_000 } as const;
    equal((await table.update({ key, set: { half: 'new' }, when: [alive] })).applied, false, 'applied');
  },

  'compares a time in whole seconds with one to the millisecond': async (backend) => {
    const { table } = backend.cloud;
    const key = newKey(backend);
    const second = 1_700_000_000;
    await table.update({ key, set: { [EXPIRES_AT]: second } });
    const over = async (ms: number): Promise<boolean> => {
      const when = [{ attribute: EXPIRES_AT, is: '<=', value: ms / 1_000 } as const];
      return (await table.update({ key, set: { asked: ms }, when })).applied;
    };
    const times = [second * 1_000 - 1, second * 1_000, second * 1_000 + 1];
    const found = [];
    for (const ms of times) found.push(await over(ms));
    equal(found, [false, true, true], 'over a millisecond before, at, and after');
  },
});
