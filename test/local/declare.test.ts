import { describe, expect, test } from 'vitest';
import { MODES, open, SPECS } from './helpers.ts';

describe.each(MODES)('declaring queues (%s)', (mode) => {
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

  test('tells how old the oldest message of each queue is, received or not', async () => {
    const cloud = await open(mode);
    expect([...cloud.oldest()]).toEqual([]);
    const before = cloud.clock.now();
    await cloud.queue('deep').send([{ body: 'a' }]);
    await cloud.queue('deep').receive({ max: 1, visibilityMs: 60_000, waitMs: 0 });
    const sentAt = cloud.oldest().get('deep')!;
    await cloud.clock.sleep(5);
    await cloud.queue('deep').send([{ body: 'b' }]);
    expect(sentAt).toBeGreaterThanOrEqual(before);
    expect([...cloud.oldest()]).toEqual([['deep', sentAt]]);
  });
});
