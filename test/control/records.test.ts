import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import setting from '../../functions/thermostat/controls/setting.ts';
import thermostat from '../../functions/thermostat/thermostat.ts';
import type { ControlMessage } from '../../lib/core/control/message.ts';
import type { DecisionRecord } from '../../lib/core/decision.ts';
import type { AnyTier } from '../../lib/index.ts';
import { connectControl, control, defineControl, defineTier, model, threshold } from '../../lib/index.ts';
import type { TestCascade } from '../support/cascade.ts';
import { started } from '../support/started.ts';

/* What a record on a control says, whole: calls, reasons and what was sent. */

const limit = defineControl({ name: 'limit', schema: z.number(), beforeControl: 'buffer' });
type Limit = { default: typeof limit };
type Setting = { default: typeof setting };
const again = { ...thermostat, reevaluateOnControl: true } as AnyTier;
const reader = defineTier({
  name: 'reader',
  input: z.object({ shop: z.string() }),
  controls: { most: control<Limit>('limit') },
  output: z.number(),
  predict: async ({ data, controls }) => (await controls.most.get(data.shop)).value,
});

/** A control message as a stranger to the client could send it. */
async function put(cascade: TestCascade, message: Partial<ControlMessage>, id = 'm'): Promise<DecisionRecord> {
  const envelope = { v: 1, id, flow: `control#${message.name}`, kind: 'control', from: { name: 'x', version: '1' } };
  await cascade.put('controls', JSON.stringify({ ...envelope, ts: 0, control: message }));
  await cascade.deliver('controls');
  return cascade.records.at(-1)!;
}
const reasonOf = async (cascade: TestCascade): Promise<string> => (await cascade.deadLetters()).at(-1)!.reason;
const limits = () => started({ tiers: [reader], controls: [limit, threshold, model] });

describe('the record of a control message', () => {
  test('counts one read and one write, and names what counts now', async () => {
    const cascade = await limits();
    const { decision, flow, reason, calls, controls, out } = await put(cascade, {
      name: 'limit',
      version: 2,
      value: 7,
    });
    expect({ decision, flow, reason, calls, controls, out }).toEqual({
      decision: 'applied',
      flow: 'control#limit',
      reason: 'all keys: set as version 2',
      calls: { queue: 0, table: 2, object: 0 },
      controls: { limit: 2 },
      out: undefined,
    });
    expect(await put(cascade, { name: 'limit', version: 1, value: 7 }, 'n')).toMatchObject({
      decision: 'stale',
      calls: { queue: 0, table: 1, object: 0 },
    });
  });

  test('shows 80 characters of a key', async () => {
    const cascade = await limits();
    const { reason } = await put(cascade, { name: 'limit', version: 1, key: 'k'.repeat(81), value: 7 });
    expect(reason).toBe(`key "${'k'.repeat(80)}": set as version 1`);
  });

  test('says what was deleted and what was restored', async () => {
    const cascade = await limits();
    await put(cascade, { name: 'limit', version: 1, key: 'a', value: 7 }, '1');
    expect((await put(cascade, { name: 'limit', version: 2, key: 'a', deleted: true }, '2')).reason).toBe(
      'key "a": deleted as version 2',
    );
    expect((await put(cascade, { name: 'limit', version: 3, key: 'a', restores: 1 }, '3')).reason).toBe(
      'key "a": version 1 restored as version 3',
    );
    // What it restores is not kept any more, and for its version it does not count anyway.
    const late = { name: 'limit', key: 'a', restores: 9 } as const;
    for (const version of [2, 3])
      expect((await put(cascade, { ...late, version }, `l${version}`)).decision).toBe('stale');
    await put(cascade, { ...late, version: 4 }, '4');
    expect(await reasonOf(cascade)).toContain('version 9 of control "limit" is not in its history');
  });

  test('a control of tiers takes wildcards and the tiers that have what it is about', async () => {
    const cascade = await limits();
    const { reason } = await put(cascade, { name: 'threshold', version: 1, key: '*', value: { atLeast: 1 } });
    expect(reason).toBe('all keys: set as version 1');
    await put(cascade, { name: 'threshold', version: 1, key: 'reader', value: { atLeast: 1 } }, 'n');
    expect(await reasonOf(cascade)).toContain('there is no tier "reader" with a threshold');
    expect(await reasonOf(cascade)).toContain('→ No tier has one.');
    const sure = { satisfied: { score: () => 1, atLeast: 1 }, exhausted: 'accept' } as const;
    const other = await started({ tiers: [{ ...reader, ...sure } as AnyTier], controls: [limit, threshold] });
    await put(other, { name: 'threshold', version: 1, key: 'redaer', value: { atLeast: 1 } });
    expect(await reasonOf(other)).toContain('→ Did you mean "reader"?');
    expect(
      await put(other, { name: 'threshold', version: 1, key: 'reader', value: { atLeast: 1 } }, 'n'),
    ).toMatchObject({
      decision: 'applied',
    });
  });

  test('names the messages that ask for data to be worked again: for a key, once, and for a wildcard the function itself', async () => {
    const cascade = await started({ tiers: [again], controls: [setting] });
    const value = (desired: number, sensorID = '1') => ({ sensorID, desired, upDelta: 1, downDelta: 1 });
    const one = await put(cascade, { name: 'setting', version: 1, value: value(45) });
    expect(one).toMatchObject({ reason: 'key "1": set as version 1', out: [{ to: 'thermostat' }] });
    expect(one.calls).toEqual({ queue: 1, table: 2, object: 0 });
    // Its first delivery may have died before it asked; somebody else's message has nothing to ask for.
    expect(await put(cascade, { name: 'setting', version: 1, value: value(45) })).toMatchObject({
      decision: 'duplicate',
      calls: { queue: 1 },
    });
    expect(await put(cascade, { name: 'setting', version: 1, value: value(46) }, 'other')).toMatchObject({
      decision: 'stale',
      calls: { queue: 0 },
    });
    const all = await put(cascade, { name: 'setting', version: 2, value: value(50, '*') }, 'all');
    expect(all).toMatchObject({ reason: 'all keys: set as version 2', out: [{ to: 'controls' }] });
    expect(all.calls).toEqual({ queue: 1, table: 2, object: 0 });
    expect((await cascade.cloud.queue('thermostat').depth()).ready).toBe(2);
  });
});

describe('the record of data worked again', () => {
  const heated = async () => {
    const cascade = await started({ tiers: [again], controls: [setting] });
    const set = (version: number, desired: number) =>
      connectControl<Setting>('setting', { cloud: cascade.cloud }).set(
        { sensorID: '1', desired, upDelta: 1, downDelta: 1 },
        { version },
      );
    return { cascade, set };
  };

  test('says that there is no data of the key yet', async () => {
    const { cascade, set } = await heated();
    await set(1, 45);
    await cascade.drain();
    expect(cascade.records.at(-1)).toMatchObject({
      tier: 'thermostat',
      reason: expect.stringContaining('there is no data of the key yet'),
    });
  });

  test('says that the version it was asked with is not there', async () => {
    const { cascade, set } = await heated();
    await set(1, 45);
    await cascade.drain();
    const envelope = { v: 1, id: 'forged', flow: 'control#setting', kind: 'data', from: { name: 'x', version: '1' } };
    const asked = { ...envelope, ts: 0, hop: 0, again: { control: 'setting', key: '1', version: 7 } };
    await cascade.put('thermostat', JSON.stringify(asked));
    await cascade.drain();
    expect(cascade.records.at(-1)).toMatchObject({
      decision: 'dropped',
      reason: 'again: version 7 of control "setting" counts for key "1": version 7 of "setting" is not there',
    });
  });
});

describe('data that is buffered', () => {
  test('looks again after a second, then when it has waited half as long once more, six minutes at most', async () => {
    const cascade = await limits();
    await cascade.send('reader', { shop: 'a' }, { flowId: 'f' });
    const waits: number[] = [];
    for (let look = 0; look < 20; look += 1) {
      await cascade.deliver('reader');
      const { decision, reason, until, at } = cascade.records.at(-1)!;
      expect({ decision, reason }).toEqual({
        decision: 'throttled',
        reason: 'buffered: nothing is set for key "a" of control "limit"',
      });
      waits.push(until! - at);
      cascade.clock.advance(until! - at);
    }
    expect(waits.slice(0, 4)).toEqual([1_000, 1_500, 2_250, 3_375]);
    expect(waits.at(-1)).toBe(360_000);
    await connectControl<Limit>('limit', { cloud: cascade.cloud }).set(3);
    await cascade.deliver('controls');
    await cascade.drain();
    expect(cascade.answers.map(({ output }) => output)).toEqual([3]);
  });
});
