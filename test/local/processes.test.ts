import { describe, expect, test } from 'vitest';
import { openCloud } from '../../lib/local/cloud.ts';
import { bodies, folder, open, SPECS, spawnFixture, take } from './helpers.ts';

describe('a process that is killed', () => {
  test('has kept every send it acknowledged, and no half of one', async () => {
    const dir = folder();
    const sender = spawnFixture('sender.ts', dir);
    await sender.printed(300);
    await sender.kill();
    const acknowledged = Number(sender.lines.at(-1)) + 10;
    const cloud = await openCloud({ dir });
    const messages = await take(cloud, 'small', 1_000_000);
    expect(messages.length).toBeGreaterThanOrEqual(acknowledged);
    expect(messages.length % 10).toBe(0);
    expect(messages.length).toBeLessThanOrEqual(acknowledged + 10);
    expect(bodies(messages)).toEqual(messages.map((_, index) => String(index)));
    const batches = Number((await cloud.table.get('sent'))?.batches);
    expect(batches).toBeGreaterThanOrEqual(acknowledged / 10);
    await cloud.close();
  });

  test('gives back what it had in flight as soon as the next runner opens, its receipts void', async () => {
    const dir = folder();
    const before = await openCloud({ dir });
    before.declare(SPECS);
    await before.queue('small').send([{ body: 'a' }, { body: 'b' }]);
    await before.close();
    const holder = spawnFixture('holder.ts', dir);
    await holder.printed(3);
    await holder.kill();
    const cloud = await openCloud({ dir });
    await cloud.queue('small').delete(holder.lines.slice(0, 2));
    expect(await take(cloud, 'small')).toMatchObject([
      { body: 'a', receives: 2 },
      { body: 'b', receives: 2 },
    ]);
    await cloud.close();
  });
});

describe('two processes', () => {
  test('are not both runners of a folder, and the second says who is', async () => {
    const dir = folder();
    const first = await openCloud({ dir });
    first.declare(SPECS);
    await first.close();
    const holder = spawnFixture('holder.ts', dir);
    await holder.printed(1);
    const pid = String(holder.process.pid);
    await expect(openCloud({ dir })).rejects.toMatchObject({
      code: 'store-in-use',
      message: expect.stringContaining(dir),
      fix: expect.stringContaining(pid),
      details: { pid },
    });
    const opening = openCloud({ dir });
    await holder.kill();
    await (await opening).close();
  });

  test('share a folder as runner and client, who is heard before the wait is over', async () => {
    const cloud = await open('durable');
    const waitMs = 20_000;
    const waiting = cloud.queue('small').receive({ max: 1, visibilityMs: 1_000, waitMs });
    const client = spawnFixture('client.ts', cloud.dir);
    expect(bodies(await waiting)).toEqual(['from outside']);
    const heardAt = Date.now();
    await client.printed(1);
    expect(heardAt - Number(client.lines[0])).toBeLessThan(waitMs / 2);
  });
});

describe('a client', () => {
  test('opens beside a runner of its own process, learns its queues, and leaves its messages in flight', async () => {
    const cloud = await open('durable');
    await cloud.queue('small').send([{ body: 'a' }]);
    await take(cloud, 'small');
    const client = await openCloud({ dir: cloud.dir, role: 'client' });
    expect(client.queues()).toEqual(SPECS);
    expect((await client.queue('small').depth()).inFlight).toBe(1);
    await Promise.all([client.queue('deep').send([{ body: 'x' }]), cloud.queue('deep').send([{ body: 'y' }])]);
    expect((await cloud.queue('deep').depth()).ready).toBe(2);
    cloud.declare([{ name: 'new', visibilityMs: 1, retentionMs: 1_000 }]);
    expect(client.queue('new').name).toBe('new');
    await client.close();
  });

  test('is told to start the runner where there are no queues yet', async () => {
    const client = await openCloud({ dir: folder(), role: 'client' });
    expect(() => client.queue('small')).toThrow(expect.objectContaining({ fix: expect.stringContaining('runner') }));
    await client.close();
  });
});
