import { expect, test } from 'vitest';
import { createDestinationHandler } from '../../lib/aws/handler-destination.ts';
import { type Answer, defineDestination } from '../../lib/index.ts';
import { cheap } from '../support/tiers.ts';
import { context, envelope, environmentOf, eventOf, failed, graphOf, record, watch } from './harness.ts';

function answer(n: number): string {
  const signal = { output: { guess: `g${n}`, sure: 1 }, tier: 'cheap', version: '1' };
  return JSON.stringify(envelope(n, undefined, { kind: 'answer', signal }));
}

test('answers are delivered; one that the handler throws on comes back', async () => {
  const delivered: Answer[] = [];
  const destination = defineDestination({
    name: 'archive',
    handler: (one) => {
      if (one.flowId === 'f2') throw new Error('the archive is full');
      delivered.push(one);
    },
  });
  const graph = graphOf([cheap({ extra: { exhausted: 'accept' } })], destination);
  const env = environmentOf(graph, 'archive');
  const { handler, metrics } = await watch(graph, (options) =>
    createDestinationHandler(destination, { env, ...options }),
  );
  await handler.ready;
  const event = eventOf(...[1, 2, 3].map((n) => record('answers', n, answer(n))));
  expect(failed(await handler(event, context()))).toEqual(['m2']);
  expect(delivered.map(({ flowId, output }) => [flowId, output])).toEqual([
    ['f1', { guess: 'g1', sure: 1 }],
    ['f3', { guess: 'g3', sure: 1 }],
  ]);
  expect(metrics).toEqual([
    expect.objectContaining({ application: 'shop', tier: 'archive', delivered: 2, retried: 1 }),
  ]);
});
