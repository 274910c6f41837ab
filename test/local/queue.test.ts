import { describe, expect, test } from 'vitest';
import { bodies, fakeClock, MODES, open, SPECS, take } from './helpers.ts';

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

  test('moves what was received too often to the dead-letter queue', async () => {
    const clock = fakeClock();
    const cloud = await open(mode, { clock });
    await cloud.queue('small').send([{ body: 'poison', group: 'g' }, { body: 'fine' }]);
    const sentAt = clock.now();
    let id = '';
    for (let receives = 1; receives <= 3; receives += 1) {
      const messages = await take(cloud, 'small', 10, 1_000);
      const poison = messages.find(({ body }) => body === 'poison');
      expect(poison).toMatchObject({ receives });
      id = poison!.id;
      const fine = messages.filter(({ body }) => body === 'fine');
      await cloud.queue('small').delete(fine.map(({ receipt }) => receipt));
      await clock.advance(1_000);
    }
    expect(await cloud.queue('small.dlq').depth()).toEqual(nothing);
    expect(await take(cloud, 'small')).toEqual([]);
    expect(await cloud.queue('small').depth()).toEqual(nothing);
    expect(await take(cloud, 'small.dlq')).toMatchObject([{ id, body: 'poison', receives: 1, sentAt, group: 'g' }]);
  });

  test('fills a batch past messages it gives up', async () => {
    const clock = fakeClock();
    const cloud = await open(mode, { clock });
    await cloud.queue('small').send(Array.from({ length: 25 }, (_, index) => ({ body: `old ${index}` })));
    for (let receives = 1; receives <= 3; receives += 1) {
      await take(cloud, 'small', 25, 1_000);
      await clock.advance(1_000);
    }
    await cloud.queue('small').send([{ body: 'new' }]);
    expect(bodies(await take(cloud, 'small', 2))).toEqual(['new']);
    expect((await cloud.queue('small.dlq').depth()).ready).toBe(25);
  });

  test('drops what is older than its retention', async () => {
    const clock = fakeClock();
    const cloud = await open(mode, { clock });
    const queue = cloud.queue('deep');
    await queue.send([{ body: 'old' }]);
    await clock.advance(3_600_000);
    await queue.send([{ body: 'young' }]);
    await clock.advance(1);
    expect(bodies(await take(cloud, 'deep'))).toEqual(['young']);
    expect(await queue.depth()).toEqual({ ...nothing, inFlight: 1 });
  });

  test('does not grow where nobody receives', async () => {
    const clock = fakeClock();
    const cloud = await open(mode, { clock });
    const queue = cloud.queue('deep');
    for (let hour = 0; hour < 10; hour += 1) {
      await queue.send(Array.from({ length: 1_500 }, () => ({ body: 'unread' })));
      await clock.advance(3_600_001);
    }
    await queue.send([{ body: 'last' }]);
    expect((await queue.depth()).ready).toBe(1);
  });

  test('refuses a body above 1 MiB and sends the others', async () => {
    const cloud = await open(mode);
    const limit = 2 ** 20;
    const outcome = await cloud
      .queue('small')
      .send([{ body: 'a' }, { body: 'é'.repeat(limit / 2 + 1) }, { body: 'x'.repeat(limit) }]);
    expect(outcome).toMatchObject([undefined, { code: 'message-too-large', details: { bytes: limit + 2 } }, undefined]);
    expect((await take(cloud, 'small')).map(({ body }) => body.length)).toEqual([1, limit]);
  });

  test('refuses a delay that SQS would refuse', async () => {
    const cloud = await open(mode);
    const outcome = await cloud.queue('small').send([
      { body: 'a', delayMs: 900_001 },
      { body: 'b', delayMs: 900_000 },
    ]);
    expect(outcome).toMatchObject([{ code: 'queue-failed' }, undefined]);
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

  test('names the nearest queue for one it does not know', async () => {
    const cloud = await open(mode);
    expect(() => cloud.queue('smal')).toThrow(
      expect.objectContaining({ code: 'queue-unknown', fix: expect.stringContaining('"small"') }),
    );
    const lost = { name: 'x', visibilityMs: 1, retentionMs: 1, maxReceives: 1, deadLetters: 'dep' };
    expect(() => cloud.declare([lost])).toThrow(expect.objectContaining({ code: 'queue-unknown' }));
    expect(cloud.queues()).toEqual(SPECS);
  });

  test('keeps its messages when it is declared again', async () => {
    const cloud = await open(mode);
    await cloud.queue('deep').send([{ body: 'a' }]);
    cloud.declare([{ name: 'deep', visibilityMs: 1, retentionMs: 5 }]);
    expect(cloud.queues().find(({ name }) => name === 'deep')).toEqual({
      name: 'deep',
      visibilityMs: 1,
      retentionMs: 5,
    });
    expect((await cloud.queue('deep').depth()).ready).toBe(1);
  });
});

describe.each(MODES)('a long poll (%s)', (mode) => {
  const poll = { max: 10, visibilityMs: 30_000, waitMs: 20_000 };

  test('wakes on a send', async () => {
    const clock = fakeClock();
    const cloud = await open(mode, { clock });
    const waiting = cloud.queue('small').receive(poll);
    await cloud.queue('small').send([{ body: 'a' }]);
    expect(bodies(await waiting)).toEqual(['a']);
  });

  test('ends empty when its time is over', async () => {
    const clock = fakeClock();
    const cloud = await open(mode, { clock });
    const waiting = cloud.queue('small').receive(poll);
    await clock.advance(20_000);
    expect(await waiting).toEqual([]);
  });

  test('wakes when a message becomes visible', async () => {
    const clock = fakeClock();
    const cloud = await open(mode, { clock });
    await cloud.queue('small').send([{ body: 'late', delayMs: 3_000 }]);
    const waiting = cloud.queue('small').receive(poll);
    await clock.advance(3_000);
    expect(bodies(await waiting)).toEqual(['late']);
  });

  test('wakes when a message is given back', async () => {
    const cloud = await open(mode, { clock: fakeClock() });
    await cloud.queue('small').send([{ body: 'a' }]);
    const [message] = await take(cloud, 'small');
    const waiting = cloud.queue('small').receive(poll);
    await cloud.queue('small').hide([message!.receipt], 0);
    expect(bodies(await waiting)).toEqual(['a']);
  });

  test('of a dead-letter queue wakes when a message is given up', async () => {
    const clock = fakeClock();
    const cloud = await open(mode, { clock });
    await cloud.queue('small').send([{ body: 'poison' }]);
    for (let receives = 1; receives <= 3; receives += 1) {
      await take(cloud, 'small', 1, 1_000);
      await clock.advance(1_000);
    }
    const waiting = cloud.queue('small.dlq').receive(poll);
    expect(await take(cloud, 'small')).toEqual([]);
    expect(bodies(await waiting)).toEqual(['poison']);
  });

  test('ends on abort and on close', async () => {
    const cloud = await open(mode, { clock: fakeClock() });
    const controller = new AbortController();
    const aborted = cloud.queue('small').receive({ ...poll, abort: controller.signal });
    controller.abort();
    expect(await aborted).toEqual([]);
    expect(await cloud.queue('small').receive({ ...poll, abort: controller.signal })).toEqual([]);
    const closed = cloud.queue('small').receive(poll);
    await cloud.close();
    expect(await closed).toEqual([]);
    await expect(cloud.queue('small').receive(poll)).rejects.toMatchObject({ code: 'queue-failed' });
  });

  test('shares out among waiting receivers without giving a message twice', async () => {
    const cloud = await open(mode);
    const controller = new AbortController();
    const receivers = Array.from({ length: 8 }, () =>
      cloud.queue('small').receive({ ...poll, max: 1, abort: controller.signal }),
    );
    await cloud.queue('small').send(Array.from({ length: 5 }, (_, index) => ({ body: String(index) })));
    setTimeout(() => controller.abort(), 20);
    const received = (await Promise.all(receivers)).flatMap(bodies);
    expect(received.sort()).toEqual(['0', '1', '2', '3', '4']);
  });
});
