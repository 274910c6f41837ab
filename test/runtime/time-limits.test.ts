import { afterEach, expect, test } from 'vitest';
import * as z from 'zod';
import type { AnyTier } from '../../lib/index.ts';
import { defineTier } from '../../lib/index.ts';
import { type TestCascade, testCascade } from '../support/cascade.ts';

const open: TestCascade[] = [];
afterEach(async () => {
  for (const cascade of open.splice(0)) await cascade.close();
});

const N = z.object({ n: z.number() });
const never = new Promise<never>(() => undefined);

async function reasonAfter(tier: AnyTier): Promise<string> {
  const cascade = await testCascade({ tiers: [tier] });
  open.push(cascade);
  await cascade.send(tier.name, { n: 1 }, { flowId: 'f' });
  await cascade.drain();
  expect(cascade.answers).toEqual([]);
  const [letter] = await cascade.deadLetters();
  return letter!.reason;
}

const limits = { timeout: '30ms', retry: { maxAttempts: 1 } } as const;

test('a gate that never answers ends in a dead letter that names it, the tier and the flow', async () => {
  const tier = defineTier({
    name: 'x',
    input: N,
    output: N,
    predict: ({ data }) => data,
    gates: { data: () => never },
    ...limits,
  });
  expect(await reasonAfter(tier)).toMatch(/the data gate took longer than 30 ms.*tier "x".*flow "f"/s);
});

test('a schema that never answers ends in a dead letter', async () => {
  const input = z.object({ n: z.number().refine(() => never) });
  const standard = {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: (value: unknown) => input.parseAsync(value).then((v) => ({ value: v })),
    },
  } as const;
  const tier = defineTier({ name: 'x', input: standard, output: N, predict: () => ({ n: 1 }), ...limits });
  expect(await reasonAfter(tier)).toMatch(/the schema took longer than 30 ms/);
});

test('a batch that runs out of time is tried one by one, each with its whole time and a fresh abort signal', async () => {
  const aborted: boolean[] = [];
  const tier = defineTier({
    name: 'x',
    input: N,
    output: N,
    predictBatch: async (contexts) => {
      for (const { abort } of contexts) aborted.push(abort.aborted);
      if (contexts.some(({ data }) => data.n === 0)) await never;
      return contexts.map(({ data }) => data);
    },
    ...limits,
  });
  const cascade = await testCascade({ tiers: [tier] });
  open.push(cascade);
  for (const n of [0, 1, 2]) await cascade.send('x', { n }, { flowId: `f${n}` });
  await cascade.drain();
  expect(cascade.answers.map((a) => a.flowId).sort()).toEqual(['f1', 'f2']);
  expect((await cascade.deadLetters()).map((l) => l.flow)).toEqual(['f0']);
  expect(aborted.every((a) => !a)).toBe(true);
});

test('a tier that captures keeps data, signal and output in the record; others keep none', async () => {
  const tier = (capture: number) =>
    defineTier({ name: 'x', input: N, output: N, predict: ({ data }) => ({ n: data.n + 1 }), capture });
  for (const [share, kept] of [
    [1, { data: { n: 1 }, output: { n: 2 } }],
    [0, { data: undefined, output: undefined }],
  ] as const) {
    const cascade = await testCascade({ tiers: [tier(share)] });
    open.push(cascade);
    await cascade.send('x', { n: 1 });
    await cascade.drain();
    const { data, output } = cascade.records.find((r) => r.decision === 'accepted')!;
    expect({ data, output }).toEqual(kept);
  }
});
