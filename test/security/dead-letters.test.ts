import { expect, onTestFinished, test } from 'vitest';
import { buildGraph } from '../../lib/core/graph.ts';
import type { TierDefinition } from '../../lib/core/tier-definition.ts';
import { type LocalCloud, openCloud } from '../../lib/local/index.ts';
import type { Cloud } from '../../lib/ports/cloud.ts';
import { deadLetterSources, listDeadLetters, redriveDeadLetters } from '../../lib/runtime/dead-letters.ts';
import { cheap, joining } from '../support/tiers.ts';
import { byHand } from './letters.ts';

const graph = buildGraph(
  'test',
  [cheap(), joining()].map((tier) => ({
    ...{ file: `${tier.name}.ts`, version: 'v1' },
    definition: tier as unknown as TierDefinition,
  })),
);
const sources = deadLetterSources(graph);

async function opened(): Promise<LocalCloud> {
  const cloud = await openCloud({ dir: ':memory:' });
  onTestFinished(() => cloud.close());
  cloud.declare(graph.queues);
  return cloud;
}

const put = (cloud: Cloud, queue: string, ...bodies: readonly string[]): Promise<unknown> =>
  cloud.queue(queue).send(bodies.map((body) => ({ body })));
const lettersOf = (wrong: Record<string, unknown>): string =>
  JSON.stringify({
    ...{
      v: 1,
      id: 'l1',
      application: 'test',
      tier: 'cheap',
      version: 'v1',
      flow: 'f',
      queue: 'cheap',
      code: 'terminal',
    },
    ...{ reason: 'r', attempt: 1, at: 1, body: byHand() },
    ...wrong,
  });

// The queue itself moves a message here whose function died of it: the body is then the sender's, and may pose as a letter.
test('a message that poses as a dead letter is sent back to no queue that its tier does not read', async () => {
  const cloud = await opened();
  const forged = JSON.stringify({ v: 1, id: 'a', flow: 'f', kind: 'answer', signal: { output: 'forged' } });
  await put(cloud, 'cheap.dlq', lettersOf({ queue: 'answers', body: forged }), lettersOf({ id: 'l2', queue: 'dear' }));
  const { done, failed } = await redriveDeadLetters(cloud, sources);
  expect(done).toEqual([]);
  expect(failed.map(({ error }) => error)).toMatchObject([{ code: 'queue-unknown' }, { code: 'queue-unknown' }]);
  for (const queue of ['answers', 'dear']) expect((await cloud.queue(queue).depth()).ready).toBe(0);
});

test.each<[string, Record<string, unknown>]>([
  ['an id that is a number', { id: 5 }],
  ['no time', { at: 'now' }],
  ['a time beyond all times', { at: 1e300 }],
  ['a flow that is an object', { flow: {} }],
  ['a code that is a list', { code: [] }],
  ['a queue that is a number', { queue: 1 }],
  ['another tier', { tier: 'dear' }],
  ['attempts that are text', { attempt: 'x' }],
])('a message that poses as a dead letter with %s is taken for what it is', async (_, wrong) => {
  const cloud = await opened();
  await put(cloud, 'cheap.dlq', lettersOf(wrong));
  const [letter] = await listDeadLetters(cloud, sources, { tier: 'cheap' });
  expect(letter).toMatchObject({ code: 'receives-exhausted', tier: 'cheap', queue: 'cheap', body: lettersOf(wrong) });
});

test('a letter that says its text lies elsewhere makes nobody read another key or a huge one', async () => {
  const cloud = await opened();
  const text = Buffer.from(lettersOf({}));
  for (const key of ['objects/victim/photo', 'decisions/x']) {
    const offloaded = await cloud.objects.put(key, text);
    await put(cloud, 'cheap.dlq', JSON.stringify({ v: 1, flow: 'f', offloaded }));
  }
  const huge = { bucket: cloud.objects.bucket, key: 'messages/x', size: 2 ** 40, sha256: '' };
  for (const offloaded of [huge, 5, true, 'x', {}, { bucket: cloud.objects.bucket }]) {
    await put(cloud, 'cheap.dlq', JSON.stringify({ v: 1, flow: 'f', offloaded }));
  }
  const letters = await listDeadLetters(cloud, sources);
  const codes = Map.groupBy(letters, ({ code }) => code);
  expect(codes.get('object-foreign')).toHaveLength(2);
  expect(codes.get('message-too-large')).toHaveLength(1);
  expect(letters).toHaveLength(8);
});

test('looking ends, though letters that are not meant come back before all have been seen', async () => {
  const cloud = await opened();
  await put(cloud, 'cheap.dlq', ...Array.from({ length: 45 }, (_, i) => lettersOf({ id: `l${i}`, flow: `f${i}` })));
  const queue = cloud.queue('cheap.dlq');
  // A queue so long that the first letters are visible again before the last is looked at.
  const impatient = {
    ...queue,
    receive: async (o: Parameters<typeof queue.receive>[0]) => {
      const messages = await queue.receive({ ...o, visibilityMs: 60_000 });
      await queue.hide(
        messages.map((m) => m.receipt),
        0,
      );
      return messages;
    },
  };
  const cloudOf = { ...cloud, queue: (name: string) => (name === 'cheap.dlq' ? impatient : cloud.queue(name)) };
  const letters = await listDeadLetters(cloudOf, sources);
  expect(new Set(letters.map(({ id }) => id)).size).toBe(letters.length);
});

test('what redrive keeps of letters has no payload: a hundred thousand of them fit into memory', async () => {
  const cloud = await opened();
  await put(
    cloud,
    'cheap.dlq',
    ...Array.from({ length: 25 }, (_, i) => lettersOf({ id: `l${i}`, reason: 'x'.repeat(9_000) })),
  );
  const { done } = await redriveDeadLetters(cloud, sources);
  expect(done).toHaveLength(25);
  expect(JSON.stringify(done[0]).length).toBeLessThan(300);
});
