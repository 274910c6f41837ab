import { describe, expect, test } from 'vitest';
import type { DecisionRecord } from '../../lib/core/decision.ts';
import type { Cloud } from '../../lib/ports/cloud.ts';
import { toAnswer } from '../../lib/runtime/answer.ts';
import { metered } from '../../lib/runtime/meter.ts';

const reference = { bucket: 'b', key: 'k', size: 1, sha256: 's' };
const record = { tier: 'cheap' } as DecisionRecord;

/** A cloud that says what it was asked, and keeps the records it is given. */
function asked() {
  const calls: unknown[][] = [];
  const written: DecisionRecord[] = [];
  const say =
    (name: string, answer?: unknown) =>
    async (...given: readonly unknown[]) => {
      calls.push([name, ...given]);
      return answer;
    };
  const cloud = {
    queue: (name: string) => ({
      name,
      send: say(`${name}.send`, [undefined]),
      receive: say(`${name}.receive`, ['message']),
      delete: say(`${name}.delete`),
      hide: say(`${name}.hide`),
      depth: say(`${name}.depth`, 'depth'),
      purge: say(`${name}.purge`),
    }),
    table: { update: say('update', { applied: true, item: { a: 'x'.repeat(1_500) } }), get: say('get', { a: 1 }) },
    objects: { bucket: 'b', put: say('put', reference), get: say('fetch', 'bytes'), delete: say('delete') },
    decisions: {
      flow: say('flow', [record]),
      async write(records: readonly DecisionRecord[]) {
        written.push(...records);
      },
    },
  } as unknown as Cloud;
  return { cloud, calls, written };
}

describe('a metered cloud', () => {
  test('is the same cloud to who uses it', async () => {
    const { cloud, calls } = asked();
    const own = metered(cloud).cloud;
    const queue = own.queue('q');
    expect(queue.name).toBe('q');
    expect(own.queue('q')).toBe(queue);
    expect(await queue.send([{ body: 'a' }])).toEqual([undefined]);
    expect(await queue.receive({ max: 1, visibilityMs: 2, waitMs: 3 })).toEqual(['message']);
    await queue.delete(['r']);
    await queue.hide(['r'], 5);
    expect(await queue.depth()).toBe('depth');
    await queue.purge();
    expect(await own.table.get('k')).toEqual({ a: 1 });
    expect(await own.table.update({ key: 'k' })).toMatchObject({ applied: true });
    expect(own.objects.bucket).toBe('b');
    expect(await own.objects.put('k', Buffer.from('x'), { contentType: 't' })).toEqual(reference);
    expect(await own.objects.get(reference)).toBe('bytes');
    await own.objects.delete([reference]);
    expect(await own.decisions.flow('f')).toEqual([record]);
    expect(calls).toEqual([
      ['q.send', [{ body: 'a' }]],
      ['q.receive', { max: 1, visibilityMs: 2, waitMs: 3 }],
      ['q.delete', ['r']],
      ['q.hide', ['r'], 5],
      ['q.depth'],
      ['q.purge'],
      ['get', 'k'],
      ['update', { key: 'k' }],
      ['put', 'k', Buffer.from('x'), { contentType: 't' }],
      ['fetch', reference],
      ['delete', [reference]],
      ['flow', 'f'],
    ]);
  });

  test('writes what was used since the last records into them, in even shares', async () => {
    const { cloud, written } = asked();
    let now = 1_000;
    const { cloud: own, received } = metered(cloud, () => now);
    now = 2_000;
    received([{ body: 'a' }, { body: 'b' }]);
    await own.queue('q').send([{ body: 'x'.repeat(65 * 1_024) }]);
    await own.queue('q').hide(Array.from({ length: 11 }, String), 5);
    await own.table.update({ key: 'k' });
    await own.table.get('k');
    await own.objects.put('k', Buffer.from('x'));
    await own.objects.get(reference);
    now = 2_030;
    await own.decisions.write([record, record]);
    // Received and deleted: one request each. Sent: two of 64 KiB. Hidden: two of ten.
    const half = { invocations: 0.5, requests: 3, writes: 1, reads: 0.5, puts: 0.5, gets: 0.5, ms: 15 };
    expect(written).toEqual([
      { ...record, billed: half },
      { ...record, billed: half },
    ]);
    now = 2_040;
    await own.decisions.write([record]);
    expect(written.at(-1)!.billed).toEqual({ ms: 10 });
  });

  test('counts no time where no clock is given', async () => {
    const { cloud, written } = asked();
    const { cloud: own, received } = metered(cloud);
    received([]);
    await own.decisions.write([record]);
    expect(written).toEqual([{ ...record, billed: { invocations: 1 } }]);
  });
});

describe('an answer', () => {
  const envelope = {
    v: 1,
    id: 'a',
    flow: 'f',
    kind: 'answer',
    from: { name: 'cheap', version: 'v' },
    ts: 5,
    sent: 6,
    hop: 1,
  } as const;
  const signal = { tier: 'cheap', version: 'v', output: { n: 1 } };
  const answer = { id: 'a', flowId: 'f', tier: 'cheap', version: 'v', output: { n: 1 }, eventTime: 5, objects: {} };

  test('says of its signal what is there, and nothing else', () => {
    const { objects } = asked().cloud;
    const told = (more: object) => ({ ...toAnswer({ ...envelope, signal: { ...signal, ...more } }, objects) });
    expect(Object.keys(told({}))).toEqual(Object.keys({ ...answer }));
    expect(told({})).toMatchObject({ ...answer, objects: {} });
    const all = { score: 0, threshold: 0.5, controls: { limit: 2 } };
    expect(told(all)).toMatchObject({ ...answer, ...all });
    expect(Object.keys(told(all))).toHaveLength(Object.keys(answer).length + 3);
  });

  test('fetches what its tier has produced, and nothing else that a message names', async () => {
    const { cloud } = asked();
    const at = (key: string) =>
      toAnswer({ ...envelope, signal: { ...signal, objects: { o: { ...reference, key } } } }, cloud.objects).objects.o!;
    await expect(at('objects/f/o').bytes()).rejects.toMatchObject({ code: 'object-foreign' });
    await expect(at('produced/f/o').bytes()).rejects.toMatchObject({ code: 'object-corrupt' });
  });
});
