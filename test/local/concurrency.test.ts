import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { connect } from '../../lib/index.ts';
import { limited } from '../../lib/local/concurrency.ts';
import { loadApplication, openCloud, startCascade } from '../../lib/local/index.ts';

test('a heavy tier in a worker thread never stalls the others', async () => {
  const cloud = await openCloud({ dir: ':memory:' });
  const application = await loadApplication(fileURLToPath(new URL('./project/functions/uneven', import.meta.url)));
  const order: string[] = [];
  const cascade = await startCascade({ application, cloud, onAnswer: (answer) => void order.push(answer.tier) });
  const client = connect<typeof import('./project/functions/uneven/quick.ts')>('quick', { cloud });
  await client.send({ hard: true });
  for (let n = 0; n < 50; n += 1) await client.send({ hard: false });
  await cascade.settled();
  await cascade.stop();
  await cloud.close();
  // The hard flow was sent first, and everything sent after it was answered while its model was at work.
  expect(order).toEqual([...Array<string>(50).fill('quick'), 'heavy']);
});

test('handlers that share a limit never run more batches at a time than it allows, and all get their turn', async () => {
  let running = 0;
  let most = 0;
  const handler = async (): Promise<{ failed: string[] }> => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setTimeout(resolve, 2));
    running -= 1;
    return { failed: [] };
  };
  const limit = limited(3);
  const [a, b] = [limit(handler), limit(handler)];
  const results = await Promise.all(Array.from({ length: 20 }, (_, i) => (i % 2 ? a : b)([])));
  expect(results).toHaveLength(20);
  expect(most).toBe(3);
});
