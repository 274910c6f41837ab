import { expect, test } from 'vitest';
import * as z from 'zod';
import { defineDestination, defineTier, tier } from '../../lib/index.ts';
import { deploymentOf } from '../../lib/testing/application.ts';
import { check, simulate } from '../../lib/testing/index.ts';

const Item = z.object({ sure: z.number() });
const first = defineTier({
  name: 'first',
  input: Item,
  output: Item,
  predict: ({ data }) => data,
  satisfied: { score: ({ output }) => output.sure, atLeast: 0.5 },
  exhausted: 'accept',
});
const second = defineTier({
  name: 'second',
  input: tier<{ default: typeof first }>('first'),
  output: Item,
  predict: ({ data }) => data,
});
const both = { tiers: [first], next: { tiers: [first, second] } };

test('flows end by the graph that worked on them: before, and after all is deployed', async () => {
  const world = await simulate({ ...both, faults: { versions: 0 }, faultsFor: '10m' });
  await world.send('first', { sure: 0 }, { flowId: 'before' });
  await world.advance('10m');
  await world.send('first', { sure: 0 }, { flowId: 'after' });
  await world.end();
  expect(world.flow('before').answer?.tier).toBe('first');
  expect(world.flow('after').answer?.tier).toBe('second');
  expect(world.violations()).toEqual([]);
});

test('meanwhile some processes run one graph and some the other', async () => {
  const ends = new Set<string>();
  const { report } = await check({
    ...both,
    seeds: 60,
    flows: 2,
    faults: { versions: 0.5 },
    input: ({ id }) => ({ entry: 'first', flowId: id, data: { sure: 0 } }),
    eventually: {
      noted: (world) => {
        for (const { tier } of world.answers()) ends.add(tier);
        return true;
      },
    },
  });
  expect(report).toBe('');
  expect(ends).toEqual(new Set(['first', 'second']));
});

test('a trace says which processes ran what is deployed next, and when it was taken back', async () => {
  const sent = async (next: typeof both.next & { readonly takenBack?: boolean }) => {
    const world = await simulate({ ...both, next, seed: 2, faults: { versions: 0.5 } });
    for (let i = 0; i < 8; i += 1) {
      await world.send('first', { sure: 0 }, { flowId: `f${i}` });
      await world.advance('2m');
    }
    await world.end();
    return world;
  };
  const kept = await sent(both.next);
  expect(kept.trace()).toMatch(/first#\d+ +begins, with the next version/);
  expect(kept.trace()).not.toContain('takes the next version back');
  const world = await sent({ ...both.next, takenBack: true });
  expect(world.trace()).toMatch(/world +takes the next version back/);
  const isNext = (by: string): boolean => world.trace().includes(`${by.padEnd(14)} begins, with the next version`);
  for (const flow of world.flows()) {
    const workers = [...world.trace(flow).matchAll(/(\S+#\d+) +receives/g)].map(([, by]) => by!);
    for (const by of workers) expect(world.trace(flow).includes(`${by.padEnd(14)} begins`)).toBe(isNext(by));
  }
});

test('where nothing goes wrong all is deployed from the beginning', async () => {
  const world = await simulate(both);
  await world.send('first', { sure: 0 }, { flowId: 'f' });
  await world.end();
  expect(world.flow('f').answer?.tier).toBe('second');
});

test('a deployment is taken back at a moment of the seed: from then on nobody begins to run it', async () => {
  const answeredBy = async (seed: number): Promise<readonly (string | undefined)[]> => {
    const next = { tiers: [first, second], takenBack: true };
    const world = await simulate({ tiers: [first], next, faults: { versions: 1 }, faultsFor: '10m', seed });
    const ids = ['0s', '1s', '20s', '5m', '10m'].map((after) => `sent after ${after}`);
    for (const [i, id] of ids.entries()) {
      if (i > 0) await world.advance((['1s', '19s', '280s', '299s'] as const)[i - 1]!);
      await world.send('first', { sure: 0 }, { flowId: id });
      await world.advance('500ms');
    }
    await world.end();
    expect(world.violations()).toEqual([]);
    return ids.map((id) => world.flow(id).answer?.tier);
  };
  const worlds = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12].map(answeredBy));
  // Those sent before it went on to the new tier, which works off what it has.
  for (const tiers of worlds) expect(tiers).toEqual([...tiers].sort().reverse());
  const newOnes = worlds.map((tiers) => tiers.filter((tier) => tier === 'second').length);
  expect(Math.min(...newOnes)).toBeLessThan(3);
  expect(Math.max(...newOnes)).toBeGreaterThan(2);
});

test('a deployment that nobody runs before it is taken back shows nothing, and is refused', async () => {
  const taken = { tiers: [first], next: { tiers: [first, second], takenBack: true } };
  const input = ({ id }: { id: string }) => ({ entry: 'first', flowId: id, data: { sure: 0 } });
  for (const faults of ['none', { crash: 0.1 }, { crash: 0.1, versions: 0 }] as const) {
    await expect(check({ ...taken, faults, seeds: 1, input })).rejects.toMatchObject({
      code: 'option-invalid',
      message: expect.stringContaining('faults: { versions: 0.3 }'),
    });
  }
  await expect(simulate(taken)).rejects.toMatchObject({ code: 'option-invalid' });
  expect(await check({ ...taken, faults: { versions: 0.3 }, seeds: 1, input })).toMatchObject({ seeds: 1 });
});

test('a tier that is left as it is has one plan and one version, and one that something comes after has not', async () => {
  const last = defineTier({ name: 'last', input: Item, output: Item, predict: ({ data }) => data });
  const changed = defineTier({ name: 'last', input: Item, output: Item, predict: ({ data }) => data, memory: 256 });
  const same = await deploymentOf({ tiers: [first, last], next: { tiers: [first, second, last] } });
  const planOf = (name: string) =>
    [same.before, same.after].map(({ tiers }) => tiers.find((plan) => plan.tier.name === name)!);
  expect(planOf('last')[0]).toBe(planOf('last')[1]);
  expect(planOf('first')[0]).not.toBe(planOf('first')[1]);
  expect(planOf('first').map(({ version }) => version)).toEqual(['1', '1']);
  const other = await deploymentOf({ tiers: [last], next: { tiers: [changed] } });
  expect([other.before, other.after].map(({ tiers }) => tiers[0]!.version)).toEqual(['1', '2']);
});

test('what next leaves out stays as it is; what it does not know is refused', async () => {
  const destination = defineDestination({ name: 'sink', handler: () => undefined });
  const { after } = await deploymentOf({ tiers: [first], destination, next: { tiers: [first, second] } });
  expect(after.destination?.destination.name).toBe('sink');
  const wrong = { tier: [first] } as never;
  await expect(deploymentOf({ tiers: [first], next: wrong })).rejects.toMatchObject({ code: 'option-unknown' });
  const odd = { tiers: [first], takenBack: 'yes' } as never;
  await expect(deploymentOf({ tiers: [first], next: odd })).rejects.toMatchObject({ code: 'option-invalid' });
});

test('what would delete messages, or is another destination, is refused', async () => {
  await expect(deploymentOf({ tiers: [first, second], next: { tiers: [first] } })).rejects.toMatchObject({
    code: 'option-invalid',
    message: expect.stringContaining('next has no queue second'),
  });
  const destination = defineDestination({ name: 'sink', handler: () => undefined });
  await expect(deploymentOf({ tiers: [first], next: { destination } })).rejects.toMatchObject({
    code: 'option-invalid',
    message: expect.stringContaining('another destination'),
  });
});
