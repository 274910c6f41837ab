import { expect, test } from 'vitest';
import type { TestCascade } from '../support/cascade.ts';
import { started } from '../support/started.ts';
import { carrying, cheap, joining } from '../support/tiers.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A model that stalls on its first call until its lease, and the visibility of its message, are over. */
function stalling(cascade: () => TestCascade): { predict: () => Promise<{ guess: string }> } {
  let calls = 0;
  return {
    async predict() {
      calls += 1;
      if (calls === 1) {
        cascade().clock.advance(HOUR_MS / 4);
        await cascade().deliver('dear');
      }
      return { guess: 'yes' };
    },
  };
}

test.each([
  ['a tier that completes a flow once', (extra: object) => carrying({ delivery: 'once', ...extra })],
  ['a tier that joins', (extra: object) => joining(extra)],
])('%s accepts it once, though a delivery stalled past its lease and another took over', async (_, last) => {
  const cascade: TestCascade = await started({ tiers: [cheap(), last(stalling(() => cascade))] });
  await cascade.send('cheap', { n: 1 }, { flowId: 'f' });
  if (cascade.graph.tiers[1]!.mode === 'join') {
    await cascade.send('dear.photos', { photo: 'p' }, { flowId: 'f' });
    await cascade.deliver('dear.photos');
  }
  await cascade.drain();
  expect(cascade.decisions('f').filter((decision) => decision === 'dear:accepted')).toHaveLength(1);
  expect(new Set(cascade.answers.map(({ id }) => id)).size).toBe(1);
});

test('a joined flow that is done does not expire when its message comes again after an outage of days', async () => {
  const cascade = await started({ tiers: [cheap(), joining({}, { ttl: '1h' })] });
  await cascade.send('dear.photos', { photo: 'p' }, { flowId: 'f' });
  await cascade.send('cheap', { n: 1 }, { flowId: 'f' });
  await cascade.deliver('dear.photos');
  await cascade.deliver('cheap');
  await cascade.deliver('dear', { lose: true });
  cascade.clock.advance(2 * DAY_MS);
  await cascade.drain();
  cascade.clock.advance(HOUR_MS + 1_000);
  await cascade.sweep();
  expect(cascade.decisions('f')).toContain('dear:accepted');
  expect(cascade.decisions('f')).not.toContain('dear:expired');
});

test('halves whose time ends between their meeting and their claim are not claimed', async () => {
  const cascade: TestCascade = await started({
    tiers: [cheap(), joining({ pace: { minInterval: '1ms' } }, { ttl: '1s' })],
    wrap: (cloud) => ({
      ...cloud,
      table: {
        ...cloud.table,
        // The turn is taken between meeting and claiming: here it takes longer than the halves have.
        async update(update) {
          const result = await cloud.table.update(update);
          if (update.key.startsWith('pace#')) cascade.clock.advance(HOUR_MS);
          return result;
        },
      },
    }),
  });
  await cascade.send('dear.photos', { photo: 'p' }, { flowId: 'f' });
  await cascade.send('cheap', { n: 1 }, { flowId: 'f' });
  await cascade.deliver('dear.photos');
  await cascade.deliver('cheap');
  await cascade.deliver('dear');
  expect(cascade.decisions('f')).not.toContain('dear:accepted');
  expect(cascade.decisions('f').at(-1)).toBe('dear:throttled');
  await cascade.sweep();
  expect(cascade.decisions('f')).toContain('dear:expired');
});
