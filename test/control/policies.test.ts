import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { BeforeControl } from '../../lib/index.ts';
import { connectControl, control, defineControl, defineTier, stream, tier } from '../../lib/index.ts';
import { started } from '../support/started.ts';
import { type Cheap, cheap } from '../support/tiers.ts';

const DAY_MS = 86_400_000;
const limit = (beforeControl: BeforeControl) =>
  defineControl({ name: 'limit', schema: z.number(), beforeControl, initial: 100, maxStaleness: '5s' });
type Limit = { default: ReturnType<typeof limit> };

const reader = (extra: object = {}) =>
  defineTier({
    name: 'reader',
    input: z.object({ shop: z.string() }),
    controls: { limit: control<Limit>('limit') },
    output: z.object({ value: z.number(), version: z.number() }),
    predict: async ({ data, controls }) => controls.limit.get(data.shop),
    ...extra,
  });

const using = (beforeControl: BeforeControl, extra: object = {}) =>
  started({ tiers: [reader(extra)], controls: [limit(beforeControl)] });

describe('data before its first control', () => {
  test("'drop': ends, with a record that says why, and a client that waits is told", async () => {
    const cascade = await using('drop');
    await cascade.send('reader', { shop: 'north' }, { flowId: 'f', reply: true });
    await cascade.drain();
    expect(cascade.decisions('f')).toEqual(['reader:dropped']);
    expect(cascade.records[0]!.reason).toBe('nothing is set for key "north" of control "limit"');
    expect(await cascade.cloud.table.get('reply#f')).toMatchObject({ status: 'dropped' });
    expect(cascade.answers).toEqual([]);
  });

  test("'default': reads the initial value, as version 0", async () => {
    const cascade = await using('default');
    await cascade.send('reader', { shop: 'north' }, { flowId: 'f' });
    await cascade.drain();
    expect(cascade.answers.map(({ output, controls }) => [output, controls])).toEqual([
      [{ value: 100, version: 0 }, { limit: 0 }],
    ]);
  });

  test("'deadLetter': at once, with the reason; redriven once something is set, it is answered", async () => {
    const cascade = await using('deadLetter');
    await cascade.send('reader', { shop: 'north' }, { flowId: 'f' });
    await cascade.drain();
    const [letter] = await cascade.deadLetters();
    expect(letter).toMatchObject({ flow: 'f', code: 'control-missing', attempt: 1 });
    expect(letter!.reason).toMatch(/npx sluice control set limit/);
    await connectControl<Limit>('limit', { cloud: cascade.cloud }).set(3);
    await cascade.put('reader', letter!.body);
    cascade.clock.advance(5_000);
    await cascade.deliver('controls');
    await cascade.drain();
    expect(cascade.answers.map(({ output }) => (output as { value: number }).value)).toEqual([3]);
  });

  test("'buffer': waits in its queue, however often it is looked at, until something is set", async () => {
    const cascade = await using('buffer');
    await cascade.send('reader', { shop: 'north' }, { flowId: 'f' });
    const until = cascade.clock.now() + DAY_MS;
    while (cascade.clock.now() < until) {
      await cascade.deliver('reader');
      cascade.clock.advance(60_000);
    }
    const waits = cascade.records.filter(({ decision }) => decision === 'throttled');
    expect(waits.length).toBeGreaterThan(20);
    expect(cascade.records).toHaveLength(waits.length);
    expect(waits.at(-1)!.reason).toMatch(/^buffered: nothing is set for key "north"/);
    // A failure after such a wait is the first, not the hundredth.
    await connectControl<Limit>('limit', { cloud: cascade.cloud }).set(7, { key: 'north' });
    await cascade.drain();
    expect(cascade.answers.map(({ output }) => (output as { value: number }).value)).toEqual([7]);
    expect(await cascade.deadLetters()).toEqual([]);
  });

  test("'buffer': after three days it is given up, in the dead letters and not by the queue forgetting it", async () => {
    const cascade = await using('buffer');
    await cascade.send('reader', { shop: 'north' }, { flowId: 'f' });
    const until = cascade.clock.now() + 3.1 * DAY_MS;
    let receives = 0;
    while (cascade.clock.now() < until && (await cascade.deadLetters()).length === 0) {
      receives += await cascade.deliver('reader');
      cascade.clock.advance(60_000);
    }
    expect(await cascade.deadLetters()).toEqual([expect.objectContaining({ flow: 'f', code: 'control-missing' })]);
    expect(receives).toBeLessThan(cascade.graph.queues.find(({ name }) => name === 'reader')!.maxReceives!);
  });

  test.each([{}, { decideWith: { limit: () => 'north' } }])(
    "'buffer': waits no longer than its deadline (%j)",
    async (extra) => {
      const cascade = await using('buffer', extra);
      const deadline = new Date(cascade.clock.now() + 5_000);
      await cascade.send('reader', { shop: 'north' }, { flowId: 'f', deadline, reply: true });
      await cascade.drain();
      expect(cascade.records.at(-1)).toMatchObject({
        decision: 'expired',
        reason: `its deadline was ${deadline.toISOString()}`,
      });
      expect(cascade.clock.now() - deadline.getTime()).toBeLessThan(10_000);
      expect(await cascade.cloud.table.get('reply#f')).toMatchObject({ status: 'expired' });
      expect(await cascade.deadLetters()).toEqual([]);
    },
  );

  test('a failure after it was buffered is counted as the first', async () => {
    let failures = 0;
    const cascade = await using('buffer', {
      predict: async ({ controls }: { controls: { limit: { get(): Promise<unknown> } } }) => {
        await controls.limit.get();
        failures += 1;
        throw new Error('the model is away');
      },
    });
    await cascade.send('reader', { shop: 'north' }, { flowId: 'f' });
    for (let i = 0; i < 30; i += 1) {
      await cascade.deliver('reader');
      cascade.clock.advance(60_000);
    }
    await connectControl<Limit>('limit', { cloud: cascade.cloud }).set(7);
    await cascade.drain();
    expect(failures).toBe(5);
    expect(await cascade.deadLetters()).toEqual([expect.objectContaining({ code: 'predict-failed', attempt: 5 })]);
  });

  test.each(['drop', 'buffer'] as const)(
    '%s at a tier that joins: the halves are done with, or wait',
    async (policy) => {
      const joining = defineTier({
        name: 'dear',
        input: tier<Cheap>('cheap'),
        join: { data: stream('photos', z.object({ photo: z.string() })), ttl: '1h' },
        controls: { limit: control<Limit>('limit') },
        output: z.number(),
        predict: async ({ controls }) => (await controls.limit.get()).value,
      });
      const cascade = await started({ tiers: [cheap(), joining], controls: [limit(policy)] });
      await cascade.send('cheap', { n: 1 }, { flowId: 'f' });
      await cascade.send('dear.photos', { photo: 'p' }, { flowId: 'f' });
      for (const queue of ['cheap', 'dear', 'dear.photos']) await cascade.deliver(queue);
      if (policy === 'drop') {
        expect(cascade.decisions('f')).toEqual(['cheap:escalated', 'dear:parked', 'dear:dropped']);
        expect(await cascade.cloud.table.get('join#dear#f')).toMatchObject({ done: 'dropped' });
        return;
      }
      await connectControl<Limit>('limit', { cloud: cascade.cloud }).set(7);
      await cascade.deliver('controls');
      cascade.clock.advance(10_000);
      await cascade.drain();
      expect(cascade.answers.map(({ output }) => output)).toEqual([7]);
    },
  );

  test('a control that was deleted counts as one that was never set; a wildcard above it counts again', async () => {
    const cascade = await using('drop');
    const limits = connectControl<Limit>('limit', { cloud: cascade.cloud });
    const ask = async (flowId: string) => {
      await cascade.drain();
      cascade.clock.advance(5_000);
      await cascade.send('reader', { shop: 'north' }, { flowId });
      await cascade.drain();
      return [
        cascade.decisions(flowId),
        cascade.answers.filter((a) => a.flowId === flowId).map(({ output }) => output),
      ];
    };
    await limits.set(5, { key: 'north', version: 1 });
    expect(await ask('f1')).toEqual([['reader:accepted'], [{ value: 5, version: 1 }]]);
    await limits.delete({ key: 'north', version: 2 });
    expect(await ask('f2')).toEqual([['reader:dropped'], []]);
    await limits.set(9, { version: 1 });
    expect(await ask('f3')).toEqual([['reader:accepted'], [{ value: 9, version: 1 }]]);
    await limits.set(6, { key: 'north', version: 1 });
    expect(await ask('f4')).toEqual([['reader:accepted'], [{ value: 9, version: 1 }]]);
    await limits.set(6, { key: 'north', version: 3 });
    expect(await ask('f5')).toEqual([['reader:accepted'], [{ value: 6, version: 3 }]]);
  });

  test.each<[BeforeControl, readonly string[], readonly unknown[], number]>([
    ['drop', ['reader:dropped'], [], 0],
    ['default', ['reader:accepted'], [100], 0],
    ['deadLetter', ['reader:failed'], [], 1],
    ['buffer', ['reader:throttled', 'reader:accepted'], [8], 0],
  ])('%s, where the control was deleted', async (policy, decisions, values, letters) => {
    const cascade = await using(policy);
    const limits = connectControl<Limit>('limit', { cloud: cascade.cloud });
    await limits.set(5, { key: 'north', version: 1 });
    await limits.delete({ key: 'north', version: 2 });
    await cascade.drain();
    await cascade.send('reader', { shop: 'north' }, { flowId: 'f' });
    await cascade.deliver('reader');
    // Set again before what waits looks again.
    await limits.set(8, { key: 'north', version: 3 });
    await cascade.deliver('controls');
    cascade.clock.advance(5_000);
    await cascade.drain();
    expect(cascade.decisions('f')).toEqual(decisions);
    expect(cascade.answers.map(({ output }) => (output as { value: number }).value)).toEqual(values);
    expect(await cascade.deadLetters()).toHaveLength(letters);
  });
});
