import { describe, expect, test } from 'vitest';
import { bodies, fakeClock, MODES, open, take } from './helpers.ts';

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
