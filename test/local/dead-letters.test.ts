import { describe, expect, test } from 'vitest';
import { bodies, fakeClock, MODES, open, take } from './helpers.ts';

const nothing = { ready: 0, delayed: 0, inFlight: 0 };

describe.each(MODES)('giving up (%s)', (mode) => {
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
});
