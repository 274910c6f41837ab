import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { connectControl, control, defineControl, defineTier, threshold } from '../../lib/index.ts';
import type { TestCascade } from '../support/cascade.ts';
import { faults } from '../support/faults.ts';
import { started } from '../support/started.ts';
import { carrying, cheap } from '../support/tiers.ts';

const limit = (extra: object = {}) =>
  defineControl({ name: 'limit', schema: z.number(), beforeControl: 'default', initial: 0, ...extra });
type Limit = { default: ReturnType<typeof limit> };
const reader = defineTier({
  name: 'reader',
  input: z.object({ shop: z.string() }),
  controls: { limit: control<Limit>('limit') },
  output: z.object({ value: z.number(), version: z.number() }),
  predict: async ({ data, controls }) => controls.limit.get(data.shop),
});

const ask = async (cascade: TestCascade, shop = 'north'): Promise<unknown> => {
  await cascade.send('reader', { shop });
  await cascade.deliver('reader');
  await cascade.deliver('answers');
  return (cascade.answers.at(-1)!.output as { value: number }).value;
};

describe('staleness', () => {
  test('within it no record costs a table call, whatever was set meanwhile; after it, one read tells', async () => {
    const cascade = await started({ tiers: [reader], controls: [limit()] });
    const limits = connectControl<Limit>('limit', { cloud: cascade.cloud });
    await limits.set(5, { key: 'north', version: 1 });
    await cascade.drain();
    cascade.calls.table = 0;
    expect(await ask(cascade)).toBe(5);
    expect(cascade.calls.table).toBe(1);
    await limits.set(6, { key: 'north', version: 2 });
    await cascade.deliver('controls');
    cascade.calls.table = 0;
    cascade.clock.advance(4_999);
    for (let i = 0; i < 20; i += 1) expect(await ask(cascade)).toBe(5);
    expect(cascade.calls.table).toBe(0);
    cascade.clock.advance(1);
    expect(await ask(cascade)).toBe(6);
    expect(cascade.calls.table).toBe(1);
    expect(cascade.records.at(-1)).toMatchObject({ controls: { limit: 2 }, calls: { table: 1 } });
  });

  test('a key that nothing is set for is remembered too, and costs one read for each wildcard above it', async () => {
    const cascade = await started({ tiers: [reader], controls: [limit()] });
    await ask(cascade, 'eu/oslo/7');
    expect(cascade.calls.table).toBe(4);
    await ask(cascade, 'eu/oslo/8');
    expect(cascade.calls.table).toBe(5);
    for (let i = 0; i < 5; i += 1) await ask(cascade, 'eu/oslo/8');
    expect(cascade.calls.table).toBe(5);
  });

  test('a whole batch that asks for one key reads it once', async () => {
    const cascade = await started({ tiers: [reader], controls: [limit()] });
    for (let i = 0; i < 10; i += 1) await cascade.send('reader', { shop: 'north' });
    await cascade.deliver('reader');
    expect(cascade.calls.table).toBe(2);
    expect(cascade.records.reduce((sum, { calls }) => sum + calls.table, 0)).toBe(2);
  });

  test("'0s': each record reads, and sees what was applied before it", async () => {
    const cascade = await started({ tiers: [reader], controls: [limit({ maxStaleness: '0s' })] });
    const limits = connectControl<Limit>('limit', { cloud: cascade.cloud });
    for (let version = 1; version <= 5; version += 1) {
      await limits.set(version, { key: 'north', version });
      await cascade.deliver('controls');
      expect(await ask(cascade)).toBe(version);
    }
  });

  test('a table that is away gives no flow up and lets nothing be decided on a value past its time', async () => {
    const broken = faults();
    const cascade = await started({ tiers: [reader], controls: [limit()], wrap: broken.wrap });
    await connectControl<Limit>('limit', { cloud: cascade.cloud }).set(5);
    await cascade.drain();
    broken.down('table');
    await cascade.send('reader', { shop: 'north' }, { flowId: 'f' });
    for (let i = 0; i < 12; i += 1) {
      await cascade.deliver('reader');
      cascade.clock.advance(20_000);
    }
    expect(new Set(cascade.decisions('f'))).toEqual(new Set(['reader:retried']));
    broken.down();
    await cascade.drain();
    expect(cascade.answers.map(({ output }) => (output as { value: number }).value)).toEqual([5]);
  });
});

describe('one record', () => {
  test('that asks twice is told the same twice, and its record names every key it asked for', async () => {
    const values: unknown[] = [];
    const twice = defineTier({
      name: 'reader',
      input: z.object({ shop: z.string() }),
      controls: { limit: control<Limit>('limit') },
      output: z.number(),
      predict: async ({ controls }) => {
        const first = await controls.limit.get('a');
        await connectControl<Limit>('limit', { cloud: cascade.cloud }).set(9, { key: 'a', version: 9 });
        await cascade.deliver('controls');
        values.push(first.value, (await controls.limit.get('a')).value, (await controls.limit.get('b')).value);
        return 1;
      },
    });
    const cascade = await started({ tiers: [twice], controls: [limit({ maxStaleness: '0s' })] });
    const limits = connectControl<Limit>('limit', { cloud: cascade.cloud });
    await limits.setBatch([
      { value: 1, key: 'a', version: 1 },
      { value: 2, key: 'b', version: 2 },
    ]);
    await cascade.deliver('controls');
    await cascade.send('reader', { shop: '' });
    await cascade.drain();
    expect(values).toEqual([1, 1, 2]);
    expect(cascade.answers[0]!.controls).toEqual({ limit: 1, 'limit#b': 2 });
  });

  test.each([['*a'], ['a/*/b'], [''], ['k'.repeat(10_240)]])(
    'that asks for a key that cannot be fails alone: %.10s',
    async (shop) => {
      const cascade = await started({ tiers: [reader], controls: [limit()] });
      await cascade.send('reader', { shop }, { flowId: 'bad' });
      await cascade.send('reader', { shop: 'good' }, { flowId: 'good' });
      await cascade.drain();
      expect((await cascade.deadLetters()).map(({ flow, code }) => [flow, code])).toEqual([['bad', 'control-invalid']]);
      expect(cascade.answers.map(({ flowId }) => flowId)).toEqual(['good']);
    },
  );
});

describe('thresholds', () => {
  type Live = { default: typeof threshold };
  const sure = (): number => 0.6;

  test('move without a deployment, within the staleness, and stand in record and answer', async () => {
    const cascade = await started({ tiers: [cheap({ sure }), carrying()], controls: [threshold] });
    const thresholds = connectControl<Live>('threshold', { cloud: cascade.cloud });
    const run = async (flowId: string) => {
      await cascade.send('cheap', { n: 1 }, { flowId });
      await cascade.drain();
      return cascade.records.filter(({ flow, tier }) => flow === flowId && tier === 'cheap');
    };
    expect(await run('f1')).toMatchObject([{ decision: 'accepted', threshold: 0.5 }]);
    await thresholds.set({ atLeast: 0.7 }, { key: 'cheap', version: 1 });
    await cascade.drain();
    expect(await run('f2')).toMatchObject([{ decision: 'accepted', threshold: 0.5 }]);
    cascade.clock.advance(5_000);
    expect(await run('f3')).toMatchObject([{ decision: 'escalated', threshold: 0.7, controls: { threshold: 1 } }]);
    await thresholds.restore(1, { key: 'cheap', version: 2 });
    await thresholds.delete({ key: 'cheap', version: 3 });
    await cascade.drain();
    cascade.clock.advance(5_000);
    expect(await run('f4')).toMatchObject([{ decision: 'accepted', threshold: 0.5 }]);
    expect(cascade.answers.find(({ flowId }) => flowId === 'f4')!.threshold).toBe(0.5);
  });

  test('cost no table call within the staleness, and none at all where the application has no such control', async () => {
    const live = await started({ tiers: [cheap({ sure }), carrying()], controls: [threshold] });
    for (let n = 0; n < 30; n += 1) await live.send('cheap', { n });
    await live.drain();
    expect(live.calls.table).toBe(2);
    const plain = await started({ tiers: [cheap({ sure }), carrying()] });
    await plain.send('cheap', { n: 1 });
    await plain.drain();
    expect(plain.calls.table).toBe(0);
  });

  test('of a tier that is not there go to the dead letters, with the nearest name', async () => {
    const cascade = await started({ tiers: [cheap({ sure }), carrying()], controls: [threshold] });
    const thresholds = connectControl<Live>('threshold', { cloud: cascade.cloud });
    await thresholds.set({ atLeast: 0.7 }, { key: 'cheep' });
    await thresholds.set({ atLeast: 0.7 }, { key: 'dear' });
    await cascade.drain();
    const reasons = (await cascade.deadLetters()).map(({ reason }) => reason);
    expect(reasons[0]).toMatch(/no tier "cheep" with a threshold[\s\S]*Did you mean "cheap"\?/);
    expect(reasons[1]).toMatch(/no tier "dear" with a threshold/);
  });
});
