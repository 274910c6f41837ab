import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { buildGraph } from '../../lib/core/graph.ts';
import { stream } from '../../lib/core/stream.ts';
import { defineTier, tier } from '../../lib/core/tier.ts';
import type { TierDefinition } from '../../lib/core/tier-definition.ts';
import { type LocalCloud, openCloud } from '../../lib/local/cloud.ts';
import {
  deadLetterSources,
  listDeadLetters,
  purgeDeadLetters,
  redriveDeadLetters,
} from '../../lib/runtime/dead-letters.ts';
import { toBody } from '../../lib/runtime/outbox.ts';

const any = z.object({ text: z.string() });
const first = defineTier({
  name: 'first',
  input: any,
  output: any,
  predict: ({ data }) => data,
  satisfied: { score: () => 0, atLeast: 1 },
});
const second = defineTier({
  name: 'second',
  input: tier<{ default: typeof first }>('first'),
  output: any,
  predict: ({ signal }) => signal,
  join: { data: stream('pages', any) },
});
const graph = buildGraph(
  'app',
  [first, second].map((t) => ({ file: `${t.name}.ts`, version: '1', definition: t as unknown as TierDefinition })),
);
const sources = deadLetterSources(graph);

let cloud: LocalCloud;
beforeEach(async () => {
  cloud = await openCloud({ dir: ':memory:' });
  cloud.declare(graph.queues);
});
afterEach(() => cloud.close());

const envelope = (flow: string, kind: 'data' | 'signal', more: object = {}): string =>
  JSON.stringify({
    v: 1,
    id: flow,
    flow,
    kind,
    from: { name: 'client', version: '1' },
    ts: 1,
    sent: 1,
    hop: 0,
    data: { text: 'x' },
    ...more,
  });

const letter = (flow: string, queue = 'first', body = envelope(flow, 'data')): Parameters<typeof toBody>[1] =>
  ({
    v: 1,
    id: `letter-${flow}`,
    application: 'app',
    tier: 'first',
    version: '1',
    flow,
    queue,
    code: 'predict-failed',
    reason: 'why',
    attempt: 2,
    at: 5,
    body,
  }) as const;

const put = async (queue: string, ...bodies: readonly string[]): Promise<void> => {
  await cloud.queue(queue).send(bodies.map((body) => ({ body })));
};
const bodiesIn = async (queue: string): Promise<readonly string[]> =>
  (await cloud.queue(queue).receive({ max: 100, visibilityMs: 1_000, waitMs: 0 })).map(({ body }) => body);

describe('dead letters', () => {
  it('are listed without being taken away', async () => {
    await put('first.dlq', ...Array.from({ length: 25 }, (_, i) => JSON.stringify(letter(`f${i}`))));
    for (let time = 0; time < 2; time += 1) expect(await listDeadLetters(cloud, sources)).toHaveLength(25);
    expect(await listDeadLetters(cloud, sources, { flow: 'f7' })).toMatchObject([{ id: 'letter-f7', reason: 'why' }]);
    expect(await listDeadLetters(cloud, sources, { tier: 'second' })).toEqual([]);
    expect(await listDeadLetters(cloud, sources, { code: 'data-invalid' })).toEqual([]);
    expect(await cloud.queue('first.dlq').depth()).toEqual({ ready: 25, delayed: 0, inFlight: 0 });
  });

  it('are read where they lie in the object store', async () => {
    const body = envelope('big', 'data', { data: { text: 'x'.repeat(100_000) } });
    await put('first.dlq', (await toBody(cloud, letter('big', 'first', body))).body);
    expect(await listDeadLetters(cloud, sources)).toMatchObject([{ id: 'letter-big', flow: 'big', body }]);
    await redriveDeadLetters(cloud, sources);
    expect(await bodiesIn('first')).toEqual([body]);
  });

  it('go back to the queue they came from, also when the queue itself moved them', async () => {
    const offloaded = (await toBody(cloud, JSON.parse(envelope('large', 'data', { data: 'x'.repeat(100_000) })))).body;
    const bodies = [envelope('page', 'data'), envelope('signal', 'signal'), offloaded, 'not an envelope'];
    await put('second.dlq', ...bodies);
    const listed = await listDeadLetters(cloud, sources);
    expect(listed.map(({ code }) => code)).toEqual(Array(4).fill('receives-exhausted'));
    expect(listed.map(({ queue }) => queue).sort()).toEqual(['second', 'second', 'second.pages', 'second.pages']);
    expect((await redriveDeadLetters(cloud, sources)).done).toHaveLength(4);
    expect(await bodiesIn('second.pages')).toEqual([bodies[0], offloaded]);
    expect((await bodiesIn('second')).toSorted()).toEqual([bodies[3], bodies[1]].toSorted());
  });

  it('keep their fair group', async () => {
    await put('first.dlq', JSON.stringify(letter('f', 'first', envelope('f', 'data', { fair: 'shop-7' }))));
    await redriveDeadLetters(cloud, sources);
    const [message] = await cloud.queue('first').receive({ max: 1, visibilityMs: 1_000, waitMs: 0 });
    expect(message?.group).toBe('shop-7');
  });

  it('stay where they cannot be sent', async () => {
    await put('first.dlq', JSON.stringify(letter('gone', 'removed')), JSON.stringify(letter('here')));
    const { done, failed } = await redriveDeadLetters(cloud, sources);
    expect(done.map(({ flow }) => flow)).toEqual(['here']);
    expect(failed).toMatchObject([{ letter: { flow: 'gone' }, error: { code: 'queue-unknown' } }]);
    expect(await listDeadLetters(cloud, sources)).toMatchObject([{ flow: 'gone' }]);
  });

  it('are not redriven twice when they come back while it lasts', async () => {
    await put('first.dlq', ...Array.from({ length: 12 }, (_, i) => JSON.stringify(letter(`f${i}`))));
    const failing = {
      ...cloud,
      queue: (name: string) => {
        const queue = cloud.queue(name);
        if (name !== 'first') return queue;
        // A tier that fails at once: what is sent to it lies in the dead-letter queue the next moment.
        return {
          ...queue,
          async send(messages: Parameters<typeof queue.send>[0]) {
            await cloud.clock.sleep(2);
            return cloud
              .queue('first.dlq')
              .send(messages.map(({ body }) => ({ body: JSON.stringify(letter('again', 'first', body)) })));
          },
        };
      },
    };
    expect((await redriveDeadLetters(failing, sources)).done).toHaveLength(12);
    expect(await listDeadLetters(cloud, sources)).toHaveLength(12);
  });

  it('are purged as asked', async () => {
    await put('first.dlq', JSON.stringify(letter('a')), JSON.stringify(letter('b')));
    expect((await purgeDeadLetters(cloud, sources, { flow: 'a' })).done).toHaveLength(1);
    expect(await listDeadLetters(cloud, sources)).toMatchObject([{ flow: 'b' }]);
  });

  it('are listed also where their text is gone', async () => {
    const { body } = await toBody(cloud, letter('big', 'first', 'x'.repeat(100_000)));
    await put('first.dlq', body);
    await cloud.objects.delete([JSON.parse(body).offloaded]);
    expect(await listDeadLetters(cloud, sources)).toMatchObject([{ flow: 'big', code: 'object-missing' }]);
  });
});
