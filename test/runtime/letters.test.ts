import { describe, expect, test } from 'vitest';
import type { DeadLetter } from '../../lib/core/dead-letter.ts';
import type { LocalCloud } from '../../lib/local/index.ts';
import {
  deadLetterSources,
  listDeadLetters,
  purgeDeadLetters,
  redriveDeadLetters,
} from '../../lib/runtime/dead-letters.ts';
import type { TestCascade } from '../support/cascade.ts';
import { started } from '../support/started.ts';
import { carrying, cheap, joining } from '../support/tiers.ts';

/* What becomes of dead letters, with those that are meant and with all others. */

const letter = (id: string, change: Partial<DeadLetter> = {}): DeadLetter => ({
  v: 1,
  id,
  application: 'test',
  tier: 'cheap',
  version: 'v1',
  flow: `flow ${id}`,
  queue: 'cheap',
  code: 'terminal',
  reason: 'no luck',
  attempt: 1,
  at: 0,
  body: JSON.stringify({ v: 1, id, flow: `flow ${id}`, kind: 'data' }),
  ...change,
});
const begin = (wrap?: (cloud: LocalCloud) => LocalCloud) =>
  started({ tiers: [cheap(), joining() as never], ...(wrap && { wrap }) });
const sources = ({ graph }: TestCascade) => deadLetterSources(graph);
const put = async (cascade: TestCascade, ...letters: readonly DeadLetter[]) => {
  for (const one of letters) await cascade.put(`${one.tier}.dlq`, JSON.stringify(one));
};
const depth = async (cascade: TestCascade, queue: string) => (await cascade.cloud.queue(queue).depth()).ready;
const listed = async (cascade: TestCascade, filter = {}) =>
  (await listDeadLetters(cascade.cloud, sources(cascade), filter)).map(({ id }) => id);

test('each tier’s letters are known, with the queues they go back to', async () => {
  expect(sources(await begin())).toEqual([
    { application: 'test', tier: 'cheap', deadLetters: 'cheap.dlq', queues: [{ queue: 'cheap', kind: 'data' }] },
    {
      application: 'test',
      tier: 'dear',
      deadLetters: 'dear.dlq',
      queues: [
        { queue: 'dear', kind: 'signal' },
        { queue: 'dear.photos', kind: 'data' },
      ],
    },
  ]);
});

describe('letters', () => {
  const three = [
    letter('aa', { at: 3, code: 'exhausted' }),
    letter('ab', { at: 1, flow: null }),
    letter('b', { at: 2, tier: 'dear', queue: 'dear' }),
  ];

  test.each<[object, readonly string[]]>([
    [{}, ['ab', 'b', 'aa']],
    [{ id: 'a' }, ['ab', 'aa']],
    [{ id: 'aa' }, ['aa']],
    [{ flow: 'flow b' }, ['b']],
    [{ tier: 'cheap' }, ['ab', 'aa']],
    [{ code: 'exhausted' }, ['aa']],
    [{ tier: 'cheap', code: 'terminal' }, ['ab']],
    [{ id: 'x' }, []],
  ])('that %j means are listed, oldest first, and all stay where they are', async (filter, ids) => {
    const cascade = await begin();
    await put(cascade, ...three);
    expect(await listed(cascade, filter)).toEqual(ids);
    expect([await depth(cascade, 'cheap.dlq'), await depth(cascade, 'dear.dlq')]).toEqual([2, 1]);
  });

  test('that are redriven go back as they came, those alone', async () => {
    const cascade = await begin();
    await put(cascade, ...three, letter('p', { tier: 'dear', queue: 'dear.photos', body: '{"fair":"shop"}' }));
    const outcome = await redriveDeadLetters(cascade.cloud, sources(cascade), { tier: 'dear' });
    expect(outcome).toEqual({
      done: [
        { id: 'p', tier: 'dear', code: 'terminal', flow: 'flow p', at: 0 },
        { id: 'b', tier: 'dear', code: 'terminal', flow: 'flow b', at: 2 },
      ],
      failed: [],
    });
    expect(await listed(cascade)).toEqual(['ab', 'aa']);
    const [back] = await cascade.cloud.queue('dear').receive({ max: 10, visibilityMs: 0, waitMs: 0 });
    expect(back).toMatchObject({ body: three[2]!.body });
    expect(back).not.toHaveProperty('group');
    const [photo] = await cascade.cloud.queue('dear.photos').receive({ max: 10, visibilityMs: 0, waitMs: 0 });
    expect(photo).toMatchObject({ body: '{"fair":"shop"}', group: 'shop' });
  });

  test('that are purged are gone, and nothing is sent', async () => {
    const cascade = await begin();
    await put(cascade, ...three);
    expect(await purgeDeadLetters(cascade.cloud, sources(cascade), { code: 'terminal' })).toMatchObject({
      done: [{ id: 'ab' }, { id: 'b' }],
      failed: [],
    });
    expect(await listed(cascade)).toEqual(['aa']);
    expect([await depth(cascade, 'cheap'), await depth(cascade, 'dear')]).toEqual([0, 0]);
  });

  test('that name a queue which is not their tier’s stay, and the others go', async () => {
    const cascade = await begin();
    await put(cascade, letter('forged', { queue: 'dear' }), letter('honest'));
    const { done, failed } = await redriveDeadLetters(cascade.cloud, sources(cascade));
    expect(done.map(({ id }) => id)).toEqual(['honest']);
    expect(failed).toMatchObject([
      {
        letter: { id: 'forged' },
        error: {
          code: 'queue-unknown',
          message:
            'tier "cheap" does not read the queue "dear" that the letter names (tier "cheap", queue "dear")\n' +
            '  → It reads cheap: where a stream was renamed, give it its old name back.',
        },
      },
    ]);
    expect(await listed(cascade)).toEqual(['forged']);
    expect(await depth(cascade, 'dear')).toBe(0);
  });

  test('that cannot be sent stay', async () => {
    const cascade = await begin((cloud) => ({
      ...cloud,
      queue: (name) => {
        const queue = cloud.queue(name);
        const send: typeof queue.send = async (messages) => [
          new Error('full'),
          ...(await queue.send(messages.slice(1))),
        ];
        return name === 'cheap' ? { ...queue, send } : queue;
      },
    }));
    await put(cascade, letter('a'), letter('b'));
    const { done, failed } = await redriveDeadLetters(cascade.cloud, sources(cascade));
    expect([done.length, failed.length]).toEqual([1, 1]);
    expect(failed[0]!.error.message).toBe('full');
    expect(await listed(cascade)).toEqual([failed[0]!.letter.id]);
  });

  test('by the hundred are each seen once, and come back at once', async () => {
    const cascade = await begin();
    const ids = Array.from({ length: 105 }, (_, i) => `l${String(i).padStart(3, '0')}`);
    await put(cascade, ...ids.map((id, at) => letter(id, { at })));
    expect(await listed(cascade)).toEqual(ids);
    expect(await listed(cascade)).toEqual(ids);
    expect((await redriveDeadLetters(cascade.cloud, sources(cascade))).done).toHaveLength(105);
    expect(await depth(cascade, 'cheap')).toBe(105);
  });

  test('that come in while others are redriven are not taken', async () => {
    let late = true;
    const cascade: TestCascade = await begin((cloud) => ({
      ...cloud,
      queue: (name) => {
        const queue = cloud.queue(name);
        const send: typeof queue.send = async (messages) => {
          if (late) {
            late = false;
            cascade.clock.advance(1);
            await put(cascade, letter('late'));
          }
          return queue.send(messages);
        };
        return name === 'cheap' ? { ...queue, send } : queue;
      },
    }));
    await put(cascade, letter('early'));
    const { done } = await redriveDeadLetters(cascade.cloud, sources(cascade));
    expect(done.map(({ id }) => id)).toEqual(['early']);
    expect(await listed(cascade)).toEqual(['late']);
  });

  test('that the queue itself moved there go back to the queue of their kind', async () => {
    const cascade = await begin();
    for (const [body, queue] of [
      [JSON.stringify({ kind: 'signal', flow: 'f' }), 'dear'],
      [JSON.stringify({ kind: 'data', flow: 'f' }), 'dear.photos'],
      [JSON.stringify({ kind: 'other' }), 'dear'],
      ['not JSON', 'dear'],
      ['null', 'dear'],
    ] as const) {
      await cascade.put('dear.dlq', body);
      const [found] = await listDeadLetters(cascade.cloud, sources(cascade));
      expect(found).toMatchObject({ code: 'receives-exhausted', queue, body, tier: 'dear', application: 'test' });
      await redriveDeadLetters(cascade.cloud, sources(cascade));
      expect(await depth(cascade, queue)).toBe(1);
      await cascade.cloud.queue(queue).receive({ max: 10, visibilityMs: 600_000, waitMs: 0 });
    }
  });

  test('too large for a message are read from where they lie; one that is not there any more says so', async () => {
    const cascade = await started({
      tiers: [
        cheap({ extra: { input: { '~standard': { validate: () => ({ issues: [{ message: 'no' }] }) } } } }),
        carrying(),
      ],
    });
    await cascade.send('cheap', { text: 'x'.repeat(100_000) }, { flowId: 'f' });
    await cascade.drain();
    const [found] = await listDeadLetters(cascade.cloud, sources(cascade));
    expect(found).toMatchObject({ code: 'data-invalid', flow: 'f', body: expect.stringContaining('"offloaded"') });
    const gone = { bucket: cascade.cloud.objects.bucket, key: 'messages/gone', size: 1, sha256: 'x' };
    await cascade.put('dear.dlq', JSON.stringify({ v: 1, flow: 'g', offloaded: gone }));
    const [lost] = await listDeadLetters(cascade.cloud, sources(cascade), { tier: 'dear' });
    expect(lost).toMatchObject({ code: 'object-missing', flow: 'g', queue: 'dear' });
    const foreign = { ...gone, bucket: 'elsewhere' };
    await cascade.put('dear.dlq', JSON.stringify({ v: 1, flow: 'h', offloaded: foreign }));
    const [refused] = await listDeadLetters(cascade.cloud, sources(cascade), { flow: 'h' });
    expect(refused).toMatchObject({ code: 'object-foreign', reason: expect.stringContaining('may not read') });
  });
});
