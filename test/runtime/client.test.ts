import { describe, expect, test } from 'vitest';
import { connect, connectControl, SluiceError } from '../../lib/index.ts';
import type { LocalCloud } from '../../lib/local/index.ts';
import type { TestCascade } from '../support/cascade.ts';
import { started } from '../support/started.ts';
import { carrying, cheap } from '../support/tiers.ts';

/* What the sender of a flow is told: every refusal before anything is sent, every fault of a store by the flow it met. */

const objects = { photo: {} };
const begin = (wrap?: (cloud: LocalCloud) => LocalCloud) =>
  started({ tiers: [cheap({ extra: { objects } }), carrying()], ...(wrap && { wrap }) });
const clientOf = ({ cloud }: TestCascade) => connect('cheap' as never, { cloud });
const waitingIn = async (cascade: TestCascade) => {
  const [message] = await cascade.cloud.queue('cheap').receive({ max: 1, visibilityMs: 0, waitMs: 0 });
  return message && { ...message, body: JSON.parse(message.body) as Record<string, unknown> };
};
const photo = Buffer.from('it');

test('a client that is made with an option it does not have is refused', async () => {
  const { cloud } = await begin();
  const options = { cloud, timout: '5s' };
  const refusal = { code: 'option-unknown', fix: 'Known options: cloud.' };
  expect(() => connect('cheap' as never, options)).toThrow(expect.objectContaining(refusal));
  expect(() => connectControl('limit', options)).toThrow(expect.objectContaining(refusal));
});

describe('send', () => {
  test('makes one message that says what the sender said, and nothing it did not say', async () => {
    const cascade = await begin();
    const now = cascade.clock.now();
    const sent = await cascade.send('cheap', { n: 1 }, { flowId: 'f', objects: {} });
    expect(sent).toBe('f');
    expect((await waitingIn(cascade))!.body).toEqual({
      v: 1,
      id: expect.any(String),
      flow: 'f',
      kind: 'data',
      from: { name: 'client', version: '1' },
      ts: now,
      sent: now,
      hop: 0,
      data: { n: 1 },
    });
  });

  test('passes on event time, deadline, tenant, objects, and that somebody waits', async () => {
    const cascade = await begin();
    const now = cascade.clock.now();
    const options = { at: new Date(7), deadline: new Date(now + 8), reply: true, fair: 'shop', objects: { photo } };
    await cascade.send('cheap', { n: 1 }, { flowId: 'a/ü', ...options });
    const message = (await waitingIn(cascade))!;
    expect(message.group).toBe('shop');
    expect(message.body).toMatchObject({
      flow: 'a/ü',
      ts: 7,
      sent: now,
      deadline: now + 8,
      reply: true,
      fair: 'shop',
      objects: { photo: { key: 'objects/a%2F%C3%BC/photo', size: 2, bucket: cascade.cloud.objects.bucket } },
    });
  });

  test('names a flow that has no name, and gives the same flow the same message id again', async () => {
    const cascade = await begin();
    const client = clientOf(cascade);
    const [one, two] = [await client.send({ n: 1 }), await client.send({ n: 1 })];
    expect(one.flowId).toMatch(/^[0-9a-f-]{36}$/);
    expect(two.flowId).not.toBe(one.flowId);
    const [f, again] = [await client.send({ n: 1 }, { flowId: 'f' }), await client.send({ n: 2 }, { flowId: 'f' })];
    expect(again).toEqual(f);
    expect(f.id).toMatch(/^[0-9a-f-]{36}$/);
    expect(f.id).not.toBe(one.id);
  });

  test('holds a message back, at most a quarter of an hour', async () => {
    const cascade = await begin();
    await cascade.send('cheap', { n: 1 }, { flowId: 'f', delay: '15m' });
    cascade.clock.advance(899_999);
    expect(await cascade.deliver('cheap')).toBe(0);
    cascade.clock.advance(1);
    expect(await cascade.deliver('cheap')).toBe(1);
    await expect(cascade.send('cheap', { n: 1 }, { flowId: 'g', delay: '900001ms' })).rejects.toThrow(
      'delay is 900001ms; SQS delays by at most 15m (flow "g")\n  → Shorten it, or send the flow when its time comes.',
    );
  });

  test.each<[object, string]>([
    [{ flowID: 'x' }, 'send has no option "flowID" (flow "f")\n  → Did you mean "flowId"?'],
    [{ at: 'today' }, 'send: at is "today" and must be a valid Date (flow "f")'],
    [{ at: new Date('x') }, 'send: at is "Invalid Date" and must be a valid Date (flow "f")'],
    [{ deadline: 7 }, 'send: deadline is "7" and must be a valid Date (flow "f")'],
    [{ fair: 7 }, 'send: fair is 7 and must be a text (flow "f")'],
    [{ delay: 'x' }, 'delay of send is "x", which is not a duration'],
    [
      { objects: { photo: 'it' } },
      'the object "photo" is string, not bytes (flow "f")\n  → Send a Uint8Array or Buffer.',
    ],
  ])('refuses %j and sends nothing', async (options, message) => {
    const cascade = await begin();
    await expect(cascade.send('cheap', { n: 1 }, { flowId: 'f', ...options })).rejects.toThrow(message);
    expect(await waitingIn(cascade)).toBeUndefined();
  });

  test('refuses what is no flow id', async () => {
    const client = clientOf(await begin());
    await expect(client.send({ n: 1 }, { flowId: '' })).rejects.toMatchObject({ code: 'flow-id-invalid' });
    const [sent] = await client.sendBatch([{ data: { n: 1 }, flowId: 7 as never }]);
    expect(sent).toMatchObject({ flowId: 7, id: '', error: { code: 'flow-id-invalid' } });
  });

  test('tells which flows of a batch were not sent, and sends the others', async () => {
    const cascade = await begin();
    const sent = await clientOf(cascade).sendBatch([
      { data: { n: 1 }, flowId: 'a' },
      { data: { n: 1n }, flowId: 'b' },
      { data: { n: 1 }, flowId: 'c', delay: '1h' },
      { data: { n: 1 }, flowId: 'd' },
    ]);
    expect(sent.map(({ flowId, error }) => [flowId, (error as SluiceError | undefined)?.code])).toEqual([
      ['a', undefined],
      ['b', 'data-invalid'],
      ['c', 'option-invalid'],
      ['d', undefined],
    ]);
    expect(sent[0]).not.toHaveProperty('error');
    expect(await cascade.cloud.queue('cheap').depth()).toMatchObject({ ready: 2 });
  });

  test('says of a queue or store that is away whose flow it was', async () => {
    const away = async () => {
      throw new Error('no route');
    };
    const noQueue = await begin((cloud) => ({ ...cloud, queue: (name) => ({ ...cloud.queue(name), send: away }) }));
    await expect(noQueue.send('cheap', { n: 1 }, { flowId: 'f' })).rejects.toMatchObject({
      code: 'queue-failed',
      message:
        'the flow was not sent: no route (flow "f", queue "cheap")\n' +
        '  → Send it again: under the same flow id nothing is doubled.',
      cause: { message: 'no route' },
    });
    const noStore = await begin((cloud) => ({ ...cloud, objects: { ...cloud.objects, put: away } }));
    await expect(noStore.send('cheap', { n: 1 }, { flowId: 'f', objects: { photo } })).rejects.toMatchObject({
      code: 'object-failed',
      problem: 'storing the object "photo" failed: no route',
      place: { flow: 'f' },
    });
    const gone = new SluiceError('queue-unknown', 'there is no such queue', { queue: 'cheap' });
    const refusing = await begin((cloud) => ({
      ...cloud,
      queue: (name) => ({ ...cloud.queue(name), send: async (messages) => messages.map(() => gone) }),
    }));
    await expect(refusing.send('cheap', { n: 1 }, { flowId: 'f' })).rejects.toMatchObject({
      code: 'queue-unknown',
      place: { queue: 'cheap', flow: 'f' },
    });
  });
});

describe('result', () => {
  test('is the answer as the destination hears it, kept for a day', async () => {
    const cascade = await begin();
    await cascade.send('cheap', { n: 1 }, { flowId: 'f', reply: true, at: new Date(7), objects: { photo } });
    await cascade.drain();
    const answer = await clientOf(cascade).result('f');
    expect(answer).toEqual({
      id: cascade.answers[0]!.id,
      flowId: 'f',
      tier: 'dear',
      version: 'v1',
      output: { guess: 'dear 1 after cheap 1' },
      eventTime: 7,
      objects: {},
    });
    const item = (await cascade.cloud.table.get('reply#f'))!;
    expect(Number(item.expiresAt) * 1_000 - cascade.clock.now()).toBe(86_400_000);
  });

  test('says score and threshold where the tier has them', async () => {
    const cascade = await started({ tiers: [cheap({ sure: () => 0.75 }), carrying()] });
    await cascade.send('cheap', { n: 1 }, { flowId: 'f', reply: true });
    await cascade.drain();
    expect(await clientOf(cascade).result('f')).toMatchObject({ tier: 'cheap', score: 0.75, threshold: 0.5 });
  });

  test('is not waited for longer than asked', async () => {
    const cascade = await begin();
    const before = cascade.clock.now();
    await expect(clientOf(cascade).result('f', { timeout: '2s' })).rejects.toMatchObject({
      code: 'result-timeout',
      message:
        'no answer within 2000 ms (flow "f")\n' +
        '  → Send with { reply: true }, wait longer, or look: npx sluice flow f',
    });
    expect(cascade.clock.now() - before).toBe(2_000);
    await expect(clientOf(cascade).result('f')).rejects.toThrow('no answer within 30000 ms');
    await expect(clientOf(cascade).result('f', { timeout: 'x' as never })).rejects.toThrow('timeout of result is "x"');
    await expect(clientOf(cascade).result('')).rejects.toMatchObject({ code: 'flow-id-invalid' });
  });

  test('comes while it is waited for', async () => {
    const cascade = await begin();
    await cascade.send('cheap', { n: 1 }, { flowId: 'f', reply: true, objects: { photo } });
    const { sleep } = cascade.cloud.clock;
    let naps = 0;
    const clock = {
      ...cascade.cloud.clock,
      sleep: async (ms: number, abort?: AbortSignal) => {
        naps += 1;
        if (naps === 3) await cascade.drain();
        return sleep(ms, abort);
      },
    };
    const client = connect('cheap' as never, { cloud: { ...cascade.cloud, clock } });
    expect(await client.result('f')).toMatchObject({ flowId: 'f', tier: 'dear' });
    expect(naps).toBe(3);
  });

  test('says how a flow ended that was not answered, where, and where to look', async () => {
    const predict = () => {
      throw new Error('no luck');
    };
    const cascade = await started({
      tiers: [cheap({ extra: { predict, retry: { maxAttempts: 1 } } }), carrying()],
    });
    await cascade.send('cheap', { n: 1 }, { flowId: 'f', reply: true });
    await cascade.drain();
    await expect(clientOf(cascade).result('f')).rejects.toMatchObject({
      code: 'flow-not-answered',
      // Where it happened stands beside it.
      problem: 'the flow was dead-lettered: predict threw: no luck',
      place: { flow: 'f', tier: 'cheap' },
      fix: expect.stringMatching(/^Correct it, then redrive; .*\nSee what happened: npx sluice flow f$/),
      details: { status: 'failed', code: 'predict-failed' },
    });
  });
});
