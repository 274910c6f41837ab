import { expect, test } from 'vitest';
import * as z from 'zod';
import type { ObjectReference } from '../../lib/core/object-reference.ts';
import { defineTier, drop, stream, tier } from '../../lib/index.ts';
import { type Simulation, simulate } from '../../lib/testing/index.ts';
import { faults } from '../support/faults.ts';
import { started } from '../support/started.ts';
import { carrying, cheap, joining } from '../support/tiers.ts';

/**
 * Faults of the runtime that the simulator found, each as small as it gets. All but one are of one kind: state was written
 * before its decision was logged, and a log that was away at that moment never heard of it.
 */
const HOUR_MS = 3_600_000;

test('a drop at a tier that claims its flows is logged, though the log was away when it happened', async () => {
  const store = faults();
  const tiers = [cheap(), carrying({ delivery: 'once', gates: { destination: () => drop } })];
  const cascade = await started({ tiers, wrap: store.wrap });
  const flow = await cascade.send('cheap', { n: 1 }, { flowId: 'f' });
  await cascade.deliver('cheap');
  store.down('log');
  await cascade.deliver('dear');
  store.down();
  await cascade.drain();
  expect(store.refused()).toBeGreaterThan(0);
  expect(cascade.decisions(flow)).toContain('dear:dropped');
});

test('halves too far apart are logged, though the log was away when they met', async () => {
  const store = faults();
  const cascade = await started({ tiers: [cheap(), joining({}, { maxTimeDiff: '1s' })], wrap: store.wrap });
  const now = cascade.clock.now();
  await cascade.send('dear.photos', { photo: 'p' }, { flowId: 'f', at: new Date(now) });
  await cascade.send('cheap', { n: 1 }, { flowId: 'f', at: new Date(now + 60_000) });
  await cascade.deliver('dear.photos');
  await cascade.deliver('cheap');
  store.down('log');
  await cascade.deliver('dear');
  store.down();
  await cascade.drain();
  expect(cascade.decisions('f')).toContain('dear:skewed');
});

test('a half whose time is over is logged before another one takes its place', async () => {
  const store = faults();
  const cascade = await started({ tiers: [cheap(), joining()], wrap: store.wrap });
  await cascade.send('dear.photos', { photo: 'p' }, { flowId: 'f' });
  await cascade.deliver('dear.photos');
  cascade.clock.advance(2 * HOUR_MS);
  await cascade.send('cheap', { n: 1 }, { flowId: 'f' });
  await cascade.deliver('cheap');
  store.down('log');
  await cascade.deliver('dear');
  store.down();
  await cascade.drain();
  expect(cascade.decisions('f')).toContain('dear:expired');
});

test('a joined flow past its deadline is logged as expired, though the log was away when it was', async () => {
  const store = faults();
  const cascade = await started({ tiers: [cheap(), joining()], wrap: store.wrap });
  const deadline = new Date(cascade.clock.now() + 1_000);
  await cascade.send('dear.photos', { photo: 'p' }, { flowId: 'f' });
  await cascade.send('cheap', { n: 1 }, { flowId: 'f', deadline });
  await cascade.deliver('dear.photos');
  await cascade.deliver('cheap');
  cascade.clock.advance(2_000);
  store.down('log');
  await cascade.deliver('dear');
  store.down();
  await cascade.drain();
  expect(cascade.decisions('f')).toContain('dear:expired');
});

test('a flow that is finished at a tier does not expire there when its message comes again after its deadline', async () => {
  const cascade = await started({
    tiers: [cheap({ sure: () => 1, extra: { delivery: 'once', exhausted: 'accept' } })],
  });
  await cascade.send('cheap', { n: 1 }, { flowId: 'f', deadline: new Date(cascade.clock.now() + 1_000) });
  await cascade.deliver('cheap', { lose: true });
  cascade.clock.advance(HOUR_MS);
  await cascade.drain();
  expect(cascade.decisions('f')).toEqual(['cheap:accepted', 'cheap:duplicate']);
});

test('a joined flow that was dead-lettered does not expire as well when its halves go', async () => {
  const fails = () => {
    throw new Error('never works');
  };
  const cascade = await started({ tiers: [cheap(), joining({ predict: fails, retry: { maxAttempts: 1 } })] });
  await cascade.send('dear.photos', { photo: 'p' }, { flowId: 'f' });
  await cascade.send('cheap', { n: 1 }, { flowId: 'f' });
  await cascade.drain();
  cascade.clock.advance(15 * 24 * HOUR_MS);
  await cascade.sweep();
  expect(cascade.decisions('f').slice(-1)).toEqual(['dear:failed']);
});

test('two processes whose writes cross by milliseconds do not both take a turn', async () => {
  let predictions = 0;
  const predict = () => {
    predictions += 1;
    return { guess: 'x', sure: 1 };
  };
  const extra = { predict, pace: { minInterval: '1s' }, exhausted: 'accept' };
  let crosses = true;
  const cascade = await started({
    tiers: [cheap({ extra })],
    wrap: (cloud) => ({
      ...cloud,
      table: {
        ...cloud.table,
        async update(update) {
          if (crosses) {
            crosses = false;
            // While this write is on its way, another process looks at its clock a moment later and writes first.
            cascade.clock.advance(16);
            await cascade.deliver('cheap', { max: 1 });
          }
          return cloud.table.update(update);
        },
      },
    }),
  });
  await cascade.send('cheap', { n: 1 });
  await cascade.send('cheap', { n: 2 });
  await cascade.deliver('cheap', { max: 1 });
  expect(predictions).toBe(1);
});

test('an earlier signal that goes on in place of a later one is in the log as well', async () => {
  let tries = 0;
  const predict = () => {
    tries += 1;
    if (tries === 1) throw new Error('the first try fails');
    return { guess: 'x' };
  };
  const cascade = await started({ tiers: [cheap(), joining({ predict }, { signals: 'latest' })] });
  const from = { name: 'cheap', version: 'v1' };
  const signal = { output: { guess: 'y', sure: 0 }, tier: 'cheap', version: 'v1' };
  const signalAt = (id: string, ts: number) =>
    cascade.put('dear', JSON.stringify({ v: 1, id, flow: 'f', kind: 'signal', from, ts, sent: ts, hop: 1, signal }));
  const now = cascade.clock.now();
  await cascade.send('dear.photos', { photo: 'p' }, { flowId: 'f' });
  await cascade.deliver('dear.photos');
  await signalAt('later', now);
  await cascade.deliver('dear');
  await signalAt('earlier', now - 1_000);
  await cascade.drain();
  expect(cascade.records.filter(({ in: messages }) => messages.some(({ id }) => id === 'earlier'))).not.toEqual([]);
  expect(cascade.answers).toHaveLength(1);
});

test('a large message that is sent again does not spoil the one that is under way', async () => {
  const predict = ({ data }: { data: { n: number } }) => ({ guess: `${data.n}`.padEnd(70_000), sure: 0 });
  const cascade = await started({ tiers: [cheap({ extra: { predict } }), carrying()] });
  await cascade.send('cheap', { n: 1 }, { flowId: 'f' });
  await cascade.deliver('cheap', { lose: true });
  cascade.clock.advance(HOUR_MS);
  await cascade.drain();
  expect(await cascade.deadLetters()).toEqual([]);
  expect(cascade.answers).toHaveLength(2);
});

test('a large half that is sent again at another time does not spoil the one that waits', async () => {
  const big = { predict: ({ data }: { data: { n: number } }) => ({ guess: `${data.n}`.padEnd(70_000), sure: 0 }) };
  const cascade = await started({ tiers: [cheap({ extra: big }), joining()] });
  await cascade.send('cheap', { n: 1 }, { flowId: 'f' });
  await cascade.send('cheap', { n: 1 }, { flowId: 'f', at: new Date(cascade.clock.now() + 1_000) });
  await cascade.drain();
  await cascade.send('dear.photos', { photo: 'p' }, { flowId: 'f' });
  await cascade.drain();
  expect(await cascade.deadLetters()).toEqual([]);
  expect(cascade.answers).toHaveLength(1);
});

test('a joined flow that fails for the other half names both, though that half could not be read', async () => {
  const Photo = z.object({ pixels: z.string() });
  const photos = defineTier({
    name: 'photos',
    input: tier<{ default: ReturnType<typeof cheap> }>('cheap'),
    join: { data: stream('raw', Photo), ttl: '1h' },
    output: z.object({ size: z.number() }),
    predict: ({ data }) => ({ size: data.pixels.length }),
    retry: { maxAttempts: 1 },
  });
  const world = await simulate({ tiers: [cheap(), photos] });
  await world.send('photos.raw', { pixels: 'x'.repeat(100_000) }, { flowId: 'f' });
  await world.advance('1s');
  const [half] = (await world.cloud.decisions.flow('f'))[0]!.in;
  await removeHalf(world, 'f');
  await world.send('cheap', { n: 1 }, { flowId: 'f' });
  await world.drain();
  const failed = world.flow('f').decisions.find(({ decision }) => decision === 'failed');
  expect(failed?.in.map(({ id }) => id)).toContain(half!.id);
});

/** The half lies in the object store, as it is too large for the table. */
async function removeHalf({ cloud }: Simulation, flow: string): Promise<void> {
  const item = await cloud.table.get(`join#photos#${flow}`);
  const { stored } = item!.data as unknown as { readonly stored: ObjectReference };
  await cloud.objects.delete([stored]);
}
