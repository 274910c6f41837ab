import { randomUUID } from 'node:crypto';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Backend, conformance, runConformance } from '../../lib/conformance/index.ts';
import { SluiceError } from '../../lib/core/errors.ts';
import { openCloud } from '../../lib/local/cloud.ts';
import type { Cloud } from '../../lib/ports/cloud.ts';
import type { Queue } from '../../lib/ports/queue.ts';
import { fakeClock } from '../local/helpers.ts';
import { OBJECTS, QUEUES, TABLES } from './faults.ts';

async function broken(breaking: (cloud: Cloud) => Partial<Cloud>, wrap: (queue: Queue) => Queue): Promise<Backend> {
  const clock = fakeClock();
  const deleted = new Set<string>();
  const cloud = await openCloud({ dir: ':memory:', clock });
  onTestFinished(() => cloud.close());
  cloud.declare([{ name: 'any', visibilityMs: 1_000, retentionMs: 86_400_000 }]);
  return {
    name: 'broken',
    cloud: { ...cloud, ...breaking(cloud) },
    async queue({ maxReceives = 1_000 }) {
      const name = randomUUID();
      const times = { visibilityMs: 30_000, retentionMs: 86_400_000 };
      cloud.declare([
        { name, ...times, maxReceives, deadLetters: `${name}.dlq` },
        { name: `${name}.dlq`, ...times },
      ]);
      return { queue: wrap(deletable(cloud.queue(name), deleted)), deadLetters: cloud.queue(`${name}.dlq`) };
    },
    sleep: (ms) => clock.advance(ms),
    outside: {
      deleteQueue: async (name) => void deleted.add(name),
      sendWithAttributes: async (name, body) => void (await cloud.queue(name).send([{ body }])),
      writeAttribute: async (key, attribute) => void (await cloud.table.update({ key, set: { [attribute]: '' } })),
    },
  };
}

/** A queue that can be deleted underneath, as in the embedded cloud none can. */
function deletable(queue: Queue, deleted: ReadonlySet<string>): Queue {
  const there =
    <A extends readonly unknown[], R>(call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      if (deleted.has(queue.name)) throw new SluiceError('queue-unknown', 'it was deleted', { queue: queue.name });
      return call(...args);
    };
  return {
    name: queue.name,
    send: async (messages) => there(queue.send)(messages).catch((error: Error) => messages.map(() => error)),
    receive: there(queue.receive),
    delete: there(queue.delete),
    hide: there(queue.hide),
    depth: there(queue.depth),
    purge: there(queue.purge),
  };
}

const noticed = new Set<string>();
async function failures(port: string, backend: Backend): Promise<readonly string[]> {
  const checks = conformance().filter((check) => check.port === port);
  const results = await runConformance(backend, { checks, timeoutMs: 1_000 });
  const names = results.filter(({ status }) => status === 'fail').map(({ name }) => name);
  for (const name of names) if (names.length < checks.length) noticed.add(name);
  return names;
}
const same = (queue: Queue): Queue => queue;

describe('the checks notice', () => {
  test('nothing where nothing is broken', async () => {
    const results = await runConformance(await broken(() => ({}), same), { timeoutMs: 5_000 });
    expect(results.filter(({ status }) => status !== 'pass')).toEqual([]);
  });

  test.each(Object.entries(QUEUES))('a queue that %s', async (_name, breaks) => {
    const backend = await broken(
      () => ({}),
      (queue) => ({ ...queue, ...breaks(queue) }),
    );
    expect(await failures('queue', backend)).not.toEqual([]);
  });

  test.each(Object.entries(TABLES))('a table that %s', async (_name, breaks) => {
    const backend = await broken(({ table }) => ({ table: { ...table, ...breaks(table) } }), same);
    expect(await failures('table', backend)).not.toEqual([]);
  });

  test.each(Object.entries(OBJECTS))('a store that %s', async (_name, breaks) => {
    const backend = await broken(({ objects }) => ({ objects: { ...objects, ...breaks(objects) } }), same);
    expect(await failures('objects', backend)).not.toEqual([]);
  });

  test('a cloud that knows every queue', async () => {
    const backend = await broken(({ queue }) => ({ queue: (name) => ({ ...queue('any'), name }) }), same);
    expect(await failures('queue', backend)).toEqual(['is unknown where it was not declared']);
  });

  test('at least one of these faults each', () => {
    expect(
      conformance()
        .map(({ name }) => name)
        .filter((name) => !noticed.has(name)),
    ).toEqual([]);
  });
});
