import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { AnyTier } from '../../lib/index.ts';
import { defineDestination, RetryableError, SluiceError } from '../../lib/index.ts';
import type { LocalCloud } from '../../lib/local/index.ts';
import type { Predictor } from '../../lib/ports/predictor.ts';
import { countCalls } from '../../lib/runtime/call-counter.ts';
import { tierHandler } from '../../lib/runtime/handler.ts';
import { listenerPlan } from '../../lib/runtime/listener.ts';
import { started } from '../support/started.ts';
import { carrying, cheap, joining } from '../support/tiers.ts';

/* What the runtime says of a cloud that fails, and how it hands messages back. */

const away =
  (message = 'no route') =>
  async (): Promise<never> => {
    throw new Error(message);
  };
const FIX = '\n  → Correct it, then redrive; throw TerminalError where trying again cannot help.';

describe('a part of the cloud that is away is named, and no flow is given up for it', () => {
  const large = { photo: 'x'.repeat(70_000) };
  test.each<[string, string, string, (cloud: LocalCloud) => LocalCloud]>([
    [
      'the flow table',
      'table-failed',
      'writing the flow table failed: no route (application "test", tier "dear", flow "f")',
      (cloud) => ({ ...cloud, table: { ...cloud.table, update: away() } }),
    ],
    [
      'the object store, for a half',
      'object-failed',
      'storing a parked half failed: no route (application "test", tier "dear", flow "f")',
      (cloud) => ({
        ...cloud,
        objects: {
          ...cloud.objects,
          put: async (key, bytes, options) =>
            key.startsWith('halves/') ? away()() : cloud.objects.put(key, bytes, options),
        },
      }),
    ],
    [
      'the object store, for a message',
      'object-failed',
      'fetching',
      (cloud) => ({ ...cloud, objects: { ...cloud.objects, get: away() } }),
    ],
    [
      'the decision log',
      'log-failed',
      'writing the decision log failed: no route (application "test", tier "dear", flow "f")',
      (cloud) => {
        let failures = 1;
        const write: LocalCloud['decisions']['write'] = async (records) =>
          failures-- > 0 ? away()() : cloud.decisions.write(records);
        return { ...cloud, decisions: { ...cloud.decisions, write } };
      },
    ],
  ])('%s', async (_, code, reason, wrap) => {
    const cascade = await started({ tiers: [cheap(), joining({ retry: { maxAttempts: 1 } }) as AnyTier], wrap });
    await cascade.send('dear.photos', large, { flowId: 'f' });
    await cascade.deliver('dear.photos');
    const retried = cascade.records.at(-1);
    expect(retried).toMatchObject({ decision: 'retried', code, tier: 'dear' });
    expect(retried!.reason!.startsWith(reason)).toBe(true);
    // At least a second: a quick back-off would wear the queue's patience out.
    expect(retried!.until! - cascade.clock.now()).toBeGreaterThanOrEqual(500);
    expect(await cascade.deadLetters()).toEqual([]);
  });

  test('the queue that answers go to', async () => {
    const cascade = await started({
      tiers: [cheap({ sure: () => 1, extra: { retry: { maxAttempts: 1 } } }), carrying()],
      wrap: (cloud) => ({
        ...cloud,
        queue: (name) => (name === 'answers' ? { ...cloud.queue(name), send: away() } : cloud.queue(name)),
      }),
    });
    await cascade.send('cheap', { n: 1 }, { flowId: 'f' });
    await cascade.deliver('cheap');
    expect(cascade.records).toMatchObject([
      {
        decision: 'retried',
        code: 'queue-failed',
        reason: 'sending failed: no route (application "test", tier "cheap", flow "f")',
      },
    ]);
  });

  test('a queue and a log that are both away hand the message back without a word', async () => {
    const cascade = await started({
      tiers: [cheap(), carrying()],
      wrap: (cloud) => ({
        ...cloud,
        queue: (name) => (name === 'dear' ? { ...cloud.queue(name), send: away() } : cloud.queue(name)),
        decisions: { ...cloud.decisions, write: away() },
      }),
    });
    await cascade.send('cheap', { n: 1 }, { flowId: 'f' });
    await cascade.deliver('cheap');
    expect(cascade.records).toEqual([]);
    expect(await cascade.cloud.queue('cheap').depth()).toMatchObject({ ready: 0 });
    cascade.clock.advance(1_000);
    expect(await cascade.cloud.queue('cheap').depth()).toMatchObject({ ready: 1 });
  });
});

describe('a message that is handed back', () => {
  test('is hidden until its time, in one call for all of one time, and no longer than SQS hides', async () => {
    const hidden: [number, number][] = [];
    const predict = ({ data }: { data: { n: number } }) => {
      if (data.n === 0) return { guess: '', sure: 0 };
      throw new RetryableError('busy', { afterMs: data.n });
    };
    const cascade = await started({
      tiers: [cheap({ extra: { predict } }), carrying()],
      wrap: (cloud) => ({
        ...cloud,
        queue: (name) => {
          const queue = cloud.queue(name);
          const hide: typeof queue.hide = (receipts, ms) => {
            hidden.push([receipts.length, ms]);
            return queue.hide(receipts, ms);
          };
          return { ...queue, hide };
        },
      }),
    });
    const DAY_MS = 86_400_000;
    for (const n of [0, 5, 7, 5, DAY_MS]) await cascade.send('cheap', { n });
    await cascade.deliver('cheap');
    expect(hidden.sort(([, a], [, b]) => a - b)).toEqual([
      [2, 5],
      [1, 7],
      [1, DAY_MS / 2],
    ]);
  });

  test('comes back by itself where it cannot be hidden', async () => {
    const predict = () => {
      throw new RetryableError('busy');
    };
    const cascade = await started({
      tiers: [cheap({ extra: { predict } }), carrying()],
      wrap: (cloud) => ({ ...cloud, queue: (name) => ({ ...cloud.queue(name), hide: away() }) }),
    });
    await cascade.send('cheap', { n: 1 }, { flowId: 'f' });
    await cascade.deliver('cheap');
    expect(cascade.decisions('f')).toEqual(['cheap:retried']);
    expect(await cascade.cloud.queue('cheap').depth()).toMatchObject({ inFlight: 1 });
  });

  test('is one that a step did not end by itself', async () => {
    const cascade = await started({ tiers: [cheap(), carrying()] });
    const predictor: Predictor = { predict: async () => [], close: async () => undefined };
    const handler = tierHandler(
      cascade.graph.tiers[0]!,
      'cheap',
      {
        ...cascade.cloud,
        clock: {
          ...cascade.clock,
          now: () => {
            throw new Error('no clock');
          },
        },
      },
      predictor,
    );
    await cascade.send('cheap', { n: 1 });
    const messages = await cascade.cloud.queue('cheap').receive({ max: 1, visibilityMs: 1_000, waitMs: 0 });
    expect((await handler(messages)).failed).toEqual(messages.map(({ receipt }) => receipt));
  });
});

test('a handler of a queue that its tier does not read says which it reads', async () => {
  const cascade = await started({ tiers: [cheap(), joining() as AnyTier] });
  const predictor: Predictor = { predict: async () => [], close: async () => undefined };
  expect(() => tierHandler(cascade.graph.tiers[1]!, 'cheap', cascade.cloud, predictor)).toThrow(
    expect.objectContaining({
      code: 'queue-unknown',
      message: 'tier "dear" does not read queue "cheap"\n  → It reads dear and dear.photos.',
    }),
  );
});

describe('a gate', () => {
  const onGate = async (data: unknown, timed = false) => {
    const cascade = await started({
      tiers: [cheap({ extra: { gates: { data }, timeout: '2s', retry: { maxAttempts: 1 } } }), carrying()],
      ...(timed && { timed }),
    });
    await cascade.send('cheap', { n: 1 }, { flowId: 'f' });
    await cascade.drain();
    return cascade;
  };

  test('that throws or rejects is named, with its flow', async () => {
    for (const gate of [
      () => {
        throw new Error('no door');
      },
      () => Promise.reject(new Error('no door')),
    ]) {
      const [letter] = await (await onGate(gate)).deadLetters();
      expect(letter).toMatchObject({
        code: 'gate-failed',
        reason: `the data gate threw: no door (application "test", tier "cheap", flow "f")${FIX}`,
      });
    }
  });

  test('that never answers is given up after the time of its tier', async () => {
    const [letter] = await (await onGate(() => new Promise(() => undefined), true)).deadLetters();
    expect(letter).toMatchObject({ code: 'gate-failed' });
    expect(letter!.reason).toContain('the data gate threw: the data gate took longer than 2000 ms');
  });

  test('is told the flow, and no controls where its tier decides with none', async () => {
    const told: unknown[] = [];
    await onGate((value: unknown, context: unknown) => {
      told.push(context);
      return value;
    });
    expect(told).toEqual([{ flowId: 'f' }]);
  });
});

test('a schema that never answers is given up after the time of its tier', async () => {
  const never = { '~standard': { version: 1, vendor: 'test', validate: () => new Promise(() => undefined) } };
  const cascade = await started({
    tiers: [cheap({ extra: { input: never, timeout: '2s', retry: { maxAttempts: 1 } } }), carrying()],
  });
  await cascade.send('cheap', { n: 1 }, { flowId: 'f' });
  await cascade.drain();
  expect((await cascade.deadLetters())[0]!.reason).toMatch(/^the schema took longer than 2000 ms/);
});

describe('a destination', () => {
  const answered = async (handler: () => unknown) => {
    const destination = defineDestination({
      name: 'archive',
      handler: handler as () => void,
      timeout: '2s',
      retry: { maxAttempts: 1 },
    });
    const cascade = await started({ tiers: [cheap({ sure: () => 1 }), carrying()], destination });
    await cascade.send('cheap', { n: 1 }, { flowId: 'f' });
    await cascade.drain();
    return cascade;
  };

  test('that throws or never ends is named, with the flow whose answer it was', async () => {
    const where = '(application "test", tier "archive", flow "f")';
    const thrown = await answered(() => {
      throw new Error('disk full');
    });
    expect(await thrown.deadLetters()).toMatchObject([
      {
        tier: 'archive',
        queue: 'answers',
        code: 'destination-failed',
        reason: `the destination handler threw: disk full ${where}${FIX}`,
      },
    ]);
    const hung = await answered(() => new Promise(() => undefined));
    expect(await hung.deadLetters()).toMatchObject([
      {
        code: 'destination-failed',
        reason: `the handler took longer than 2000 ms ${where}\n  → Raise timeout, or hand the answer on instead of working on it.`,
      },
    ]);
  });

  test('that has the answer is the last record of its flow', async () => {
    const cascade = await answered(() => undefined);
    expect(cascade.records.at(-1)).toMatchObject({
      tier: 'archive',
      decision: 'delivered',
      flow: 'f',
      in: [{ kind: 'answer' }],
    });
  });

  test('that is a listener hears every answer as a destination of its own would', () => {
    const handler = () => undefined;
    const plan = listenerPlan('app', handler);
    expect(plan).toMatchObject({
      application: 'app',
      destination: { name: 'answers', handler, timing: { batchSize: 10 } },
      version: '1',
      file: '',
      reads: [{ queue: 'answers', kind: 'answer' }],
      deadLetters: 'answers.dlq',
      limits: { functionMs: 35_000 },
    });
    expect(listenerPlan('app', handler, 3).destination.timing.batchSize).toBe(3);
  });
});

test('an error of a port that says what it wants is passed on as it is', async () => {
  const own = new SluiceError('queue-failed', 'refused', { retry: 'never', fix: 'Ask.' });
  const cascade = await started({
    tiers: [cheap({ sure: () => 1 }), carrying()],
    wrap: (cloud) => ({
      ...cloud,
      queue: (name) => (name === 'answers' ? { ...cloud.queue(name), send: async () => [own] } : cloud.queue(name)),
    }),
  });
  await cascade.send('cheap', { n: 1 }, { flowId: 'f' });
  await cascade.drain();
  expect(await cascade.deadLetters()).toMatchObject([
    { code: 'queue-failed', attempt: 1, reason: expect.stringMatching(/^refused .*\n {2}→ Ask\.$/) },
  ]);
});

test('calls are counted by what they are, and reach the cloud', async () => {
  const { cloud: local } = await started({ tiers: [cheap(), carrying()] });
  const { cloud, calls } = countCalls(local);
  await cloud.queue('cheap').send([{ body: 'a' }, { body: 'b' }]);
  await cloud.table.update({ key: 'k', set: { a: 1 } });
  expect(await cloud.table.get('k')).toMatchObject({ a: 1 });
  const reference = await cloud.objects.put('objects/k', Buffer.from('x'));
  await cloud.objects.get(reference);
  await cloud.objects.delete([reference]);
  expect(calls).toEqual({ queue: 2, table: 2, object: 3 });
  expect(await cloud.queue('cheap').depth()).toMatchObject({ ready: 2 });
});

test('a schema may change the value: what it makes of it is what the task sees', async () => {
  const cascade = await started({
    tiers: [cheap({ extra: { input: z.object({ n: z.string().transform(Number) }) } }), carrying()],
  });
  await cascade.send('cheap', { n: '7' } as never, { flowId: 'f' });
  await cascade.drain();
  expect(cascade.answers).toMatchObject([{ output: { guess: 'dear 7 after cheap 7' } }]);
});
