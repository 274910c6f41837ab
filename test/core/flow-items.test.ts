import { describe, expect, test } from 'vitest';
import { expireItem } from '../../lib/core/step/expire.ts';
import type { AnyTier } from '../../lib/index.ts';
import type { TestCascade } from '../support/cascade.ts';
import { started } from '../support/started.ts';
import { carrying, cheap, joining } from '../support/tiers.ts';

/*
 * What lies in the flow table at each stage of a flow. Versions of a tier share these items, and a delivery that finds one
 * decides by it, so that a field more or less is a flow that is lost or done twice.
 */

const START = Date.UTC(2026, 0, 1);
const DAY_MS = 86_400_000;
const owner = expect.stringMatching(/^[0-9a-f-]{36}\/0$/);
const id = expect.any(String);
const at = (ms: number): number => Math.ceil((START + ms) / 1_000);
const item = (cascade: TestCascade, key: string) => cascade.cloud.table.get(key);
const reasons = (cascade: TestCascade) =>
  cascade.records.filter(({ reason }) => reason !== undefined).map(({ decision, reason }) => `${decision}: ${reason}`);

/** A first tier that claims, and shows what is in the table while it works. */
function claiming(during: (attempt: number) => unknown, extra: object = {}) {
  const predict = async ({ attempt }: { attempt: number }) => {
    await during(attempt);
    return { guess: 'g', sure: 1 };
  };
  return [cheap({ extra: { delivery: 'once', timeout: '10s', predict, ...extra } }), carrying()];
}
// One invocation: the task, five seconds to load and send; the lease outlives it by a second.
const LEASE_MS = 10_000 + 5_000 + 1_000;

describe('a flow that is claimed', () => {
  test('is its owner’s for a lease, then marked done for four days, then anyone’s', async () => {
    let held: unknown;
    let calls = 0;
    const cascade: TestCascade = await started({
      tiers: claiming(async () => {
        calls += 1;
        held = await item(cascade, 'once#cheap#f');
      }),
    });
    await cascade.send('cheap', { n: 1 }, { flowId: 'f' });
    await cascade.deliver('cheap');
    expect(held).toEqual({ owner, message: id, lease: START + LEASE_MS, expiresAt: at(4 * DAY_MS) });
    const done = cascade.records.at(-1)!.out![0]!.id;
    expect(await item(cascade, 'once#cheap#f')).toEqual({ done, by: owner, expiresAt: at(4 * DAY_MS) });
    cascade.clock.advance(4 * DAY_MS - 1);
    await cascade.send('cheap', { n: 1 }, { flowId: 'f' });
    await cascade.deliver('cheap');
    expect(calls).toBe(1);
    expect(reasons(cascade)).toEqual([`duplicate: the flow is done here already (output ${done})`]);
    cascade.clock.advance(1);
    await cascade.send('cheap', { n: 1 }, { flowId: 'f' });
    await cascade.deliver('cheap');
    expect(calls).toBe(2);
    expect(held).toEqual({
      owner,
      message: id,
      lease: START + 4 * DAY_MS + LEASE_MS,
      expiresAt: at(8 * DAY_MS),
    });
  });

  test('is given back by a task that fails, at once and whole', async () => {
    const cascade: TestCascade = await started({
      tiers: claiming((attempt) => {
        if (attempt === 1) throw new Error('not yet');
      }),
    });
    await cascade.send('cheap', { n: 1 }, { flowId: 'f' });
    await cascade.deliver('cheap');
    expect(await item(cascade, 'once#cheap#f')).toEqual({ expiresAt: at(4 * DAY_MS) });
    await cascade.drain();
    expect(cascade.decisions('f')).toEqual(['cheap:retried', 'cheap:accepted']);
  });

  test('is not taken by another message of it, which is a duplicate', async () => {
    const cascade: TestCascade = await started({
      tiers: claiming(async () => {
        const other = { v: 1, id: 'other', flow: 'f', kind: 'data', from: { name: 'client', version: '1' } };
        await cascade.put('cheap', JSON.stringify({ ...other, ts: START, sent: START, hop: 0, data: { n: 1 } }));
        await cascade.deliver('cheap');
      }),
    });
    await cascade.send('cheap', { n: 1 }, { flowId: 'f' });
    await cascade.deliver('cheap');
    expect(reasons(cascade)).toEqual(['duplicate: another message of this flow is at work']);
    expect(cascade.answers.length + (await cascade.cloud.queue('answers').depth()).ready).toBe(1);
  });

  test('is waited for by another delivery of the same message, until just after the lease', async () => {
    const cascade = await started({ tiers: claiming(() => undefined) });
    await cascade.send('cheap', { n: 1 }, { flowId: 'f' });
    await cascade.deliver('cheap', { times: 2, together: true });
    const [throttled] = cascade.records.filter(({ decision }) => decision === 'throttled');
    expect(throttled).toMatchObject({
      reason: 'another delivery of this message is at work',
      until: START + LEASE_MS + 100,
      calls: { table: 1 },
    });
  });

  test('of whom the lease has run out is taken over, and the first one’s mark does not count', async () => {
    let first = true;
    const cascade: TestCascade = await started({
      tiers: claiming(async () => {
        if (!first) return;
        first = false;
        cascade.clock.advance(LEASE_MS);
        await cascade.send('cheap', { n: 1 }, { flowId: 'f' });
        await cascade.deliver('cheap');
      }),
    });
    await cascade.send('cheap', { n: 1 }, { flowId: 'f' });
    await cascade.deliver('cheap');
    expect(cascade.decisions('f')).toEqual(['cheap:accepted', 'cheap:duplicate']);
  });

  test('a millisecond before the lease has run out is not taken over', async () => {
    let first = true;
    const cascade: TestCascade = await started({
      tiers: claiming(async () => {
        if (!first) return;
        first = false;
        cascade.clock.advance(LEASE_MS - 1);
        await cascade.send('cheap', { n: 1 }, { flowId: 'f' });
        await cascade.deliver('cheap');
      }),
    });
    await cascade.send('cheap', { n: 1 }, { flowId: 'f' });
    await cascade.deliver('cheap');
    expect(cascade.decisions('f')).toEqual(['cheap:duplicate', 'cheap:accepted']);
  });

  test.each([
    ['delivery once', { delivery: 'once' }, 2],
    ['objects that are deleted after it', { objects: { photo: { deleteAfter: 'accepted' } } }, 2],
    ['objects that are not', { objects: { photo: {} } }, 0],
    ['neither', {}, 0],
  ])('costs table writes only where it must be: %s', async (_, extra, table) => {
    const cascade = await started({ tiers: [cheap({ sure: () => 1, extra }), carrying()] });
    const objects = 'objects' in extra ? { objects: { photo: Buffer.from('it') } } : {};
    await cascade.send('cheap', { n: 1 }, { flowId: 'f', ...objects });
    await cascade.deliver('cheap');
    expect(cascade.records[0]!.calls).toEqual({ queue: 1, table, object: table === 2 && 'objects' in extra ? 1 : 0 });
  });
});

describe('the halves of a join', () => {
  const VISIBILITY_MS = 6 * (10_000 + 5_000);
  const delivery: unknown = expect.any(String);
  const photo = { id, ts: START, hop: 0, data: { photo: 'p' }, objects: {}, delivery };
  const signal = {
    id,
    ts: START,
    hop: 1,
    signal: { output: { guess: 'cheap 1', sure: 0 }, tier: 'cheap', version: 'v1', score: 0, threshold: 0.5 },
    delivery,
  };
  const joins = (during: (attempt: number) => unknown = () => undefined, join: object = {}): readonly AnyTier[] => {
    const predict = async ({ attempt }: { attempt: number }) => {
      await during(attempt);
      return { guess: 'g' };
    };
    return [
      cheap(),
      joining({ predict, timeout: '10s', retry: { maxAttempts: 2 } }, { ttl: '1m', ...join }) as AnyTier,
    ];
  };
  const sendPhoto = async (cascade: TestCascade) => {
    await cascade.send('dear.photos', { photo: 'p' }, { flowId: 'f' });
    await cascade.deliver('dear.photos');
  };
  const sendSignal = async (cascade: TestCascade) => {
    await cascade.send('cheap', { n: 1 }, { flowId: 'f' });
    await cascade.deliver('cheap');
    await cascade.deliver('dear');
  };

  test('wait for their ttl, meet, are held for as long as a retry may take, and leave a mark', async () => {
    let held: unknown;
    const cascade: TestCascade = await started({
      tiers: joins(async () => {
        held = await item(cascade, 'join#dear#f');
      }),
    });
    await sendPhoto(cascade);
    expect(await item(cascade, 'join#dear#f')).toEqual({ data: photo, dataTs: START, expiresAt: at(60_000) });
    await sendSignal(cascade);
    expect(held).toEqual({
      data: photo,
      dataTs: START,
      signal,
      signalTs: START,
      owner,
      message: id,
      lease: START + LEASE_MS,
      expiresAt: at(60_000 + VISIBILITY_MS),
    });
    expect(await item(cascade, 'join#dear#f')).toEqual({
      done: cascade.records.at(-1)!.out![0]!.id,
      by: owner,
      expiresAt: at(4 * DAY_MS),
    });
  });

  test('outlive the mark of four days where their ttl is longer', async () => {
    const cascade = await started({ tiers: joins(undefined, { ttl: '5d' }) });
    await sendPhoto(cascade);
    await sendSignal(cascade);
    expect(await item(cascade, 'join#dear#f')).toMatchObject({ expiresAt: at(5 * DAY_MS) });
  });

  test('stay for the retry of a task that fails, and for two weeks once it is given up', async () => {
    const cascade = await started({
      tiers: joins(() => {
        throw new Error('no luck');
      }),
    });
    await sendPhoto(cascade);
    await sendSignal(cascade);
    const until = cascade.records.at(-1)!.until! - START;
    expect(await item(cascade, 'join#dear#f')).toEqual({
      data: photo,
      dataTs: START,
      signal,
      signalTs: START,
      expiresAt: at(until + 60_000 + VISIBILITY_MS),
    });
    cascade.clock.advance(until);
    await cascade.deliver('dear');
    expect(cascade.decisions('f').at(-1)).toBe('dear:failed');
    expect(await item(cascade, 'join#dear#f')).toEqual({
      data: photo,
      dataTs: START,
      signal,
      signalTs: START,
      failed: 1,
      expiresAt: at(until + 14 * DAY_MS + 60_000 + VISIBILITY_MS),
    });
    // Nobody hears of their end a second time.
    const told = cascade.records.length;
    cascade.clock.advance(30 * DAY_MS);
    await cascade.sweep();
    expect(cascade.records).toHaveLength(told);
  });

  test('past their time are told of and replaced, even where the table has not deleted them', async () => {
    const cascade = await started({ tiers: joins() });
    await sendPhoto(cascade);
    cascade.clock.advance(60_000);
    await sendSignal(cascade);
    expect(cascade.records.slice(-2)).toMatchObject([
      { decision: 'expired', reason: 'its signal did not come in time', in: [{ kind: 'data' }] },
      { decision: 'parked', reason: 'waits for its data' },
    ]);
    const later = { ts: START + 60_000 };
    expect(await item(cascade, 'join#dear#f')).toEqual({
      signal: { ...signal, ...later },
      signalTs: START + 60_000,
      expiresAt: at(120_000),
    });
    cascade.clock.advance(60_000);
    await sendPhoto(cascade);
    expect(cascade.records.slice(-2)).toMatchObject([
      { decision: 'expired', reason: 'its data did not come in time', in: [{ kind: 'signal' }] },
      { decision: 'parked', reason: 'waits for its signal' },
    ]);
    expect(await item(cascade, 'join#dear#f')).toEqual({
      data: { ...photo, ts: START + 120_000 },
      dataTs: START + 120_000,
      expiresAt: at(180_000),
    });
  });

  test('a moment before their time is over still meet', async () => {
    const cascade = await started({ tiers: joins() });
    await sendPhoto(cascade);
    cascade.clock.advance(59_999);
    await sendSignal(cascade);
    expect(cascade.decisions('f').at(-1)).toBe('dear:accepted');
  });

  test('as far apart as may be still join', async () => {
    for (const [apart, decision] of [
      [1_000, 'dear:accepted'],
      [1_001, 'dear:skewed'],
    ] as const) {
      for (const [dataTs, signalTs] of [
        [START, START + apart],
        [START + apart, START],
      ] as const) {
        const cascade = await started({ tiers: joins(undefined, { maxTimeDiff: '1s' }) });
        await cascade.send('dear.photos', { photo: 'p' }, { flowId: 'f', at: new Date(dataTs) });
        await cascade.send('cheap', { n: 1 }, { flowId: 'f', at: new Date(signalTs) });
        for (const queue of ['dear.photos', 'cheap', 'dear']) await cascade.deliver(queue);
        expect(cascade.decisions('f').at(-1)).toBe(decision);
        if (decision === 'dear:accepted') continue;
        // The newer half waits on, and nothing is left of the older one.
        const left = await item(cascade, 'join#dear#f');
        expect(left).toEqual({
          ...(dataTs > signalTs
            ? { data: { ...photo, ts: dataTs }, dataTs }
            : { signal: { ...signal, ts: signalTs }, signalTs }),
          expiresAt: at(60_000),
        });
      }
    }
  });

  test('of which the latest signal counts: a later one takes the place of an earlier one, not the other way round', async () => {
    const cascade = await started({ tiers: joins(undefined, { signals: 'latest' }) });
    const said = (name: string, ts: number) =>
      cascade.put(
        'dear',
        JSON.stringify({
          ...{
            v: 1,
            id: name,
            flow: 'f',
            kind: 'signal',
            from: { name: 'cheap', version: 'v1' },
            ts,
            sent: START,
            hop: 1,
          },
          signal: { output: { guess: name, sure: 0 }, tier: 'cheap', version: 'v1' },
        }),
      );
    await said('first', START);
    await cascade.deliver('dear');
    await said('second', START + 5);
    await cascade.deliver('dear');
    await said('stale', START + 4);
    await cascade.deliver('dear');
    expect(reasons(cascade)).toEqual([
      'parked: waits for its data',
      'duplicate: replaces an earlier signal',
      'parked: waits for its data',
      'duplicate: another signal of this flow is later (second)',
    ]);
    expect(await item(cascade, 'join#dear#f')).toMatchObject({
      signal: { id: 'second' },
      signalTs: START + 5,
      signals: 2,
      expiresAt: at(60_000),
    });
    await sendPhoto(cascade);
    expect(cascade.decisions('f').at(-1)).toBe('dear:accepted');
    expect(Object.keys((await item(cascade, 'join#dear#f'))!).sort()).toEqual(['by', 'done', 'expiresAt']);
  });

  test.each([
    ['inline', 64 * 1_024, 0],
    ['by reference', 64 * 1_024 + 1, 1],
  ])('too large for the table lie in the object store: %s', async (_, chars, objects) => {
    const cascade = await started({ tiers: joins() });
    // A half is JSON: what is around the text counts, too.
    const around = JSON.stringify({ id: 'i'.repeat(36), ts: START, hop: 0, data: { photo: '' }, objects: {} }).length;
    const text = 'x'.repeat(chars - around);
    await cascade.send('dear.photos', { photo: text }, { flowId: 'f' });
    await cascade.deliver('dear.photos');
    const [parked] = cascade.records;
    expect(parked).toMatchObject({ decision: 'parked' });
    const { data } = (await item(cascade, 'join#dear#f')) as unknown as { data: Record<string, unknown> };
    expect('stored' in data).toBe(objects === 1);
    if (objects === 1) {
      expect(Object.keys(data).sort()).toEqual(['delivery', 'hop', 'id', 'stored', 'ts']);
      expect(data.stored).toMatchObject({ key: expect.stringMatching(/^halves\/dear\/[0-9a-f-]{36}$/), size: chars });
    }
    const offloaded = parked!.calls.object - objects;
    await sendSignal(cascade);
    const met = cascade.records.at(-1)!;
    expect(met).toMatchObject({ decision: 'accepted', calls: { object: objects } });
    // Bodies beyond 64 KiB travel by reference as well: one get where it arrives.
    expect(offloaded).toBe(1);
  });

  test('whose time ends before they are claimed come back in a second, to be told of', async () => {
    const cascade: TestCascade = await started({
      tiers: [cheap(), joining({ pace: { minInterval: '1ms' } }, { ttl: '1s' }) as AnyTier],
      wrap: (cloud) => ({
        ...cloud,
        table: {
          ...cloud.table,
          async update(update) {
            const result = await cloud.table.update(update);
            if (update.key.startsWith('pace#')) cascade.clock.advance(10_000);
            return result;
          },
        },
      }),
    });
    await sendPhoto(cascade);
    await sendSignal(cascade);
    const late = cascade.clock.now();
    expect(cascade.records.at(-1)).toMatchObject({
      decision: 'throttled',
      reason: 'its halves ran out of time meanwhile',
      until: late + 1_000,
    });
    cascade.clock.advance(999);
    expect(await cascade.deliver('dear')).toBe(0);
    cascade.clock.advance(1);
    expect(await cascade.deliver('dear')).toBe(1);
    expect(cascade.decisions('f')).toContain('dear:expired');
  });

  test('of which one is lost are kept for a redrive once the other is given up', async () => {
    const cascade = await started({ tiers: joins() });
    await cascade.send('dear.photos', { photo: 'x'.repeat(70_000) }, { flowId: 'f' });
    await cascade.deliver('dear.photos');
    const { data } = (await item(cascade, 'join#dear#f')) as unknown as { data: { stored: never } };
    await cascade.cloud.objects.delete([data.stored]);
    await sendSignal(cascade);
    for (let tries = 0; tries < 3; tries += 1) {
      cascade.clock.advance(60_000);
      await cascade.deliver('dear');
    }
    expect(cascade.records.at(-1)).toMatchObject({ decision: 'failed', code: 'object-missing' });
    const at14Days = (cascade.records.at(-1)!.at - START + 14 * DAY_MS) / 1_000;
    const left = (await item(cascade, 'join#dear#f'))!;
    expect(left).toMatchObject({ failed: 1, signal: { id: expect.any(String) } });
    expect(Number(left.expiresAt) - START / 1_000).toBeGreaterThanOrEqual(at14Days);
  });

  test('of which one did not come are the end of a flow that somebody waits for', async () => {
    for (const [send, reason] of [
      [sendSignal, 'its data did not come in time'],
      [sendPhoto, undefined],
    ] as const) {
      const cascade = await started({ tiers: joins() });
      const { send: plainly } = cascade;
      await send({ ...cascade, send: (entry, sent, options) => plainly(entry, sent, { ...options, reply: true }) });
      cascade.clock.advance(60_000);
      await cascade.sweep();
      expect(await item(cascade, 'reply#f')).toEqual(
        reason && { status: 'expired', reason, tier: 'dear', expiresAt: at(60_000 + DAY_MS) },
      );
    }
  });
});

test('items that are no halves end nothing when their time is over', async () => {
  const { graph } = await started({ tiers: [cheap(), joining() as AnyTier] });
  const half = { id: 'm', ts: 5, hop: 0 };
  for (const key of ['xjoin#dear#f', 'join#dear', 'join##f'])
    expect(expireItem(graph, key, { data: half } as never, 9)).toEqual({ records: [] });
  // A deployment may have added the tier, or taken it away.
  expect(expireItem(graph, 'join#gone#f', { data: half } as never, 9).records).toMatchObject([
    { tier: 'gone', version: 'unknown', flow: 'f', decision: 'expired' },
  ]);
  expect(expireItem(graph, 'join#dear#a\nb#c', { data: half } as never, 9).records).toMatchObject([{ flow: 'a\nb#c' }]);
});
