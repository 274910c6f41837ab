import { describe, expect, test } from 'vitest';
import { bodies, fakeClock, MODES, open, take } from './helpers.ts';

const nothing = { ready: 0, delayed: 0, inFlight: 0 };

describe.each(MODES)('the limits of a queue (%s)', (mode) => {
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
});
