import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import setting from '../../functions/thermostat/controls/setting.ts';
import thermostat from '../../functions/thermostat/thermostat.ts';
import type { AnyTier, BeforeControl } from '../../lib/index.ts';
import { connectControl, control, defineControl, defineTier, drop, threshold } from '../../lib/index.ts';
import type { TestCascade } from '../support/cascade.ts';
import { crashing } from '../support/crash.ts';
import { started } from '../support/started.ts';
import { cheap, joining } from '../support/tiers.ts';
import { EVENTS } from '../thermostat/golden.ts';
import { instanceOf } from './instances.ts';

type Setting = { default: typeof setting };
const again = { ...thermostat, reevaluateOnControl: true } as AnyTier;
const heated = (options: object = {}) => started({ tiers: [again], controls: [setting], ...options });

const settingsOf = (cascade: TestCascade) => connectControl<Setting>('setting', { cloud: cascade.cloud });
const desire = (cascade: TestCascade, version: number, desired: number, sensorID: string | number = '1') =>
  settingsOf(cascade).set({ sensorID, desired, upDelta: 1, downDelta: 1 }, { version });
const read = (cascade: TestCascade, temperature: number, flowId: string, options: object = {}) =>
  cascade.send('thermostat', { sensorID: '1', temperature }, { flowId, ...options });

/** What heaters were told, each message once, in order: the flow whose reading it follows from, and the setting's version. */
function told(cascade: TestCascade): readonly string[] {
  const lines = cascade.answers.map(({ id, flowId, output, controls }) => {
    const { command } = output as { command: string };
    return [id, `${flowId} ${command} ${controls!.setting}`] as const;
  });
  return [...new Map(lines).values()];
}

/** A heater that is off at 47 degrees, 45 being wanted. */
async function off(cascade: TestCascade): Promise<void> {
  await desire(cascade, 1, 45);
  await cascade.drain();
  await read(cascade, 47, 'f');
  await cascade.drain();
}

describe('data worked again when a control is applied', () => {
  test.each([1, 2])(
    'the golden trace: the heater hears of a setting at once, each message delivered %d times',
    async (times) => {
      const cascade = await heated();
      for (const [i, event] of EVENTS.entries()) {
        cascade.clock.advance(60_000);
        if (event.kind === 'control') await desire(cascade, event.version, event.desired, event.sensorID);
        else
          await cascade.send(
            'thermostat',
            { sensorID: event.sensorID, temperature: event.temperature },
            { flowId: `${i}` },
          );
        await cascade.drain({ times });
      }
      // Without working again, the third command follows from the reading after the setting: 46.5 degrees, event 10.
      expect(told(cascade)).toEqual(['2 On 1', '7 Off 1', '8 On 2', '13 Off 2']);
      expect(await cascade.deadLetters()).toEqual([]);
    },
  );

  test('the record says why, and of which messages; what was decided before stays', async () => {
    const cascade = await heated();
    await off(cascade);
    await desire(cascade, 2, 50);
    await cascade.drain();
    const records = cascade.records.filter(({ flow }) => flow === 'f');
    expect(records.map(({ decision, controls }) => [decision, controls])).toEqual([
      ['accepted', { setting: 1 }],
      ['accepted', { setting: 2 }],
    ]);
    expect(records[1]).toMatchObject({
      reason: 'again: version 2 of control "setting" counts for key "1"',
      in: [{ id: records[0]!.in[0]!.id, kind: 'data' }, { kind: 'control' }],
    });
    expect(records[1]!.out![0]!.id).not.toBe(records[0]!.out![0]!.id);
    const applied = cascade.records.filter(({ decision }) => decision === 'applied');
    expect(applied.map(({ out }) => out?.map(({ to }) => to))).toEqual([['thermostat'], ['thermostat']]);
    expect(applied[1]!.out![0]!.id).toBe(records[1]!.in[1]!.id);
  });

  test('a setting before any data leads to nothing; the reading after it is told it on every instance', async () => {
    const cascade = await heated();
    // This instance now remembers for 5 s that nothing is set.
    await read(cascade, 42, 'early');
    await cascade.drain();
    await desire(cascade, 1, 45);
    await cascade.drain();
    await read(cascade, 42, 'next');
    await cascade.drain();
    expect(told(cascade)).toEqual(['next On 1']);
    expect(cascade.decisions('control#setting')).toEqual(['controls:applied', 'thermostat:dropped']);
  });

  test('the newest data is that of the latest event time, not the one that came last', async () => {
    const cascade = await heated();
    await desire(cascade, 1, 45);
    await cascade.drain();
    const at = (ms: number) => ({ at: new Date(cascade.clock.now() + ms) });
    await read(cascade, 47, 'late', at(0));
    await cascade.drain();
    await read(cascade, 30, 'older', at(-60_000));
    await cascade.drain();
    await desire(cascade, 2, 40);
    await cascade.drain();
    expect(told(cascade)).toEqual(['late Off 1', 'older On 1', 'late Off 2']);
  });

  test('where newer data was decided with the version already, nothing happens', async () => {
    const cascade = await heated();
    await off(cascade);
    await desire(cascade, 2, 50);
    await cascade.deliver('controls');
    cascade.clock.advance(5_000);
    // What asks is under way somewhere while the reading overtakes it.
    const queue = cascade.cloud.queue('thermostat');
    expect(await queue.receive({ max: 10, visibilityMs: 1_000, waitMs: 0 })).toHaveLength(1);
    await read(cascade, 46, 'newer');
    await cascade.deliver('thermostat');
    cascade.clock.advance(1_000);
    await cascade.drain();
    expect(told(cascade)).toEqual(['f Off 1', 'newer On 2']);
    const last = cascade.records.findLast(({ tier }) => tier === 'thermostat');
    expect(last).toMatchObject({ decision: 'duplicate', reason: expect.stringContaining('with version 2 already') });
  });

  test('data older than the newest, decided with the version already, does not stand for the newest', async () => {
    const cascade = await heated();
    await off(cascade);
    const before = { at: new Date(cascade.clock.now() - 60_000) };
    await desire(cascade, 2, 50);
    await cascade.deliver('controls');
    cascade.clock.advance(5_000);
    await cascade.cloud.queue('thermostat').receive({ max: 10, visibilityMs: 1_000, waitMs: 0 });
    await read(cascade, 55, 'older', before);
    await cascade.deliver('thermostat');
    cascade.clock.advance(1_000);
    await cascade.drain();
    expect(told(cascade)).toEqual(['f Off 1', 'f On 2']);
  });

  test('once a key has been worked again, no instance decides with an older version, however fresh its memory', async () => {
    const cascade = await heated();
    const [one, other] = [instanceOf(cascade), instanceOf(cascade)];
    await desire(cascade, 1, 45);
    await cascade.deliver('controls');
    // Both have read version 1 this very moment.
    for (const [i, instance] of [one, other].entries()) {
      await read(cascade, 47, `f${i}`);
      await instance.deliver();
    }
    await desire(cascade, 2, 50);
    await cascade.deliver('controls');
    await one.deliver();
    const before = other.calls.table;
    await read(cascade, 48, 'after');
    await other.deliver();
    expect(cascade.records.filter(({ flow }) => flow === 'after')).toMatchObject([
      { decision: 'dropped', controls: { setting: 2 } },
    ]);
    // Its state, read and written, and the control, once more.
    expect(other.calls.table - before).toBe(3);
  });

  test('an older version that comes later is stale and asks for nothing', async () => {
    const cascade = await heated();
    await off(cascade);
    await desire(cascade, 3, 50);
    await desire(cascade, 2, 40);
    await cascade.drain();
    expect(told(cascade)).toEqual(['f Off 1', 'f On 3']);
    expect(cascade.decisions('control#setting').filter((one) => one.startsWith('controls:'))).toEqual([
      'controls:applied',
      'controls:applied',
      'controls:stale',
    ]);
  });

  test('two settings before the tier looks: the data is worked again once, with the newer one', async () => {
    const cascade = await heated();
    await off(cascade);
    await desire(cascade, 2, 40);
    await desire(cascade, 3, 50);
    await cascade.drain();
    expect(told(cascade)).toEqual(['f Off 1', 'f On 3']);
  });

  test('a control message that is delivered again asks again, and the same output comes of it', async () => {
    const cascade = await heated();
    await off(cascade);
    await desire(cascade, 2, 50);
    await cascade.deliver('controls', { times: 3, together: true });
    await cascade.drain({ times: 2 });
    expect(told(cascade)).toEqual(['f Off 1', 'f On 2']);
    const item = await cascade.cloud.table.get('state#thermostat#1');
    expect(item).toMatchObject({ value: { last: 'On' }, heard: { setting: 2 } });
  });

  test('a process that dies before or after any of its calls loses no command and doubles none', async () => {
    const clean = crashing();
    const whole = await heated({ wrap: clean.wrap });
    await off(whole);
    await desire(whole, 2, 50);
    await clean.drain(whole);
    expect(told(whole)).toEqual(['f Off 1', 'f On 2']);
    expect(clean.calls()).toBeGreaterThan(8);
    for (let at = 1; at <= clean.calls(); at += 1) {
      for (const when of ['before', 'after'] as const) {
        const crash = crashing({ at, when });
        const cascade = await heated({ wrap: crash.wrap });
        await off(cascade);
        await desire(cascade, 2, 50);
        await crash.drain(cascade);
        expect([at, when, told(cascade)]).toEqual([at, when, ['f Off 1', 'f On 2']]);
      }
    }
  });

  test('sent again after newer data came: the command that was kept is the one that is sent', async () => {
    const clean = crashing();
    const dying = await heated({ wrap: clean.wrap });
    await off(dying);
    await desire(dying, 2, 50);
    await dying.deliver('controls');
    // Dies right after the state was kept, before the command is sent.
    let died = false;
    const cascade = await heated({
      wrap: (cloud: TestCascade['cloud']) => ({
        ...cloud,
        queue: (name: string) => {
          const queue = cloud.queue(name);
          return {
            ...queue,
            send: async (messages: Parameters<typeof queue.send>[0]) => {
              const again = name === 'answers' && messages.some(({ body }) => body.includes('"On"'));
              if (!again || died) return queue.send(messages);
              died = true;
              throw new Error('the process died');
            },
          };
        },
      }),
    });
    await off(cascade);
    await desire(cascade, 2, 50);
    await cascade.deliver('controls');
    await cascade.deliver('thermostat');
    expect(told(cascade)).toEqual(['f Off 1']);
    await read(cascade, 44, 'newer');
    await cascade.drain();
    expect(told(cascade)).toEqual(['f Off 1', 'f On 2']);
  });

  test('a control that is deleted: a wildcard above it counts for the data again, else nothing happens, whatever the policy', async () => {
    const cascade = await heated();
    await desire(cascade, 9, 50, '*');
    await desire(cascade, 1, 45);
    await cascade.drain();
    await read(cascade, 47, 'f');
    await cascade.drain();
    await settingsOf(cascade).delete({ key: '1', version: 2 });
    await cascade.drain();
    expect(told(cascade)).toEqual(['f Off 1', 'f On 9']);
    await settingsOf(cascade).delete({ key: '*', version: 10 });
    await desire(cascade, 3, 40);
    await cascade.drain();
    // The wildcard is known for as long as anything is.
    cascade.clock.advance(5_000);
    await settingsOf(cascade).delete({ key: '1', version: 4 });
    await cascade.drain();
    expect(told(cascade)).toEqual(['f Off 1', 'f On 9', 'f Off 3']);
    expect(cascade.decisions('f').at(-1)).toBe('thermostat:dropped');
    expect(await cascade.deadLetters()).toEqual([]);
  });

  test('a deadline that is over and a client that was told do not stand in the way', async () => {
    const cascade = await heated();
    await desire(cascade, 1, 45);
    await cascade.drain();
    await read(cascade, 47, 'f', { reply: true, deadline: new Date(cascade.clock.now() + 1_000) });
    await cascade.drain();
    const reply = await cascade.cloud.table.get('reply#f');
    cascade.clock.advance(60_000);
    await desire(cascade, 2, 50);
    await cascade.drain();
    expect(told(cascade)).toEqual(['f Off 1', 'f On 2']);
    expect(await cascade.cloud.table.get('reply#f')).toEqual(reply);
  });

  test('a forged request for a version that was never applied changes nothing', async () => {
    const cascade = await heated();
    await off(cascade);
    const before = await cascade.cloud.table.get('state#thermostat#1');
    const forged = (more: object) =>
      cascade.put(
        'thermostat',
        JSON.stringify({ v: 1, id: 'x', flow: 'x', kind: 'data', from: { name: 'x', version: '1' }, ts: 0, ...more }),
      );
    await forged({ again: { control: 'setting', key: '1', version: 2 ** 53 - 1 } });
    await forged({ again: { control: 'setting' } });
    await forged({ again: 7 });
    await cascade.drain();
    expect(await cascade.cloud.table.get('state#thermostat#1')).toEqual(before);
    expect((await cascade.deadLetters()).map(({ code }) => code)).toEqual(['envelope-invalid', 'envelope-invalid']);
  });
});

test('a tier that keeps no data, or a queue that takes none, refuses to work any again', async () => {
  const again = { control: 'setting', key: '1', version: 1 };
  const forged = (kind: string) =>
    JSON.stringify({ v: 1, id: 'x', flow: 'x', kind, from: { name: 'x', version: '1' }, ts: 0, again });
  const cascade = await started({ tiers: [cheap(), joining()] });
  await cascade.put('cheap', forged('data'));
  await cascade.put('dear', forged('signal'));
  await cascade.put('dear.photos', forged('data'));
  await cascade.drain();
  expect((await cascade.deadLetters()).map(({ tier, code }) => `${tier} ${code}`).sort()).toEqual([
    'cheap envelope-invalid',
    'dear envelope-invalid',
    'dear envelope-invalid',
  ]);
  expect(cascade.records.map(({ attempt }) => attempt)).toEqual([1, 1, 1]);
});

const level = defineControl({ name: 'level', schema: z.number(), beforeControl: 'default', initial: 0 });
type Level = { default: typeof level };
const Data = z.object({ key: z.string(), text: z.string().default('') });
const reader = (extra: object = {}) =>
  defineTier({
    name: 'reader',
    input: Data,
    controls: { level: control<Level>('level') },
    state: { schema: z.number(), initial: 0, keyBy: ({ data }) => data.key },
    output: z.object({ level: z.number(), length: z.number(), nth: z.number() }),
    reevaluateOnControl: true,
    predict: async ({ data, controls, state }) => {
      state.set(state.value + 1);
      return { level: (await controls.level.get(data.key)).value, length: data.text.length, nth: state.value + 1 };
    },
    ...extra,
  });
const levels = (cascade: TestCascade) => connectControl<Level>('level', { cloud: cascade.cloud });
const outputs = (cascade: TestCascade) => cascade.answers.map(({ output }) => output);

describe('what is kept of data', () => {
  test.each([100, 20_000, 100_000])('data of %d characters is worked again whole', async (length) => {
    const cascade = await started({ tiers: [reader()], controls: [level] });
    await cascade.send('reader', { key: 'a', text: 'x'.repeat(length) }, { flowId: 'f' });
    await cascade.drain();
    await levels(cascade).set(7, { key: 'a' });
    await cascade.drain();
    expect(outputs(cascade)).toEqual([
      { level: 0, length, nth: 1 },
      { level: 7, length, nth: 2 },
    ]);
    const item = JSON.stringify(await cascade.cloud.table.get('state#reader#a'));
    expect(item.length).toBeLessThan(64 * 1_024);
  });

  test('a tier that does not ask for it keeps none, and makes no call more; one that does makes one more for a new key', async () => {
    const calls: number[] = [];
    for (const reevaluateOnControl of [false, true]) {
      const cascade = await started({ tiers: [reader({ reevaluateOnControl })], controls: [level] });
      for (const flowId of ['f', 'g']) {
        await cascade.send('reader', { key: 'a' }, { flowId });
        await cascade.drain();
      }
      calls.push(cascade.calls.table);
      const item = await cascade.cloud.table.get('state#reader#a');
      expect(Object.keys(item!).sort()).toEqual(
        ['used', 'value', 'version', ...(reevaluateOnControl ? ['heard', 'newest'] : [])].sort(),
      );
    }
    // What is kept goes with the state. Whether a wildcard has moved meanwhile is looked at with the first data of a key.
    expect(calls[1]).toBe(calls[0]! + 1);
  });

  test('past the first tier the carried data is worked again with its signal', async () => {
    const first = defineTier({
      name: 'first',
      input: Data,
      output: z.object({ length: z.number() }),
      predict: ({ data }) => ({ length: data.text.length }),
      satisfied: { score: () => 0, atLeast: 1 },
    });
    const second = reader({
      input: { kind: 'tier-ref', name: 'first' },
      predict: async ({ data, signal, controls }: never) => {
        const { value } = await (controls as { level: { get(key: string): Promise<{ value: number }> } }).level.get(
          (data as { key: string }).key,
        );
        return { level: value, length: (signal as { length: number }).length, nth: 0 };
      },
    });
    const cascade = await started({ tiers: [first, second], controls: [level] });
    await cascade.send('first', { key: 'a', text: 'abc' }, { flowId: 'f' });
    await cascade.drain();
    await levels(cascade).set(7, { key: 'a' });
    await cascade.drain();
    expect(outputs(cascade)).toEqual([
      { level: 0, length: 3, nth: 0 },
      { level: 7, length: 3, nth: 0 },
    ]);
  });

  test('two tiers that ask for it are both asked', async () => {
    const cascade = await started({ tiers: [reader(), reader({ name: 'other' })], controls: [level] });
    for (const tier of ['reader', 'other']) await cascade.send(tier, { key: 'a' }, { flowId: tier });
    await cascade.drain();
    await levels(cascade).set(7, { key: 'a' });
    await cascade.drain();
    expect(cascade.answers.map(({ flowId, tier }) => [flowId, tier]).sort()).toEqual([
      ['other', 'other'],
      ['other', 'other'],
      ['reader', 'reader'],
      ['reader', 'reader'],
    ]);
  });

  test('a prediction that fails is tried again, then dead-lettered; redriven, it is worked again', async () => {
    let broken = true;
    const cascade = await started({
      tiers: [
        reader({
          predict: async ({ data, controls }: never) => {
            const of = controls as { level: { get(key: string): Promise<{ value: number }> } };
            const { value } = await of.level.get((data as { key: string }).key);
            if (broken && value > 0) throw new Error('boom');
            return { level: value, length: 0, nth: 0 };
          },
        }),
      ],
      controls: [level],
    });
    await cascade.send('reader', { key: 'a' }, { flowId: 'f' });
    await cascade.drain();
    await levels(cascade).set(7, { key: 'a' });
    await cascade.drain();
    const [letter] = await cascade.deadLetters();
    expect(letter).toMatchObject({ flow: 'f', code: 'predict-failed', attempt: 5 });
    broken = false;
    await cascade.put('reader', letter!.body);
    await cascade.drain();
    expect(outputs(cascade)).toEqual([
      { level: 0, length: 0, nth: 0 },
      { level: 7, length: 0, nth: 0 },
    ]);
  });
});

test('the first data of a key, predicted on while the control is applied, is worked again', async () => {
  const hold = Promise.withResolvers<void>();
  let atWrite: (() => Promise<unknown>) | undefined;
  const cascade = await started({
    tiers: [
      reader({
        predict: async ({ data, controls }: never) => {
          const of = controls as { level: { get(key: string): Promise<{ value: number }> } };
          const { value } = await of.level.get((data as { key: string }).key);
          if (value === 0) await hold.promise;
          return { level: value, length: 0, nth: 0 };
        },
      }),
    ],
    controls: [level],
    wrap: (cloud) => ({
      ...cloud,
      table: {
        ...cloud.table,
        async update(update) {
          const meanwhile = update.key.startsWith('state#') ? atWrite : undefined;
          if (meanwhile) atWrite = undefined;
          await meanwhile?.();
          return cloud.table.update(update);
        },
      },
    }),
  });
  const [one, other] = [instanceOf(cascade), instanceOf(cascade)];
  await cascade.send('reader', { key: 'a' }, { flowId: 'f' });
  const predicting = one.deliver();
  // It has been told that nothing is set.
  while (cascade.calls.table < 3) await new Promise(setImmediate);
  await levels(cascade).set(7, { key: 'a' });
  await cascade.deliver('controls');
  atWrite = () => {
    hold.resolve();
    return predicting;
  };
  await other.deliver();
  await cascade.drain();
  expect(outputs(cascade).map((output) => (output as { level: number }).level)).toEqual([0, 7]);
});

test.each<BeforeControl>(['drop', 'buffer', 'deadLetter'])(
  'data whose control was deleted is not worked again, and nothing else becomes of it: %s',
  async (beforeControl) => {
    const policed = defineControl({ name: 'level', schema: z.number(), beforeControl });
    const cascade = await started({ tiers: [reader()], controls: [policed] });
    await levels(cascade).set(7, { key: 'a', version: 1 });
    await cascade.drain();
    await cascade.send('reader', { key: 'a' }, { flowId: 'f' });
    await cascade.drain();
    await levels(cascade).delete({ key: 'a', version: 2 });
    await cascade.drain();
    expect(cascade.decisions('f')).toEqual(['reader:accepted', 'reader:dropped']);
    expect(await cascade.deadLetters()).toEqual([]);
  },
);

test('what is decided again may escalate, though its deadline is over and its client was told', async () => {
  const sure = { satisfied: { score: ({ output }: { output: { level: number } }) => -output.level, atLeast: 0 } };
  const last = defineTier({
    name: 'last',
    input: { kind: 'tier-ref', name: 'reader' } as never,
    output: z.string(),
    predict: ({ signal }) => `after ${(signal as { level: number }).level}`,
  });
  const cascade = await started({ tiers: [reader(sure), last], controls: [level] });
  const deadline = new Date(cascade.clock.now() + 1_000);
  await cascade.send('reader', { key: 'a' }, { flowId: 'f', reply: true, deadline });
  await cascade.drain();
  cascade.clock.advance(60_000);
  await levels(cascade).set(7, { key: 'a' });
  await cascade.drain();
  expect(cascade.decisions('f')).toEqual(['reader:accepted', 'reader:escalated', 'last:accepted']);
  expect(outputs(cascade).at(-1)).toBe('after 7');
  // Two looks at state and control, one of the prediction's, a write; nobody is told twice.
  expect(cascade.records.find(({ decision }) => decision === 'escalated')!.calls.table).toBe(4);
});

test('a tier with a pace takes its turn to work data again, and is not through with it before', async () => {
  const cascade = await started({ tiers: [reader({ pace: { minInterval: '10s' } })], controls: [level] });
  await cascade.send('reader', { key: 'a' }, { flowId: 'f' });
  await cascade.drain();
  const predicted = () => cascade.records.filter(({ decision }) => decision === 'accepted').map(({ at }) => at);
  await levels(cascade).set(7, { key: 'a' });
  await cascade.drain();
  expect(cascade.decisions('f')).toEqual(['reader:accepted', 'reader:throttled', 'reader:accepted']);
  const [first, second] = predicted();
  expect(second! - first!).toBeGreaterThanOrEqual(10_000);
});

test('a threshold that has moved counts for data that is worked again, and both controls are named', async () => {
  const sure = {
    satisfied: { score: ({ output }: { output: { level: number } }) => output.level, atLeast: 0 },
    exhausted: 'deadLetter',
  };
  const cascade = await started({ tiers: [reader(sure)], controls: [level, threshold] });
  await cascade.send('reader', { key: 'a' }, { flowId: 'f' });
  await cascade.drain();
  const thresholds = connectControl<{ default: typeof threshold }>('threshold', { cloud: cascade.cloud });
  await thresholds.set({ atLeast: 5 }, { key: 'reader', version: 3 });
  await cascade.drain();
  cascade.clock.advance(5_000);
  await levels(cascade).set(7, { key: 'a', version: 2 });
  await cascade.drain();
  const last = cascade.records.findLast(({ flow }) => flow === 'f');
  expect(last).toMatchObject({ decision: 'accepted', threshold: 5, controls: { level: 2, threshold: 3 } });
});

test('it and data of its key in one batch take turns, and afterwards data costs what it cost before', async () => {
  const cascade = await started({ tiers: [reader()], controls: [level] });
  const instance = instanceOf(cascade);
  const cost = async (): Promise<number> => {
    const before = instance.calls.table;
    await instance.deliver();
    return instance.calls.table - before;
  };
  const send = (flowId: string) => cascade.send('reader', { key: 'a' }, { flowId });
  await send('f');
  // The control of its key and of all, its state: read and written; and what is set for all once more, as the key is new.
  expect(await cost()).toBe(5);
  await send('g');
  expect(await cost()).toBe(2);
  await levels(cascade).set(7, { key: 'a' });
  await cascade.deliver('controls');
  await send('h');
  await send('i');
  // State and control looked at, the control read for the prediction, the state written; then two readings.
  expect(await cost()).toBe(4 + 2 + 2);
  await send('j');
  expect(await cost()).toBe(2);
  expect(cascade.decisions('g')).toEqual(['reader:accepted', 'reader:accepted']);
});

describe('options that cannot be', () => {
  const graph = (extra: object) => started({ tiers: [reader(extra)], controls: [level] });

  test.each<[string, object, RegExp]>([
    ['without controls', { controls: {} }, /reads none/],
    ['without state', { state: undefined }, /no state/],
    ['with delivery once', { delivery: 'once' }, /works a flow once/],
    ['with objects that are deleted', { objects: { photo: { deleteAfter: 'accepted' } } }, /"photo" is deleted/],
    ['with a text', { reevaluateOnControl: 'yes' }, /reevaluateOnControl/],
  ])('%s: refused when the graph is built', async (_, extra, says) => {
    await expect(graph(extra)).rejects.toThrow(says);
  });

  test('of a join', async () => {
    const first = defineTier({
      name: 'first',
      input: Data,
      output: Data,
      predict: ({ data }) => data,
      satisfied: { score: () => 0, atLeast: 1 },
    });
    const join = { data: { kind: 'stream', name: 'photos', schema: Data, objects: {} } };
    const second = reader({ input: { kind: 'tier-ref', name: 'first' }, join });
    await expect(started({ tiers: [first, second], controls: [level] })).rejects.toThrow(/and joins/);
  });
});

test('a gate that drops what changed nothing drops it here, too', async () => {
  const cascade = await started({
    tiers: [reader({ gates: { destination: (output: { level: number }) => (output.level > 5 ? drop : output) } })],
    controls: [level],
  });
  await cascade.send('reader', { key: 'a' }, { flowId: 'f' });
  await cascade.drain();
  await levels(cascade).set(7, { key: 'a' });
  await cascade.drain();
  expect(cascade.decisions('f')).toEqual(['reader:accepted', 'reader:dropped']);
});
