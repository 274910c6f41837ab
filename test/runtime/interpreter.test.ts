import { describe, expect, test } from 'vitest';
import type { Predictor } from '../../lib/ports/predictor.ts';
import { tierHandler } from '../../lib/runtime/handler.ts';
import { started } from '../support/started.ts';
import { carrying, cheap } from '../support/tiers.ts';

describe('a batch', () => {
  test('is predicted on in one call even where some records take longer to get there', async () => {
    const batches: number[] = [];
    const gate = (data: { n: number }) => (data.n % 2 ? data : new Promise((done) => setTimeout(done, 5, data)));
    const predictBatch = (contexts: readonly { data: { n: number } }[]) => {
      batches.push(contexts.length);
      return contexts.map(() => ({ guess: '', sure: 1 }));
    };
    const first = cheap({ extra: { predict: undefined, predictBatch, gates: { data: gate } } });
    const writes: number[] = [];
    const cascade = await started({
      tiers: [first, carrying()],
      wrap: (cloud) => ({
        ...cloud,
        decisions: {
          ...cloud.decisions,
          write: (records) => {
            writes.push(records.length);
            return cloud.decisions.write(records);
          },
        },
      }),
    });
    for (let n = 0; n < 10; n += 1) await cascade.send('cheap', { n });
    await cascade.deliver('cheap');
    expect(batches).toEqual([10]);
    expect(writes).toEqual([10]);
  });

  test('survives a predictor that breaks its promise not to reject: every record is tried again', async () => {
    const cascade = await started({ tiers: [cheap(), carrying()] });
    const broken: Predictor = { predict: () => Promise.reject(new Error('bug')), close: async () => undefined };
    const handler = tierHandler(cascade.graph.tiers[0]!, 'cheap', cascade.cloud, broken);
    for (let n = 0; n < 3; n += 1) await cascade.send('cheap', { n });
    const messages = await cascade.cloud.queue('cheap').receive({ max: 10, visibilityMs: 1_000, waitMs: 0 });
    expect((await handler(messages)).failed).toHaveLength(3);
    expect(cascade.records.map((r) => r.decision)).toEqual(['retried', 'retried', 'retried']);
  });

  test('goes to a handler of its own queue only', async () => {
    const cascade = await started({ tiers: [cheap(), carrying()] });
    const predictor: Predictor = { predict: async () => [], close: async () => undefined };
    expect(() => tierHandler(cascade.graph.tiers[0]!, 'dear', cascade.cloud, predictor)).toThrow(
      /does not read queue "dear"/,
    );
  });

  test('is empty: nothing happens', async () => {
    const cascade = await started({ tiers: [cheap(), carrying()] });
    const predictor: Predictor = { predict: async () => [], close: async () => undefined };
    expect(await tierHandler(cascade.graph.tiers[0]!, 'cheap', cascade.cloud, predictor)([])).toEqual({ failed: [] });
  });
});

describe('fair groups', () => {
  test('a tenant named by the client or by fairBy is the group of the message, on every hop and every return', async () => {
    const groups: string[] = [];
    const fails = { times: 1 };
    const predict = () => {
      if (fails.times-- > 0) throw new Error('once more');
      return { guess: '', sure: 0 };
    };
    const first = cheap({ extra: { predict, fairBy: ({ data }: { data: { n: number } }) => `shop ${data.n}` } });
    const cascade = await started({ tiers: [first, carrying()] });
    const receive = async (queue: string): Promise<void> => {
      const messages = await cascade.cloud.queue(queue).receive({ max: 10, visibilityMs: 0, waitMs: 0 });
      groups.push(...messages.map((m) => `${queue}: ${m.group}`));
    };
    await cascade.send('cheap', { n: 7 }, { fair: 'client’s' });
    await receive('cheap');
    await cascade.deliver('cheap');
    cascade.clock.advance(10_000);
    await receive('cheap');
    await cascade.deliver('cheap');
    await receive('dear');
    expect(groups).toEqual(['cheap: client’s', 'cheap: client’s', 'dear: shop 7']);
  });
});
