import { mkdirSync, readdirSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { openCloud } from '../../lib/local/cloud.ts';
import { bodies, decision, folder, open, SPECS, take } from './helpers.ts';

async function filled(dir: string): Promise<void> {
  const cloud = await openCloud({ dir });
  cloud.declare(SPECS);
  await cloud.queue('deep').send(Array.from({ length: 500 }, (_, index) => ({ body: `${index} `.repeat(100) })));
  await cloud.close();
}

describe('a folder', () => {
  test('keeps everything', async () => {
    const dir = folder();
    const first = await openCloud({ dir });
    first.declare(SPECS);
    await first.queue('small').send([{ body: 'a' }, { body: 'b', delayMs: 900_000 }]);
    await first.table.update({ key: 'f', set: { half: 1 } });
    const reference = await first.objects.put('k', Buffer.from('bytes'));
    await first.decisions.write([decision('f')]);
    await first.close();
    const second = await openCloud({ dir });
    expect(second).toMatchObject({ dir, mode: 'durable' });
    expect(second.queues()).toEqual(SPECS);
    expect(bodies(await take(second, 'small'))).toEqual(['a']);
    expect((await second.queue('small').depth()).delayed).toBe(1);
    expect(await second.table.get('f')).toEqual({ half: 1 });
    expect(Buffer.from(await second.objects.get(reference)).toString()).toBe('bytes');
    expect(await second.decisions.flow('f')).toEqual([decision('f')]);
    await second.close();
    await second.close();
  });

  test('that is a file, or cannot be made, is refused', async () => {
    const dir = folder();
    writeFileSync(join(dir, 'file'), '');
    await expect(openCloud({ dir: join(dir, 'file') })).rejects.toMatchObject({ code: 'usage' });
    await expect(openCloud({ dir: join(dir, 'file', 'below') })).rejects.toMatchObject({ code: 'usage' });
  });

  test('of a newer sluice is refused', async () => {
    const dir = folder();
    await filled(dir);
    const database = new DatabaseSync(join(dir, 'cloud.sqlite'));
    database.exec('PRAGMA user_version = 99');
    database.close();
    const newer = { code: 'store-corrupt', message: expect.stringContaining('newer'), details: { version: 99 } };
    await expect(openCloud({ dir })).rejects.toMatchObject(newer);
  });
});

describe('a damaged folder', () => {
  const database = (dir: string): string => join(dir, 'cloud.sqlite');
  const damages: Record<string, (dir: string) => void> = {
    garbage: (dir) => writeFileSync(database(dir), Buffer.alloc(50_000, 'garbage ')),
    'a few bytes': (dir) => writeFileSync(database(dir), 'garbage'),
    'an empty file': (dir) => truncateSync(database(dir), 0),
    'half a file': (dir) => truncateSync(database(dir), Math.floor(statSync(database(dir)).size / 2)),
    'a file cut within its first page': (dir) => truncateSync(database(dir), 1_000),
    'garbage inside': (dir) => {
      const size = statSync(database(dir)).size;
      const sound = new DatabaseSync(database(dir));
      sound.close();
      const bytes = Buffer.alloc(size - 8_192, 0x5a);
      writeFileSync(database(dir), bytes, { flag: 'r+' });
    },
    'a database of somebody else': (dir) => {
      rmSync(database(dir));
      const other = new DatabaseSync(database(dir));
      other.exec('CREATE TABLE notes (text TEXT)');
      other.close();
    },
  };

  test.each(Object.entries(damages))('(%s) is named, with what to do', async (_, damage) => {
    const dir = folder();
    await filled(dir);
    damage(dir);
    const corrupt = { code: 'store-corrupt', message: expect.stringContaining(dir), fix: expect.stringContaining(dir) };
    await expect(openCloud({ dir })).rejects.toMatchObject(corrupt);
    rmSync(dir, { recursive: true });
    await (await openCloud({ dir })).close();
  });
});

describe('a full disk', () => {
  test('fails the call, keeps nothing of it, and is over once there is space', async () => {
    const cloud = await open('durable', { maxBytes: 400_000 });
    const queue = cloud.queue('deep');
    const batch = Array.from({ length: 10 }, () => ({ body: 'x'.repeat(5_000) }));
    let sent = 0;
    const fill = async (): Promise<void> => {
      for (;;) {
        await queue.send(batch);
        sent += 10;
      }
    };
    await expect(fill()).rejects.toMatchObject({ code: 'store-full', message: expect.stringContaining(cloud.dir) });
    expect(sent).toBeGreaterThan(0);
    expect((await queue.depth()).ready).toBe(sent);
    const half = cloud.table.update({ key: 'f', set: { half: 'x'.repeat(100_000) } });
    await expect(half).rejects.toMatchObject({ code: 'store-full' });
    expect(await cloud.table.get('f')).toBeUndefined();
    const messages = await take(cloud, 'deep', 1_000);
    expect(messages).toHaveLength(sent);
    await queue.delete(messages.map(({ receipt }) => receipt));
    expect(await queue.send(batch)).toEqual(batch.map(() => undefined));
    expect((await cloud.table.update({ key: 'f', set: { half: 'x'.repeat(100_000) } })).applied).toBe(true);
  });

  test.runIf(process.platform === 'linux')('fails a put and leaves no part of it', async () => {
    const ids = ['fails', 'works'];
    const cloud = await open('durable', { random: { id: () => ids.shift() ?? 'more' } });
    symlinkSync('/dev/full', join(cloud.dir, 'objects', 'partial', 'fails'));
    await expect(cloud.objects.put('k', Buffer.from('x'))).rejects.toMatchObject({ code: 'store-full' });
    expect(readdirSync(join(cloud.dir, 'objects', 'partial'))).toEqual([]);
    expect(await cloud.objects.get(await cloud.objects.put('k', Buffer.from('x')))).toHaveLength(1);
  });

  test.runIf(process.platform === 'linux')('fails a decision', async () => {
    const dir = folder();
    mkdirSync(join(dir, 'decisions'));
    symlinkSync('/dev/full', join(dir, 'decisions', '000001.ndjson'));
    const cloud = await openCloud({ dir });
    await expect(cloud.decisions.write([decision('f')])).rejects.toMatchObject({ code: 'store-full' });
    await cloud.close();
  });
});
