import { describe, expect, test } from 'vitest';
import type { LocalCloud } from '../../lib/local/cloud.ts';
import { bodies, fakeClock, MODES, open, take } from './helpers.ts';

async function flood(cloud: LocalCloud, count: number, group?: string, delayMs = 0): Promise<void> {
  const messages = Array.from({ length: count }, (_, index) => ({ body: `flood ${index}`, delayMs }));
  await cloud.queue('deep').send(messages.map((message) => (group ? { ...message, group } : message)));
}

async function serve(cloud: LocalCloud, count: number): Promise<readonly string[]> {
  const messages = await take(cloud, 'deep', count);
  await cloud.queue('deep').delete(messages.map(({ receipt }) => receipt));
  return bodies(messages);
}

function expectHalf(served: readonly string[], body: string): void {
  const count = served.filter((one) => one === body).length;
  expect(Math.abs(count - served.length / 2)).toBeLessThanOrEqual(2);
}

describe.each(MODES)('fair groups (%s)', (mode) => {
  test('a flooding group does not delay a quiet one', async () => {
    const cloud = await open(mode);
    await flood(cloud, 2_000, 'noisy');
    await serve(cloud, 100);
    await cloud.queue('deep').send([{ body: 'quiet', group: 'quiet' }]);
    expect(await serve(cloud, 3)).toContain('quiet');
  });

  test('messages without a group are one group among the others', async () => {
    const cloud = await open(mode);
    await flood(cloud, 2_000);
    await serve(cloud, 100);
    await cloud.queue('deep').send([{ body: 'quiet', group: 'quiet' }]);
    expect(await serve(cloud, 3)).toContain('quiet');
  });

  test('a flood that was delayed does not delay a quiet group either', async () => {
    const clock = fakeClock();
    const cloud = await open(mode, { clock });
    await flood(cloud, 2_000, 'noisy', 1_000);
    await clock.advance(1_000);
    await serve(cloud, 10);
    await cloud.queue('deep').send([{ body: 'quiet', group: 'quiet' }]);
    expect(await serve(cloud, 4)).toContain('quiet');
  });

  test('groups with a backlog take turns', async () => {
    const cloud = await open(mode);
    for (const group of ['a', 'b', 'c']) {
      const messages = Array.from({ length: 50 }, () => ({ body: group, group }));
      await cloud.queue('deep').send(messages);
    }
    const served = await serve(cloud, 30);
    for (const group of ['a', 'b', 'c']) expect(served.filter((body) => body === group)).toHaveLength(10);
  });

  test.each(['back', undefined])(
    'a group that comes back gets no credit for the time it was away (%s)',
    async (group) => {
      const cloud = await open(mode);
      await flood(cloud, 300, 'noisy');
      await serve(cloud, 200);
      const message = group ? { body: 'back', group } : { body: 'back' };
      await cloud.queue('deep').send(Array.from({ length: 50 }, () => message));
      expectHalf(await serve(cloud, 40), 'back');
    },
  );

  test('a queue that was empty sets no group back', async () => {
    const cloud = await open(mode);
    await flood(cloud, 100);
    await serve(cloud, 100);
    await cloud.queue('deep').send([{ body: 'first', group: 'first' }]);
    await flood(cloud, 50);
    await cloud.queue('deep').send(Array.from({ length: 50 }, () => ({ body: 'other', group: 'other' })));
    expectHalf(await serve(cloud, 41), 'other');
  });

  test('new groups for ever do not starve a message that comes back', async () => {
    const clock = fakeClock();
    const cloud = await open(mode, { clock });
    await flood(cloud, 100);
    await serve(cloud, 99);
    await take(cloud, 'deep', 1, 1_000);
    for (let round = 0; round < 20; round += 1) {
      await cloud.queue('deep').send(['x', 'y'].map((name) => ({ body: name, group: `${name}${round}` })));
      await serve(cloud, 1);
    }
    await clock.advance(1_000);
    expect(await serve(cloud, 1)).toEqual(['flood 99']);
  });

  test('one group alone is served in the order it was sent', async () => {
    const cloud = await open(mode);
    await flood(cloud, 40);
    const served = [...(await serve(cloud, 15)), ...(await serve(cloud, 25))];
    expect(served).toEqual(Array.from({ length: 40 }, (_, index) => `flood ${index}`));
  });

  test('a message that comes back goes to the front', async () => {
    const clock = fakeClock();
    const cloud = await open(mode, { clock });
    await flood(cloud, 100);
    await take(cloud, 'deep', 1, 1_000);
    await serve(cloud, 50);
    await clock.advance(1_000);
    expect((await serve(cloud, 2))[0]).toBe('flood 0');
  });
});
