import { describe, expect, test } from 'vitest';
import { bodies, fakeClock, MODES, open, take } from './helpers.ts';

const nothing = { ready: 0, delayed: 0, inFlight: 0 };

describe.each(MODES)('a queue (%s)', (mode) => {
  test('delivers what was sent, in the order it came, whatever the text', async () => {
    const cloud = await open(mode);
    const sent = ['plain', '', '{"a":1}', 'ünïcödé 🪣', 'nul \u0000 inside', 'x'.repeat(100_000)];
    expect(await cloud.queue('small').send(sent.map((body) => ({ body })))).toEqual(sent.map(() => undefined));
    const messages = await take(cloud, 'small');
    expect(bodies(messages)).toEqual(sent);
    expect(new Set(messages.map(({ id }) => id)).size).toBe(sent.length);
    expect(messages.every(({ receives }) => receives === 1)).toBe(true);
  });

  test('takes nothing for no messages', async () => {
    const cloud = await open(mode);
    expect(await cloud.queue('small').send([])).toEqual([]);
    expect(await take(cloud, 'small', 0)).toEqual([]);
    await cloud.queue('small').delete([]);
  });

  test('hides a message for its visibility timeout and counts receives', async () => {
    const clock = fakeClock();
    const cloud = await open(mode, { clock });
    await cloud.queue('small').send([{ body: 'a', group: 'g' }]);
    const sentAt = clock.now();
    const [first] = await take(cloud, 'small', 1, 1_000);
    expect(first).toMatchObject({ receives: 1, sentAt, group: 'g' });
    await clock.advance(999);
    expect(await take(cloud, 'small')).toEqual([]);
    await clock.advance(1);
    const [second] = await take(cloud, 'small');
    expect(second).toMatchObject({ id: first!.id, receives: 2, sentAt, group: 'g' });
    expect(second!.receipt).not.toBe(first!.receipt);
  });

  test('passes over receipts that a redelivery made void, and such that never were', async () => {
    const clock = fakeClock();
    const cloud = await open(mode, { clock });
    const queue = cloud.queue('deep');
    await queue.send([{ body: 'a' }]);
    const [first] = await take(cloud, 'deep', 1, 1_000);
    await clock.advance(1_000);
    const [second] = await take(cloud, 'deep', 1, 1_000);
    await queue.delete([first!.receipt, 'nonsense', '', '1-', '9999-1']);
    await queue.hide([first!.receipt, 'nonsense'], 0);
    expect(await queue.depth()).toEqual({ ...nothing, inFlight: 1 });
    await cloud.queue('small').delete([second!.receipt]);
    expect(await queue.depth()).toEqual({ ...nothing, inFlight: 1 });
    await queue.delete([second!.receipt]);
    expect(await queue.depth()).toEqual(nothing);
  });

  test('lets a receiver delete after its timeout as long as nobody else received', async () => {
    const clock = fakeClock();
    const cloud = await open(mode, { clock });
    await cloud.queue('deep').send([{ body: 'a' }]);
    const [message] = await take(cloud, 'deep', 1, 1_000);
    await clock.advance(5_000);
    await cloud.queue('deep').delete([message!.receipt]);
    expect(await take(cloud, 'deep')).toEqual([]);
  });

  test('never lets an old receipt name a later message', async () => {
    const cloud = await open(mode);
    const queue = cloud.queue('deep');
    await queue.send([{ body: 'a' }]);
    const [old] = await take(cloud, 'deep');
    await queue.delete([old!.receipt]);
    await queue.send([{ body: 'b' }]);
    const [young] = await take(cloud, 'deep');
    expect(young!.receipt).not.toBe(old!.receipt);
  });

  test('hides for another time, and for none', async () => {
    const clock = fakeClock();
    const cloud = await open(mode, { clock });
    const queue = cloud.queue('deep');
    await queue.send([{ body: 'a' }, { body: 'b' }]);
    const [a, b] = await take(cloud, 'deep', 2, 1_000);
    await queue.hide([a!.receipt], 0);
    await queue.hide([b!.receipt], 60_000);
    expect(bodies(await take(cloud, 'deep', 10, 600_000))).toEqual(['a']);
    await clock.advance(59_999);
    expect(await take(cloud, 'deep')).toEqual([]);
    await clock.advance(1);
    expect(bodies(await take(cloud, 'deep'))).toEqual(['b']);
  });

  test('does not hide again what is visible again', async () => {
    const clock = fakeClock();
    const cloud = await open(mode, { clock });
    await cloud.queue('deep').send([{ body: 'a' }]);
    const [message] = await take(cloud, 'deep', 1, 1_000);
    await clock.advance(1_000);
    await cloud.queue('deep').hide([message!.receipt], 60_000);
    expect(bodies(await take(cloud, 'deep'))).toEqual(['a']);
  });

  test('delays', async () => {
    const clock = fakeClock();
    const cloud = await open(mode, { clock });
    const queue = cloud.queue('deep');
    await queue.send([{ body: 'late', delayMs: 5_000 }, { body: 'now' }]);
    expect(await queue.depth()).toEqual({ ready: 1, delayed: 1, inFlight: 0 });
    expect(bodies(await take(cloud, 'deep'))).toEqual(['now']);
    expect(await queue.depth()).toEqual({ ready: 0, delayed: 1, inFlight: 1 });
    await clock.advance(5_000);
    expect(await queue.depth()).toEqual({ ready: 1, delayed: 0, inFlight: 1 });
    expect(bodies(await take(cloud, 'deep'))).toEqual(['late']);
  });

  test('purges', async () => {
    const cloud = await open(mode);
    await cloud.queue('small').send([{ body: 'a' }, { body: 'b', delayMs: 1_000 }, { body: 'c' }]);
    await cloud.queue('deep').send([{ body: 'other' }]);
    await take(cloud, 'small', 1);
    await cloud.queue('small').purge();
    expect(await cloud.queue('small').depth()).toEqual(nothing);
    expect((await cloud.queue('deep').depth()).ready).toBe(1);
  });
});
