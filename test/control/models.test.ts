import { describe, expect, test } from 'vitest';
import { modelStory } from '../../lib/cli/control-uses.ts';
import { model, readDecisions } from '../../lib/index.ts';
import { controlReader } from '../../lib/runtime/controls/reader.ts';
import { renumberControl } from '../../lib/runtime/controls/renumber.ts';
import { createPredictor } from '../../lib/runtime/predictor.ts';
import { faults } from '../support/faults.ts';
import { started } from '../support/started.ts';
import { ask, client, events, set, times } from './times.ts';

describe('models named by a control', () => {
  test('the tier’s own serves until one is set; a new one serves from the next records on, and answers name it', async () => {
    const cascade = await started({ tiers: [times()], controls: [model], timed: true });
    expect(await ask(cascade)).toEqual({ product: 1, version: undefined });
    await set(cascade, '7', 1);
    expect(await ask(cascade)).toEqual({ product: 7, version: 1 });
    await set(cascade, '9', 2);
    expect(await ask(cascade)).toEqual({ product: 9, version: 2 });
    expect(events(cascade)).toMatchObject([
      { tier: 'times', decision: 'swapped', flow: 'control#model', reason: 'model version 1: after version 0' },
      { decision: 'swapped', reason: 'model version 2: after version 1', controls: { model: 2 } },
    ]);
    await client(cascade).restore(1, { key: 'times', version: 3 });
    await cascade.deliver('controls');
    expect(await ask(cascade)).toEqual({ product: 7, version: 3 });
    await client(cascade).delete({ key: 'times', version: 4 });
    await cascade.deliver('controls');
    expect(await ask(cascade)).toEqual({ product: 1, version: undefined });
    expect(cascade.answers).toHaveLength(10);
  });

  test.each<[string, string, object, RegExp]>([
    ['truncated', '77', { size: 40 }, /has 2 bytes instead of 40/],
    ['of the wrong hash', '77', { sha256: '0'.repeat(64) }, /SHA-256/],
    ['that throws in load', 'throws', {}, /load threw: unknown format/],
    ['that hangs in load', 'hangs', {}, /load took longer than 6000 ms/],
    ['that answers NaN in the probe', 'no number', {}, /accept said false/],
    ['that throws in the probe', 'Infinity', {}, /load threw: no such layer/],
    ['whose probe says neither true nor false', '0', {}, /accept said maybe/],
    ['that is not there', '77', { key: 'models/times/gone' }, /gone/],
  ])('one %s never serves, the old one stays, and the log says why', async (_, text, tamper, says) => {
    const cascade = await started({ tiers: [times()], controls: [model], timed: true });
    await set(cascade, '7', 1);
    expect(await ask(cascade)).toEqual({ product: 7, version: 1 });
    await set(cascade, text, 2, tamper);
    expect(await ask(cascade)).toEqual({ product: 7, version: 1 });
    expect(await ask(cascade)).toEqual({ product: 7, version: 1 });
    expect(events(cascade)).toEqual([
      expect.objectContaining({ decision: 'rejected', reason: expect.stringMatching(says), controls: { model: 2 } }),
    ]);
    expect(events(cascade)[0]!.reason).toMatch(/\n {2}→ Roll back, or send another file: [^\n]* --tier times$/);
    expect(events(cascade)[0]!.reason).not.toMatch(/redrive|send the flow again/);
    expect(await cascade.deadLetters()).toEqual([]);
    // An instance that starts now finds the good one before it.
    const plan = cascade.graph.tiers[0]!;
    const controls = controlReader(cascade.cloud.table, cascade.clock, plan.controls!);
    const { objects } = cascade.cloud;
    const cold = createPredictor({ tier: plan.tier, version: '1', objects, controls, clock: cascade.clock });
    const nothing = { signal: undefined, objects: {}, signalObjects: {}, producePrefix: '' };
    const [made] = await cold.predict([{ ...nothing, flowId: 'f', attempt: 1, data: { n: 1 } }]);
    expect(made).toMatchObject({
      output: { product: 7 },
      controls: { model: 1 },
      events: [{ did: 'rejected', version: 2 }],
    });
    await set(cascade, '9', 3);
    expect(await ask(cascade)).toEqual({ product: 9, version: 3 });
  });

  test('each swap and each refusal is told of, where what came twice is left out too', async () => {
    const cascade = await started({ tiers: [times()], controls: [model], timed: true });
    for (const [i, text] of ['7', 'throws', 'no number', '9', '8'].entries()) {
      await set(cascade, text, i + 1);
      await ask(cascade);
    }
    const told: (readonly unknown[])[] = [];
    for await (const { decision, flow, controls } of readDecisions(cascade.cloud, { unique: true })) {
      if (flow === 'control#model' && decision !== 'applied') told.push([decision, controls!.model]);
    }
    expect(told).toEqual([
      ['rejected', 2],
      ['rejected', 3],
      ['swapped', 4],
      ['swapped', 5],
    ]);
    const { rejected } = await modelStory(cascade.cloud, 'times');
    expect(rejected.map(({ version }) => version)).toEqual([2, 3]);
  });

  test('an object store that is away rejects nothing: the old one serves on, and the new one once it is back', async () => {
    const broken = faults();
    const cascade = await started({ tiers: [times()], controls: [model], timed: true, wrap: broken.wrap });
    await set(cascade, '7', 1);
    expect(await ask(cascade)).toEqual({ product: 7, version: 1 });
    await set(cascade, '9', 2);
    broken.down('get');
    expect(await ask(cascade)).toEqual({ product: 7, version: 1 });
    broken.down();
    expect(await ask(cascade)).toEqual({ product: 9, version: 2 });
    expect(events(cascade).map(({ decision }) => decision)).toEqual(['swapped']);
  });

  test('a table that is away changes nothing, and a wildcard names models for all tiers', async () => {
    const broken = faults();
    const cascade = await started({ tiers: [times()], controls: [model], timed: true, wrap: broken.wrap });
    await set(cascade, '7', 1);
    expect(await ask(cascade)).toEqual({ product: 7, version: 1 });
    broken.down('table');
    expect(await ask(cascade)).toEqual({ product: 7, version: 1 });
    broken.down();
    const object = await cascade.cloud.objects.put('models/all', Buffer.from('5'));
    await client(cascade).set({ object }, { version: 1 });
    await client(cascade).delete({ key: 'times', version: 2 });
    await cascade.deliver('controls');
    expect(await ask(cascade)).toEqual({ product: 5, version: 1 });
  });

  test('a message that names no file of a model, or a tier that loads none, goes to the dead letters', async () => {
    const cascade = await started({ tiers: [times()], controls: [model], timed: true });
    const object = await cascade.cloud.objects.put('objects/x', Buffer.from('1'));
    await client(cascade).set({ object }, { key: 'times' });
    await client(cascade).set({ object: { ...object, key: 'models/x' } }, { key: 'time' });
    await client(cascade).set({} as never, { key: 'times' });
    await cascade.drain();
    const reasons = (await cascade.deadLetters()).map(({ reason }) => reason).join('\n');
    expect(reasons).toMatch(/must lie under models\//);
    expect(reasons).toMatch(/no tier "time" with a load[\s\S]*"times"/);
    expect(reasons).toMatch(/object: must be a reference/);
  });

  test('of a key that was numbered anew, one is told from another that had its number', async () => {
    const cascade = await started({ tiers: [times()], controls: [model], timed: true });
    await set(cascade, '7', 2);
    expect(await ask(cascade)).toEqual({ product: 7, version: 2 });
    await set(cascade, '9', Number.MAX_SAFE_INTEGER);
    expect(await renumberControl(cascade.cloud.table, 'model', 'times')).toBe(2);
    expect(await ask(cascade)).toEqual({ product: 9, version: 2 });
  });

  test('files of models outlive the sweep of old objects', async () => {
    const cascade = await started({ tiers: [times()], controls: [model], timed: true });
    await set(cascade, '7', 1);
    await cascade.cloud.objects.put('objects/old', Buffer.from('1'));
    cascade.clock.advance(100 * 86_400_000);
    expect(await cascade.cloud.objects.deleteOlder(cascade.clock.now())).toBe(1);
    expect(await ask(cascade)).toEqual({ product: 7, version: 1 });
  });
});
