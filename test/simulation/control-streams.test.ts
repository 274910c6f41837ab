import { expect, test } from 'vitest';
import * as z from 'zod';
import { control, defineControl, defineTier } from '../../lib/index.ts';
import { type Simulation, simulate } from '../../lib/testing/index.ts';
import { sendsOf } from '../../lib/testing/input.ts';
import { sendInput } from '../../lib/testing/send-input.ts';
import { fridges, gauges, heaters, movingThresholds, swappedModels } from './controlled.ts';

const limit = (beforeControl: 'drop' | 'buffer' | 'deadLetter') =>
  defineControl({ name: 'limit', schema: z.number(), beforeControl });
type Limit = { default: ReturnType<typeof limit> };
const counter = defineTier({
  name: 'counter',
  input: z.object({ shop: z.string() }),
  controls: { limit: control<Limit>('limit') },
  state: { schema: z.number(), initial: 0, keyBy: ({ data }) => data.shop },
  output: z.object({ count: z.number(), most: z.number() }),
  predict: async ({ data, controls, state }) => {
    const { value } = await controls.limit.get(data.shop);
    state.set(state.value + 1);
    return { count: state.value + 1, most: value };
  },
});
const counting = (beforeControl: Parameters<typeof limit>[0]): Promise<Simulation> =>
  simulate({ tiers: [counter], controls: [limit(beforeControl)] });

test('data is processed with what a control says, and the answer names its version', async () => {
  const world = await counting('drop');
  const limits = world.control<Limit>('limit');
  await limits.set(7, { key: 'eu/*', version: 3 });
  await world.drain();
  expect(await limits.get('eu/*')).toEqual({ value: 7, version: 3, key: 'eu/*' });
  await world.send('counter', { shop: 'eu/oslo' }, { flowId: 'a' });
  await world.drain();
  expect(world.flow('a')).toMatchObject({
    end: 'answered',
    answer: { output: { count: 1, most: 7 }, controls: { limit: 3 } },
  });
  expect(world.flows()).toEqual(['a']);
  await world.end();
  expect(world.violations()).toEqual([]);
});

test('an instance sees what is set once its staleness is over, in virtual time', async () => {
  const world = await counting('drop');
  const limits = world.control<Limit>('limit');
  await limits.set(1, { key: 'eu', version: 1 });
  await world.drain();
  const ask = async (flowId: string): Promise<unknown> => {
    await world.send('counter', { shop: 'eu' }, { flowId });
    await world.drain();
    return (world.flow(flowId).answer!.output as { most: number }).most;
  };
  expect(await ask('a')).toBe(1);
  await limits.set(2, { key: 'eu', version: 2 });
  await world.drain();
  expect(await ask('b')).toBe(1);
  await world.advance('5s');
  expect(await ask('c')).toBe(2);
});

test.each([
  ['drop', 'dropped'],
  ['deadLetter', 'dead-lettered'],
  ['buffer', 'answered'],
] as const)('before its first control data does what it must: %s', async (policy, end) => {
  const world = await counting(policy);
  await world.send('counter', { shop: 'eu' }, { flowId: 'a' });
  await world.advance('10s');
  await world.control<Limit>('limit').set(7);
  await world.end();
  expect(world.flow('a').end).toBe(end);
  expect(world.violations()).toEqual([]);
});

test('a world with controls is one with its seed, byte for byte', async () => {
  for (const { tiers, controls, input } of [heaters, movingThresholds, swappedModels, gauges, fridges]) {
    const traces = new Set<string>();
    for (let i = 0; i < 2; i += 1) {
      const world = await simulate({ tiers, controls, seed: 11, faults: 'all' });
      for (const { send, atMs } of await sendsOf(input, 11, [0, 1, 2, 3], world.now)) {
        if (atMs > world.now) await world.advance(`${atMs - world.now}ms`);
        await sendInput(world, send);
      }
      await world.end();
      traces.add(world.trace());
    }
    expect(traces.size).toBe(1);
  }
});
