import { expect, test } from 'vitest';
import * as z from 'zod';
import { control, defineControl, defineTier, drop, TerminalError } from '../../lib/index.ts';
import { simulate } from '../../lib/testing/index.ts';
import { carrying, cheap, joining } from '../support/tiers.ts';
import { fiveTierFlow, fiveTiers } from './five-tiers.ts';

const start = new Date('2026-03-01T00:00:00Z');

test('a flow goes from its first tier to its answer, in virtual time', async () => {
  const world = await simulate({ tiers: [cheap(), carrying()], start });
  await world.send('cheap', { n: 1 }, { flowId: 'f' });
  expect(world.flow('f').end).toBe('open');
  await world.drain();
  const { end, answer, decisions } = world.flow('f');
  expect(end).toBe('answered');
  expect(answer).toMatchObject({ tier: 'dear', output: { guess: 'dear 1 after cheap 1' } });
  expect(decisions.map((r) => `${r.tier} ${r.decision}`)).toEqual([
    'cheap escalated',
    'dear accepted',
    'answers delivered',
  ]);
  expect(world.now).toBeGreaterThan(start.getTime());
  expect(world.violations()).toEqual([]);
});

test('a receipt says what the flow cost', async () => {
  const world = await simulate({ tiers: [cheap(), joining()] });
  await world.send('dear.photos', { photo: 'p' }, { flowId: 'f' });
  await world.send('cheap', { n: 1 }, { flowId: 'f' });
  await world.drain();
  expect(world.receipt('f')).toMatchObject({
    messages: 2,
    tableCalls: 4,
    objectCalls: 0,
    predictions: { cheap: 1, dear: 1 },
  });
});

test('what a receipt counts of the table are calls: a control that is only read costs one', async () => {
  const limit = defineControl({ name: 'limit', schema: z.number(), beforeControl: 'default', initial: 3 });
  const below = defineTier({
    name: 'below',
    input: z.number(),
    controls: { limit: control<{ default: typeof limit }>('limit') },
    output: z.boolean(),
    predict: async ({ data, controls }) => data < (await controls.limit.get()).value,
  });
  const world = await simulate({ tiers: [below], controls: [limit] });
  await world.send('below', 1, { flowId: 'f' });
  await world.drain();
  expect(world.receipt('f')).toMatchObject({ messages: 1, tableCalls: 1 });
});

test('each end is told apart', async () => {
  const predict = ({ data }: { data: { n: number } }) => {
    if (data.n === 2) throw new TerminalError('cannot');
    return { guess: String(data.n), sure: 1 };
  };
  const gates = { destination: (output: { guess: string }) => (output.guess === '1' ? drop : output) };
  const world = await simulate({ tiers: [cheap({ extra: { predict, gates, exhausted: 'accept' } })], start });
  await world.send('cheap', { n: 0 }, { flowId: 'answered' });
  await world.send('cheap', { n: 1 }, { flowId: 'dropped' });
  await world.send('cheap', { n: 2 }, { flowId: 'dead-lettered' });
  await world.send('cheap', { n: 3 }, { flowId: 'expired', deadline: new Date(start.getTime() - 1) });
  await world.drain();
  for (const end of world.flows()) expect(world.flow(end).end).toBe(end);
  expect(world.deadLetters()).toMatchObject([{ flow: 'dead-lettered', code: 'terminal', tier: 'cheap' }]);
  await world.end();
  expect(world.violations()).toEqual([]);
});

test('time passes only when it is told to, and a half that waits in vain expires', async () => {
  const world = await simulate({ tiers: [cheap(), joining()], start });
  await world.send('dear.photos', { photo: 'p' }, { flowId: 'f' });
  await world.advance('59m');
  expect(world.now).toBe(start.getTime() + 59 * 60_000);
  expect(world.flow('f').end).toBe('open');
  await world.drain();
  expect(world.flow('f').end).toBe('expired');
});

test('objects say who fetched them and whether they are gone', async () => {
  const world = await simulate({ tiers: fiveTiers });
  const draws = { next: () => 0.99, between: () => 4, pick: <T>(values: readonly T[]): T => values[0]! };
  const at = new Date(world.now);
  const sends = fiveTierFlow({ index: 4, id: 'f', at, draws });
  for (const { entry, data, ...options } of sends) await world.send(entry, data, options);
  await world.send('look.frames', sends[0]!.data, { flowId: 'f', at, objects: { frame: new Uint8Array(8) } });
  await world.send('study.scans', sends[0]!.data, { flowId: 'f', at, objects: { scan: new Uint8Array(16) } });
  await world.drain();
  expect(world.flow('f')).toMatchObject({ end: 'answered', answer: { tier: 'expert' } });
  expect(world.objects('f')).toMatchObject([
    { key: 'objects/f/frame', fetchedBy: ['look'], isDeleted: false },
    { key: 'objects/f/scan', fetchedBy: ['expert'], isDeleted: true },
    { key: expect.stringContaining('summary'), fetchedBy: ['study'], isDeleted: false },
  ]);
});

test('a task that hangs runs into its time limit without anybody waiting for it', async () => {
  const predict = () => new Promise<never>(() => undefined);
  const extra = { predict, timeout: '800s', retry: { maxAttempts: 1 }, exhausted: 'accept' };
  const world = await simulate({ tiers: [cheap({ extra })] });
  await world.send('cheap', { n: 1 }, { flowId: 'f' });
  await world.drain();
  expect(world.deadLetters()).toMatchObject([{ code: 'predict-timeout' }]);
});

test('virtual time stands still while a task waits for the real world', async () => {
  const predict = async () => {
    await new Promise((resolve) => setTimeout(resolve, 30));
    return { guess: 'slow', sure: 1 };
  };
  const world = await simulate({ tiers: [cheap({ extra: { predict, timeout: '1ms', exhausted: 'accept' } })] });
  await world.send('cheap', { n: 1 }, { flowId: 'f' });
  await world.drain();
  expect(world.flow('f').end).toBe('answered');
});

test('what was never sent, and a queue or a tier there is none of, is an error and not nothing', async () => {
  const world = await simulate({ tiers: [cheap(), carrying()], start });
  expect(() => world.flow('f')).toThrow(/no flow "f".*There is none/s);
  await world.send('cheap', { n: 1 }, { flowId: 'fox-1' });
  await world.drain();
  for (const look of [world.flow, world.receipt, world.objects]) {
    expect(() => look('fox-2')).toThrow(/no flow "fox-2".*Did you mean "fox-1"/s);
  }
  expect(() => world.depth('daer')).toThrow(/no queue "daer".*Did you mean "dear"/s);
  await expect(world.redrive({ tier: 'chaep' })).rejects.toThrow(/no tier "chaep".*Did you mean "cheap"/s);
  await expect(world.redrive({ flows: 'f' } as never)).rejects.toThrow(/Did you mean "flow"/);
  expect(await world.redrive({ tier: 'cheap' })).toBe(0);
});
