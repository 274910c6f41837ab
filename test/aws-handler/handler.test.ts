import { describe, expect, test, vi } from 'vitest';
import { FUNCTION_CONFIG } from '../../lib/aws/function-config.ts';
import { createHandler } from '../../lib/aws/handler.ts';
import type { SqsRecord } from '../../lib/aws/handler-records.ts';
import { RetryableError } from '../../lib/index.ts';
import { carrying, cheap, joining } from '../support/tiers.ts';
import { bodies, context, deploy, envelope, environmentOf, eventOf, failed, graphOf, record } from './harness.ts';

const sure = cheap({ sure: (n) => (n < 100 ? 0.9 : 0.1) });
const chain = [carrying(), sure];

describe('the response', () => {
  test('is empty where every record is done, and outputs go where they belong', async () => {
    const { handler, cloud, decisions } = await deploy({ tiers: chain });
    const event = eventOf(record('cheap', 1, { n: 1 }), record('cheap', 2, { n: 200 }));
    expect(await handler(event, context())).toEqual({ batchItemFailures: [] });
    expect((await bodies(cloud, 'answers')).map(({ flow }) => flow)).toEqual(['f1']);
    expect((await bodies(cloud, 'dear')).map(({ flow }) => flow)).toEqual(['f2']);
    expect(decisions.map(({ decision }) => decision)).toEqual(['accepted', 'escalated']);
  });

  test('names only the record that must come back', async () => {
    const shaky = cheap({
      sure: (n) => {
        if (n === 2) throw new RetryableError('busy', { afterMs: 7_000 });
        return 1;
      },
    });
    const { handler, hidden } = await deploy({ tiers: [carrying(), shaky] });
    const event = eventOf(...[1, 2, 3].map((n) => record('cheap', n, { n })));
    expect(failed(await handler(event, context()))).toEqual(['m2']);
    expect(hidden).toEqual([[['r2'], 7_000]]);
  });

  test.each(['not JSON', '', '{}', JSON.stringify(envelope(1, { n: 'one' }))])(
    'leaves a record that can never work to the dead-letter queue: %j',
    async (body) => {
      const { handler, cloud } = await deploy({ tiers: chain });
      expect(failed(await handler(eventOf(record('cheap', 1, body), record('cheap', 2, { n: 2 })), context()))).toEqual(
        [],
      );
      expect((await bodies(cloud, 'cheap.dlq')).length).toBe(1);
      expect((await bodies(cloud, 'answers')).length).toBe(1);
    },
  );

  test('counts the receives and keeps the time of sending', async () => {
    const { handler, decisions } = await deploy({ tiers: chain });
    const attributes = { ApproximateReceiveCount: '3', SentTimestamp: String(Date.now() - 5_000) };
    await handler(eventOf(record('cheap', 1, { n: 1 }, { attributes })), context());
    expect(decisions[0]).toMatchObject({ attempt: 3, latencyMs: expect.closeTo(5_000, -4) });
  });

  test('both queues of a join lead to one tier', async () => {
    const { handler, cloud, decisions } = await deploy({ tiers: [cheap(), joining()] });
    const signal = { output: { guess: 'cheap 1', sure: 0 }, tier: 'cheap', version: '1' };
    const half = JSON.stringify(envelope(1, undefined, { kind: 'signal', signal }));
    await handler(eventOf(record('dear', 1, half)), context());
    await handler(
      eventOf(
        record(
          'dear.photos',
          2,
          { photo: 'p' },
          { body: JSON.stringify({ ...envelope(2, { photo: 'p' }), flow: 'f1' }) },
        ),
      ),
      context(),
    );
    expect(decisions.map(({ decision }) => decision)).toEqual(['parked', 'accepted']);
    expect((await bodies(cloud, 'answers'))[0]?.signal?.output).toEqual({ guess: 'p after cheap 1' });
  });
});

describe('a fault of the function itself', () => {
  const all = eventOf(record('cheap', 1, { n: 1 }), record('cheap', 2, { n: 2 }));

  test.each([
    ['no configuration', {}],
    ['a configuration that is no JSON', { [FUNCTION_CONFIG]: '{' }],
    ['a configuration that lacks all', { [FUNCTION_CONFIG]: '{}' }],
  ])('%s: every record comes back', async (_, env) => {
    const { handler, faults } = await deploy({ tiers: chain, env });
    expect(failed(await handler(all, context()))).toEqual(['m1', 'm2']);
    expect(faults.length).toBe(1);
  });

  test('a cloud that cannot be opened', async () => {
    const cloud = (): never => {
      throw new Error('no region');
    };
    const { handler, metrics } = await deploy({ tiers: chain, cloud });
    expect(failed(await handler(all, context()))).toEqual(['m1', 'm2']);
    expect(metrics).toEqual([expect.objectContaining({ faults: 1, outages: 2 })]);
  });

  test('a queue that is not the tier’s', async () => {
    const { handler, faults } = await deploy({ tiers: chain });
    expect(failed(await handler(eventOf(record('dear', 1, { n: 1 })), context()))).toEqual(['m1']);
    expect(String(faults[0])).toContain('Stack-dear-X1');
  });

  test.each<[unknown, string[]]>([
    [undefined, ['']],
    [null, ['']],
    ['event', ['']],
    [{}, ['']],
    [{ Records: 'none' }, ['']],
    [{ Records: [null] }, ['']],
    [{ Records: [{ body: 'x' }] }, ['']],
    [{ Records: [record('cheap', 1, { n: 1 }), {}] }, ['']],
    [{ Records: [{ ...record('cheap', 1, { n: 1 }), messageId: '' }] }, ['']],
    [{ Records: [] }, []],
  ])('an event like %j is never a success with records in it', async (event, expected) => {
    const { handler } = await deploy({ tiers: chain });
    expect(failed(await handler(event as never, context()))).toEqual(expected);
  });

  test.each(['body', 'receiptHandle', 'eventSourceARN', 'attributes'])(
    'a record without %s comes back, the others are worked off',
    async (field) => {
      const { handler, cloud } = await deploy({ tiers: chain });
      const { [field as 'body']: _, ...broken } = record('cheap', 1, { n: 1 });
      const event = eventOf(broken as SqsRecord, record('cheap', 2, { n: 2 }));
      expect(failed(await handler(event, context()))).toEqual(['m1']);
      expect((await bodies(cloud, 'answers')).length).toBe(1);
    },
  );

  test('a log that takes nothing brings the records back, and is told of', async () => {
    const { handler, cloud, metrics, faults } = await deploy({ tiers: chain });
    const write = vi.spyOn(cloud.decisions, 'write').mockRejectedValue(new Error('no stream'));
    expect(failed(await handler(all, context()))).toEqual(['m1', 'm2']);
    expect(metrics).toEqual([expect.objectContaining({ outages: 2 })]);
    expect(String(faults[0])).toContain('no stream');
    write.mockRestore();
    expect(failed(await handler(all, context()))).toEqual([]);
    expect(metrics[1]).not.toHaveProperty('outages');
    expect(faults).toHaveLength(1);
  });

  test('metrics go to the namespace of the deployment', async () => {
    const env = { ...environmentOf(graphOf(chain), 'cheap'), SLUICE_METRICS: 'staging' };
    const { handler, metrics } = await deploy({ tiers: chain, env });
    await handler(all, context());
    expect(metrics).toEqual([expect.objectContaining({ accepted: 2 })]);
    expect(metrics[0]!._aws).toMatchObject({ CloudWatchMetrics: [{ Namespace: 'staging' }] });
  });

  test('metrics and logs that fail undo nothing', async () => {
    const writeLine = (): never => {
      throw new Error('stdout is gone');
    };
    const { handler } = await deploy({ tiers: chain, writeLine });
    expect(failed(await handler(all, context()))).toEqual([]);
  });
});

describe('the init phase', () => {
  test('loads the model before the first record', async () => {
    let loads = 0;
    const load = async (): Promise<number> => (loads += 1);
    const tier = cheap({ extra: { load } });
    const { handler } = await deploy({ tiers: [carrying(), tier] });
    await handler.ready;
    expect(loads).toBe(1);
    await handler(eventOf(record('cheap', 1, { n: 1 })), context());
    expect(loads).toBe(1);
  });

  test('survives a load that throws: the first record is retried, the next load counts', async () => {
    let loads = 0;
    const load = (): number => {
      loads += 1;
      if (loads === 1) throw new Error('no model server');
      return loads;
    };
    const { handler, decisions } = await deploy({ tiers: [carrying(), cheap({ extra: { load } })] });
    await handler.ready;
    const event = eventOf(record('cheap', 1, { n: 1 }));
    expect(failed(await handler(event, context()))).toEqual(['m1']);
    expect(decisions[0]).toMatchObject({ decision: 'retried', code: 'load-failed' });
    expect(failed(await handler(event, context()))).toEqual([]);
    expect(loads).toBe(2);
  });

  test('does not wait for ever for a model', async () => {
    vi.useFakeTimers();
    try {
      const load = (): Promise<never> => new Promise(() => undefined);
      const { handler } = await deploy({ tiers: [carrying(), cheap({ extra: { load } })] });
      let ready = false;
      const waiting = handler.ready.then(() => {
        ready = true;
      });
      await vi.advanceTimersByTimeAsync(7_000);
      expect(ready).toBe(false);
      await vi.advanceTimersByTimeAsync(2_000);
      await waiting;
    } finally {
      vi.useRealTimers();
    }
  });

  test('without configuration there is nothing to wait for', async () => {
    await expect(createHandler(sure, { env: {} }).ready).resolves.toBeUndefined();
  });
});

describe('time', () => {
  test('a record that is still at work when time is up comes back, and what is done does not', async () => {
    let calls = 0;
    const predict = ({ data }: { data: { n: number } }): unknown => {
      calls += 1;
      return data.n > 10 ? new Promise(() => undefined) : { guess: 'now', sure: 1 };
    };
    const tier = cheap({ extra: { predict } });
    const { handler, metrics } = await deploy({ tiers: [carrying(), tier] });
    const deadline = Date.now() + 800;
    const running = { getRemainingTimeInMillis: () => (calls > 0 ? 35_000 : deadline - Date.now() + 700) };
    const event = eventOf(...Array.from({ length: 12 }, (_, n) => record('cheap', n + 1, { n: n + 1 })));
    expect(failed(await handler(event, running))).toEqual(['m11', 'm12']);
    expect(metrics).toEqual([expect.objectContaining({ accepted: 10, faults: 1, outages: 2 })]);
  });

  test('records for which there is no time are handed back at once', async () => {
    const { handler, hidden, metrics, cloud } = await deploy({ tiers: chain });
    const event = eventOf(...Array.from({ length: 25 }, (_, n) => record('cheap', n, { n })));
    const response = await handler(event, context(35_000, 35_000, 900));
    expect(failed(response)).toEqual(Array.from({ length: 15 }, (_, n) => `m${n + 10}`));
    expect(hidden).toEqual([[Array.from({ length: 15 }, (_, n) => `r${n + 10}`), 0]]);
    expect((await bodies(cloud, 'answers')).length).toBe(10);
    expect(metrics).toEqual([expect.objectContaining({ accepted: 10, handedBack: 15 })]);
  });
});
