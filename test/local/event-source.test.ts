import { setTimeout } from 'node:timers/promises';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { LocalCloud } from '../../lib/local/cloud.ts';
import { type EventSourceOptions, startEventSource } from '../../lib/local/event-source.ts';
import type { ReceivedMessage } from '../../lib/ports/queue.ts';
import { bodies, MODES, open } from './helpers.ts';

type Handler = EventSourceOptions['handler'];
const allDone: Handler = async () => ({ failed: [] });

function watching(see: (batch: readonly ReceivedMessage[]) => void): Handler {
  return async (batch) => {
    see(batch);
    return { failed: [] };
  };
}

function start(cloud: LocalCloud, options: Partial<EventSourceOptions>) {
  const { clock } = cloud;
  const defaults = { batchSize: 10, windowMs: 0, concurrency: 1, visibilityMs: 30_000, clock, handler: allDone };
  const source = startEventSource({ queue: cloud.queue('small'), ...defaults, ...options });
  onTestFinished(() => source.stop());
  return source;
}

function messages(count: number) {
  return Array.from({ length: count }, (_, index) => ({ body: String(index) }));
}

async function empty(cloud: LocalCloud): Promise<void> {
  await vi.waitFor(async () => {
    expect(await cloud.queue('small').depth()).toEqual({ ready: 0, delayed: 0, inFlight: 0 });
  });
}

describe.each(MODES)('an event source (%s)', (mode) => {
  test('feeds every message once, in batches, and deletes them', async () => {
    const cloud = await open(mode);
    await cloud.queue('small').send(messages(95));
    const batches: (readonly ReceivedMessage[])[] = [];
    start(cloud, { concurrency: 3, handler: watching((batch) => batches.push(batch)) });
    await empty(cloud);
    expect(batches.every((batch) => batch.length <= 10)).toBe(true);
    expect(batches.length).toBeLessThanOrEqual(12);
    expect(batches.flatMap(bodies).sort()).toEqual(
      messages(95)
        .map(({ body }) => body)
        .sort(),
    );
  });

  test('works on as many batches at once as it may, and no more', async () => {
    const cloud = await open(mode);
    await cloud.queue('small').send(messages(200));
    let now = 0;
    let most = 0;
    const handler: Handler = async () => {
      most = Math.max(most, ++now);
      await setTimeout(2);
      now -= 1;
      return { failed: [] };
    };
    start(cloud, { concurrency: 4, handler });
    await empty(cloud);
    expect(most).toBe(4);
  });

  test('leaves failed messages and rejected batches to their visibility timeout', async () => {
    const cloud = await open(mode);
    await cloud.queue('small').send([{ body: 'bad' }, { body: 'good' }]);
    const seen: string[] = [];
    const errors: Error[] = [];
    const handler: Handler = async (batch) => {
      seen.push(...batch.map(({ body, receives }) => `${body} ${receives}`));
      if (batch[0]!.receives === 2) throw new Error('the function died');
      return { failed: batch.filter(({ body, receives }) => body === 'bad' && receives < 3).map((m) => m.receipt) };
    };
    start(cloud, { visibilityMs: 40, handler, onError: (error) => errors.push(error) });
    await vi.waitFor(() => expect(seen).toEqual(['bad 1', 'good 1', 'bad 2', 'bad 3']));
    await empty(cloud);
    expect(errors.map(({ message }) => message)).toEqual(['the function died']);
  });

  test('waits for a full batch for as long as the window is open', async () => {
    const cloud = await open(mode);
    const sizes: number[] = [];
    const handler = watching((batch) => sizes.push(batch.length));
    start(cloud, { windowMs: 500, batchSize: 5, handler });
    for (const message of messages(3)) {
      await cloud.queue('small').send([message]);
      await setTimeout(5);
    }
    await vi.waitFor(() => expect(sizes).toEqual([3]), { timeout: 10_000 });
  });

  test('does not wait for the end of the window where the batch is full', async () => {
    const cloud = await open(mode);
    const sizes: number[] = [];
    const handler = watching((batch) => sizes.push(batch.length));
    start(cloud, { windowMs: 300_000, batchSize: 5, handler });
    await cloud.queue('small').send(messages(2));
    await cloud.queue('small').send(messages(3));
    await vi.waitFor(() => expect(sizes).toEqual([5]), { timeout: 10_000 });
  });

  test('backs off from a queue that fails, and goes on', async () => {
    const cloud = await open(mode);
    const queue = cloud.queue('small');
    await queue.send(messages(1));
    const attempts: number[] = [];
    const errors: string[] = [];
    const flaky = {
      ...queue,
      receive: (options: Parameters<typeof queue.receive>[0]) => {
        attempts.push(performance.now());
        return attempts.length < 3 ? Promise.reject(new Error('no network')) : queue.receive(options);
      },
    };
    start(cloud, { queue: flaky, onError: (error) => errors.push(error.message) });
    await empty(cloud);
    expect(errors).toEqual(['no network', 'no network']);
    expect(attempts[1]! - attempts[0]!).toBeGreaterThan(90);
    expect(attempts[2]! - attempts[1]!).toBeGreaterThan(190);
  });

  test('stops: waits for batches at work, gives back what nobody has seen', async () => {
    const cloud = await open(mode);
    const begun = Promise.withResolvers<void>();
    let finished = 0;
    const handler: Handler = async () => {
      begun.resolve();
      await setTimeout(30);
      finished += 1;
      return { failed: [] };
    };
    const source = start(cloud, { handler, batchSize: 2, windowMs: 10_000, concurrency: 2 });
    await cloud.queue('small').send(messages(3));
    await begun.promise;
    expect(source.idle()).toBe(false);
    await source.stop();
    expect(finished).toBe(1);
    expect(await cloud.queue('small').depth()).toEqual({ ready: 1, delayed: 0, inFlight: 0 });
    await cloud.queue('small').send(messages(2));
    await setTimeout(20);
    expect((await cloud.queue('small').depth()).ready).toBe(3);
  });

  test('says when it is idle', async () => {
    const cloud = await open(mode);
    const source = start(cloud, { handler: () => setTimeout(20, { failed: [] }) });
    await vi.waitFor(() => expect(source.idle()).toBe(true));
    await cloud.queue('small').send(messages(1));
    await vi.waitFor(() => expect(source.idle()).toBe(false), { interval: 1 });
    await vi.waitFor(() => expect(source.idle()).toBe(true));
    await empty(cloud);
  });

  test('lets timers have their turn while it is busy', async () => {
    const cloud = await open(mode);
    let stop = false;
    const handler: Handler = async (batch) => {
      if (!stop) await cloud.queue('small').send(batch.map(({ body }) => ({ body })));
      return { failed: [] };
    };
    await cloud.queue('small').send(messages(50));
    start(cloud, { handler, concurrency: 5 });
    // It would never be over otherwise.
    await setTimeout(50);
    stop = true;
    await empty(cloud);
  });
});
