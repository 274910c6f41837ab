import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { AnyTier } from '../../lib/index.ts';
import { defineTier, drop } from '../../lib/index.ts';
import { started } from '../support/started.ts';
import { carrying, cheap, Item, joining } from '../support/tiers.ts';

/** The faults of severity B that the original system was found to have; each test fails on what it did. */
describe('trouble in operation, made impossible', () => {
  test('B1 what a tier produces is named by flow and input: workers at the same moment never write over each other', async () => {
    const maker = defineTier({
      name: 'maker',
      input: Item,
      output: Item,
      produces: { file: {} },
      predict: async ({ data, produce }) => {
        await produce.file(Buffer.from(String(data.n)));
        return data;
      },
    });
    const cascade = await started({ tiers: [maker] });
    for (let n = 0; n < 20; n += 1) await cascade.send('maker', { n }, { flowId: `f${n}` });
    await cascade.deliver('maker', { times: 2, together: true });
    await cascade.drain();
    const files = cascade.answers.map(async ({ flowId, objects }) => [flowId, await objects.file!.text()]);
    const kept = Object.fromEntries(await Promise.all(files)) as Record<string, string>;
    expect(kept).toEqual(Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`f${n}`, String(n)])));
  });

  describe('B4 the log', () => {
    const logged = async (count: number): Promise<string> => {
      const cascade = await started({ tiers: [cheap(), joining()] });
      for (let n = 0; n < count; n += 1) {
        const flowId = `f${String(n).padStart(3, '0')}`;
        await cascade.send('dear.photos', { photo: 'a secret' }, { flowId });
        await cascade.send('cheap', { n: 100 + n }, { flowId });
      }
      await cascade.drain();
      // How long something took is written with more digits or fewer.
      return cascade.records.map(({ modelMs: _, ...record }) => JSON.stringify(record)).join('\n');
    };

    test('grows with the flows: 300 take three times what 100 take, and a line names its own flow only', async () => {
      const [one, three] = [await logged(100), await logged(300)];
      expect(three.length / one.length).toBeCloseTo(3, 1);
      for (const line of three.split('\n')) expect(new Set(line.match(/"f\d{3}"/g)).size).toBe(1);
    });

    test('holds no payloads unless asked, and tells data from signals', async () => {
      const log = await logged(3);
      expect(log).not.toMatch(/a secret|cheap 10/);
      const lines = log.split('\n').map((line) => JSON.parse(line) as { tier: string; in: { kind: string }[] });
      const came = lines.filter(({ tier }) => tier === 'dear').map((line) => line.in.map(({ kind }) => kind).join('+'));
      expect(new Set(came)).toEqual(new Set(['signal', 'data+signal']));
    });

    test('tells of waits, drops and versions as well', async () => {
      const gates = { data: (data: { n: number }) => (data.n === 2 ? drop : data) };
      const paced = cheap({ sure: () => 1, extra: { gates, pace: { minInterval: '1s' } } });
      const cascade = await started({ tiers: [paced, carrying()] });
      for (const n of [0, 1, 2]) await cascade.send('cheap', { n });
      await cascade.drain();
      const said = cascade.records.map(({ decision, version }) => `${decision} ${version}`);
      expect(said.sort()).toEqual(['accepted v1', 'accepted v1', 'dropped v1', 'throttled v1']);
    });
  });

  test('B7 a deadline that passed, however long ago, ends a flow before anything is predicted', async () => {
    const predicted: number[] = [];
    const predict = ({ data }: { data: { n: number } }) => {
      predicted.push(data.n);
      return { guess: '', sure: 1 };
    };
    const cascade = await started({ tiers: [cheap({ extra: { predict } }), carrying()] });
    const now = cascade.clock.now();
    for (const [n, deadline] of [-8.64e15, -1, 0, now - 1, now, now + 1, 8.64e15].entries())
      await cascade.send('cheap', { n }, { flowId: `f${n}`, deadline: new Date(deadline) });
    await cascade.drain();
    expect(predicted).toEqual([4, 5, 6]);
    expect(cascade.records.filter(({ decision }) => decision === 'expired')).toHaveLength(4);
  });

  test('B7 a deadline holds on the way, and for halves that wait', async () => {
    for (const last of [carrying(), joining()] as AnyTier[]) {
      const cascade = await started({ tiers: [cheap(), last] });
      await cascade.send('cheap', { n: 1 }, { flowId: 'f', deadline: new Date(cascade.clock.now() + 60_000) });
      await cascade.deliver('cheap');
      cascade.clock.advance(60_001);
      if (cascade.graph.tiers[1]!.mode === 'join') await cascade.send('dear.photos', { photo: 'p' }, { flowId: 'f' });
      await cascade.drain();
      expect(cascade.answers).toEqual([]);
      expect(cascade.decisions('f').at(-1)).toBe('dear:expired');
    }
  });

  test('B8 tiers have names of their own, and every output says which version made it', async () => {
    await expect(started({ tiers: [cheap(), carrying({ name: 'cheap' })] })).rejects.toMatchObject({
      code: 'graph-duplicate-name',
    });
    const cascade = await started({ tiers: [cheap(), carrying()] });
    await cascade.send('cheap', { n: 1 });
    await cascade.drain();
    expect(cascade.answers).toMatchObject([{ tier: 'dear', version: 'v1' }]);
  });

  test('C a falsy value is not the end of the stream', async () => {
    const echo = defineTier({ name: 'echo', input: z.any(), output: z.any(), predict: ({ data }) => data as unknown });
    const cascade = await started({ tiers: [echo] });
    const values = [1, 0, '', false, null, 2];
    for (const value of values) await cascade.send('echo', value);
    await cascade.drain();
    expect(cascade.answers.map(({ output }) => output)).toEqual(values);
  });
});
