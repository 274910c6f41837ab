import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { modelStory } from '../../lib/cli/control-uses.ts';
import { type LoadContext, model } from '../../lib/index.ts';
import type { TestCascade } from '../support/cascade.ts';
import { started } from '../support/started.ts';
import { ask, client, events, set, times } from './times.ts';

/** The faults of the original samples that serve models, each by name: none of them is here. */
const begin = (extra: object = {}, dir?: string): Promise<TestCascade> =>
  started({ tiers: [times(extra)], controls: [model], timed: true, ...(dir !== undefined && { dir }) });

async function folder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'models-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  return dir;
}
/** One batch of flows. */
async function predict(cascade: TestCascade, data: readonly number[]): Promise<void> {
  for (const n of data) await cascade.send('times', { n });
  await cascade.deliver('times');
}

describe('faults of the samples that serve models', () => {
  test('a model that cannot be converted is answered with Done', async () => {
    const dir = await folder();
    const cascade = await begin({}, dir);
    await set(cascade, '7', 1);
    expect(await ask(cascade)).toEqual({ product: 7, version: 1 });
    await set(cascade, 'throws', 2);
    expect(await ask(cascade)).toEqual({ product: 7, version: 1 });
    const reason = expect.stringContaining('model version 2: load threw: unknown format');
    expect(events(cascade)).toMatchObject([{ decision: 'rejected', reason }]);
    expect((await modelStory(dir, 'times')).rejected).toMatchObject([{ version: 2, reason }]);
  });

  test('a model’s statistics are written under its name and description, and read under description and name', async () => {
    const dir = await folder();
    const cascade = await begin({}, dir);
    const described = async (description: string, factor: string, version: number): Promise<void> => {
      const object = await cascade.cloud.objects.put(`models/times/${version}`, Buffer.from(factor));
      await client(cascade).set({ object, description }, { key: 'times', version });
      await cascade.deliver('controls');
      expect(await ask(cascade)).toEqual({ product: Number(factor), version });
    };
    // One's name is the other's description.
    await described('times', '7', 1);
    await described('seven', '9', 2);
    const history = await client(cascade).history('times');
    expect(history.map(({ value }) => (value as { description?: string }).description)).toEqual(['times', 'seven']);
    const { uses } = await modelStory(dir, 'times');
    const used = cascade.records.filter(({ modelMs }) => modelMs !== undefined);
    for (const version of [1, 2]) {
      const own = used.filter(({ controls }) => controls?.model === version);
      expect(uses.find((use) => use.version === version)).toMatchObject({ uses: own.length, since: own[0]!.at });
    }
    expect((await modelStory(dir, 'seven')).uses).toEqual([]);
  });

  test('the least time begins at 0, and so stays there', async () => {
    const dir = await folder();
    // Predictions that take as many milliseconds as their data says.
    const predictFor = ({ data, model: factor }: { data: { n: number }; model: number }) => {
      cascade.clock.advance(data.n);
      return { product: data.n * factor };
    };
    const cascade = await begin({ predict: predictFor }, dir);
    await set(cascade, '7', 1);
    for (const n of [40, 30, 70]) await predict(cascade, [n]);
    expect((await modelStory(dir, 'times')).uses).toMatchObject([{ uses: 3, totalMs: 140, minMs: 30, maxMs: 70 }]);
  });

  test('statistics are kept only when the model changes', async () => {
    const dir = await folder();
    const cascade = await begin({}, dir);
    await set(cascade, '7', 1);
    const counts: unknown[] = [];
    for (const _ of [1, 2, 3]) {
      await predict(cascade, [1, 2]);
      counts.push((await modelStory(dir, 'times')).uses);
    }
    expect(counts).toMatchObject([[{ version: 1, uses: 2 }], [{ uses: 4 }], [{ uses: 6 }]]);
  });

  test('models by their location are not supported', async () => {
    const cascade = await begin();
    const object = await cascade.cloud.objects.put('models/seven', Buffer.from('7'));
    await client(cascade).set({ object }, { key: 'times', version: 1 });
    await cascade.deliver('controls');
    expect(await ask(cascade)).toEqual({ product: 7, version: 1 });
  });

  test('what comes before the first model: the tier’s own answers', async () => {
    const cascade = await begin();
    expect(await ask(cascade)).toEqual({ product: 1, version: undefined });
    expect(cascade.decisions(cascade.answers[0]!.flowId)).toEqual(['times:accepted']);
  });

  test('what comes before the first model, where the tier has none of its own: retried, then a dead letter that says so', async () => {
    const load = async ({ model: named }: LoadContext): Promise<number> => {
      if (!named) throw new Error('no model is set yet');
      return Number(await named.object.text());
    };
    const cascade = await begin({ load });
    for (const flowId of ['early', 'late']) await cascade.send('times', { n: 1 }, { flowId });
    await cascade.deliver('times', { max: 1 });
    expect(cascade.decisions('early')).toEqual(['times:retried']);
    await set(cascade, '7', 1);
    // Within the staleness nothing is known of the new model; the retries outlast it.
    await cascade.drain();
    expect(cascade.answers.map(({ output }) => output)).toEqual([{ product: 7 }, { product: 7 }]);

    const never = await begin({ load });
    await never.send('times', { n: 1 }, { flowId: 'early' });
    await never.drain();
    expect(await never.deadLetters()).toEqual([
      expect.objectContaining({ code: 'load-failed', reason: expect.stringContaining('no model is set yet') }),
    ]);
  });
});
