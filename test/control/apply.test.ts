import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import setting from '../../functions/thermostat/controls/setting.ts';
import thermostat from '../../functions/thermostat/thermostat.ts';
import type { ControlMessage } from '../../lib/core/control/message.ts';
import { connectControl, defineControl } from '../../lib/index.ts';
import type { TestCascade } from '../support/cascade.ts';
import { crashing } from '../support/crash.ts';
import { faults } from '../support/faults.ts';
import { started } from '../support/started.ts';

const total = defineControl({
  name: 'total',
  schema: z.object({ add: z.number() }),
  reduce: (current: number | undefined, { add }) => (current ?? 0) + add,
  initial: 100,
  beforeControl: 'default',
  history: 3,
});
type Total = { default: typeof total };
type Setting = { default: typeof setting };

const begin = (extra: Partial<Parameters<typeof started>[0]> = {}): Promise<TestCascade> =>
  started({ tiers: [thermostat], controls: [setting, total], ...extra });
const settings = ({ cloud }: TestCascade) => connectControl<Setting>('setting', { cloud });
const totals = ({ cloud }: TestCascade) => connectControl<Total>('total', { cloud });
const value = (desired: number, sensorID = '1') => ({ sensorID, desired, upDelta: 1, downDelta: 1 });
const circle: unknown[] = [];
circle.push(circle);
const decisions = (cascade: TestCascade): readonly string[] => cascade.records.map(({ decision }) => decision);

/** A control message as a stranger to the client could send it. */
function put(cascade: TestCascade, control: Partial<ControlMessage> | undefined, kind = 'control'): Promise<void> {
  const envelope = { v: 1, id: 'm', flow: 'control#setting', kind, from: { name: 'x', version: '1' }, ts: 0, control };
  return cascade.put('controls', JSON.stringify(envelope));
}

describe('a control message', () => {
  test('is kept for the key its value names, logged under its control, and sends nothing', async () => {
    const cascade = await begin();
    const { version } = await settings(cascade).set(value(45));
    await cascade.drain();
    expect(version).toBe(cascade.clock.now());
    expect(await settings(cascade).get('1')).toEqual({ value: value(45), version, key: '1' });
    expect(cascade.records).toEqual([
      expect.objectContaining({
        tier: 'controls',
        decision: 'applied',
        flow: 'control#setting',
        controls: { setting: version },
      }),
    ]);
    expect(cascade.calls).toMatchObject({ queue: 1 });
  });

  test('of one client never shares its version with the next, however quickly that follows', async () => {
    const cascade = await begin();
    const client = settings(cascade);
    const sent = await client.setBatch([1, 2, 3].map((desired) => ({ value: value(desired) })));
    expect(new Set(sent.map(({ version }) => version)).size).toBe(3);
    await cascade.drain();
    expect((await client.get('1'))?.value).toMatchObject({ desired: 3 });
  });

  test.each<[string, Partial<ControlMessage> | undefined, string, RegExp]>([
    [
      'whose value does not fit',
      { name: 'setting', version: 1, value: { sensorID: '1' } },
      'control-invalid',
      /desired/,
    ],
    ['of no control', { name: 'seting', version: 1, value: 1 }, 'control-invalid', /Did you mean "setting"\?/],
    [
      'with a key of 10 kB',
      { name: 'setting', version: 1, key: 'k'.repeat(10_240), value: value(1) },
      'control-invalid',
      /10240 bytes/,
    ],
    [
      'with a key of 10 kB in its value',
      { name: 'setting', version: 1, value: value(1, 'k'.repeat(10_240)) },
      'control-invalid',
      /10240 bytes/,
    ],
    [
      'that restores what is not kept',
      { name: 'setting', version: 9, restores: 4 },
      'control-invalid',
      /version 4 .* not in its history/,
    ],
    ['without a version', { name: 'setting', value: value(1) }, 'envelope-invalid', /no whole number from 1/],
    ['of version 0', { name: 'setting', version: 0, value: value(1) }, 'envelope-invalid', /no whole number from 1/],
    [
      'of a version that is no whole number',
      { name: 'setting', version: 1.5, value: value(1) },
      'envelope-invalid',
      /1\.5/,
    ],
    ['that says nothing', { name: 'setting', version: 1 }, 'envelope-invalid', /exactly one/],
    [
      'that says two things',
      { name: 'setting', version: 1, value: 1, deleted: true },
      'envelope-invalid',
      /exactly one/,
    ],
    ['without a control', undefined, 'envelope-invalid', /brings no control/],
  ])('%s goes to the dead letters at once, and the value before stays', async (_, message, code, says) => {
    const cascade = await begin();
    await settings(cascade).set(value(45), { version: 3 });
    await cascade.drain();
    await put(cascade, message);
    await cascade.drain();
    expect(await cascade.deadLetters()).toEqual([expect.objectContaining({ tier: 'controls', code, attempt: 1 })]);
    expect((await cascade.deadLetters())[0]!.reason).toMatch(says);
    expect(await settings(cascade).get('1')).toMatchObject({ version: 3 });
  });

  test('data on the control queue, and a control on a data queue, go to the dead letters', async () => {
    const cascade = await begin();
    await put(cascade, undefined, 'data');
    const envelope = { v: 1, id: 'm', flow: 'f', kind: 'control', from: { name: 'x', version: '1' }, ts: 0 };
    await cascade.put(
      'thermostat',
      JSON.stringify({ ...envelope, control: { name: 'setting', version: 1, value: value(1) } }),
    );
    await cascade.drain();
    expect((await cascade.deadLetters()).map(({ tier, code }) => [tier, code]).sort()).toEqual([
      ['controls', 'envelope-invalid'],
      ['thermostat', 'envelope-invalid'],
    ]);
  });

  test('of a lower version, or of the same one by another writer, is passed over, and the log says so', async () => {
    const cascade = await begin();
    const client = settings(cascade);
    for (const [desired, version] of [
      [45, 5],
      [44, 4],
      [46, 5],
      [45, 5],
    ] as const) {
      await client.set(value(desired), { version });
      await cascade.drain();
    }
    expect(decisions(cascade)).toEqual(['applied', 'stale', 'stale', 'duplicate']);
    expect(cascade.records.map(({ reason }) => reason)).toEqual([
      'key "1": set as version 5',
      'key "1": version 4 comes after version 5',
      'key "1": version 5 is there already, from another message',
      'key "1": version 5 was applied before',
    ]);
    expect(await client.get('1')).toMatchObject({ value: value(45), version: 5 });
  });

  test('of one version from two writers at the same moment: one of them counts, and the other is told to be late', async () => {
    const cascade = await begin();
    for (const desired of [45, 50]) await settings(cascade).set(value(desired), { version: 7 });
    // Two instances of the function, one message each.
    await Promise.all([1, 2].map(() => cascade.deliver('controls', { max: 1, times: 2, together: true })));
    const [applied, ...more] = cascade.records.filter(({ decision }) => decision === 'applied');
    expect(more).toEqual([]);
    const kept = await settings(cascade).history('1');
    expect(kept).toHaveLength(1);
    expect(applied!.in[0]!.id).toBe(kept[0]!.id);
    const late = cascade.records.filter(({ decision }) => decision === 'stale');
    expect(late.map(({ reason }) => reason)).toEqual(
      [1, 2].map(() => 'key "1": version 7 is there already, from another message'),
    );
  });

  test.each([
    ['a key that cannot be', () => ({ key: 'a*b' })],
    ['a version that goes below 1', () => ({ version: 0 })],
  ])('with %s is refused by the client', async (_, options) => {
    const cascade = await begin();
    await expect(settings(cascade).set(value(1), options())).rejects.toMatchObject({ code: 'control-invalid' });
  });
});

describe('reduce', () => {
  test('makes the value of what was there and what came, beginning with the initial one; each message once', async () => {
    const cascade = await begin();
    const client = totals(cascade);
    for (let version = 1; version <= 4; version += 1) await client.set({ add: version }, { version });
    await cascade.drain({ times: 3 });
    expect(await client.get()).toEqual({ value: 110, version: 4, key: '*' });
    expect((await client.history()).map((one) => one.value)).toEqual([103, 106, 110]);
  });

  test('goes back to the value of an earlier version, and on from there', async () => {
    const cascade = await begin();
    const client = totals(cascade);
    for (let version = 1; version <= 3; version += 1) await client.set({ add: version }, { version });
    await client.restore(2, { version: 4 });
    await client.set({ add: 10 }, { version: 5 });
    await cascade.drain();
    expect(await client.get()).toMatchObject({ value: 113 });
    expect((await client.history()).map(({ version, restores }) => [version, restores])).toEqual([
      [3, undefined],
      [4, 2],
      [5, undefined],
    ]);
  });

  test('that throws sends its message to the dead letters', async () => {
    const bad = defineControl({
      name: 'total',
      schema: z.number(),
      reduce: (): number => {
        throw new Error('boom');
      },
      beforeControl: 'drop',
    });
    const cascade = await begin({ controls: [setting, bad] });
    await connectControl<{ default: typeof bad }>('total', { cloud: cascade.cloud }).set(1);
    await cascade.drain();
    expect((await cascade.deadLetters())[0]!.reason).toMatch(/reduce threw: boom/);
  });

  test.each<[string, unknown, RegExp]>([
    ['nothing', undefined, /what reduce returned is no JSON: it is undefined/],
    ['a BigInt', 1n, /it is a bigint/],
    ['a number that JSON has no word for', { sums: { north: Number.NaN } }, /has NaN at "north"/],
    ['a promise', Promise.resolve(1), /it is a Promise/],
    ['what would come back as another thing', { by: new Map() }, /a Map at "by"/],
    ['a function', { by: () => 1 }, /a function at "by"/],
    ['a circle', circle, /circular/],
  ])(
    'that returns %s sends its message to the dead letters at once, and the value before stays',
    async (_, made, says) => {
      const odd = defineControl({
        name: 'total',
        schema: z.number(),
        reduce: (_: unknown, add): unknown => (add === 0 ? made : add),
        beforeControl: 'drop',
      });
      const cascade = await begin({ controls: [setting, odd] });
      const client = connectControl<{ default: typeof odd }>('total', { cloud: cascade.cloud });
      for (const [i, add] of [7, 0].entries()) await client.set(add, { version: i + 1 });
      await cascade.drain();
      expect(await cascade.deadLetters()).toEqual([
        expect.objectContaining({ code: 'control-invalid', attempt: 1, reason: expect.stringMatching(says) }),
      ]);
      expect(await client.get()).toMatchObject({ value: 7, version: 1 });
    },
  );

  test('goes on from null as from any other value', async () => {
    const last = defineControl({
      name: 'total',
      schema: z.number(),
      reduce: (current: number | null, next): number | null => (next === 0 ? null : (current ?? 100) + next),
      initial: 1,
      beforeControl: 'default',
    });
    const cascade = await begin({ controls: [setting, last] });
    const client = connectControl<{ default: typeof last }>('total', { cloud: cascade.cloud });
    for (const [i, next] of [0, 2].entries()) await client.set(next, { version: i + 1 });
    await cascade.drain();
    expect((await client.history()).map(({ value }) => value)).toEqual([null, 102]);
  });
});

describe('faults', () => {
  test('a process that dies before or after any of its calls loses no control and keeps none twice', async () => {
    const clean = crashing();
    const whole = await begin({ wrap: clean.wrap });
    await totals(whole).set({ add: 1 }, { version: 1 });
    await clean.drain(whole);
    for (let at = 1; at <= clean.calls(); at += 1) {
      for (const when of ['before', 'after'] as const) {
        const crash = crashing({ at, when });
        const cascade = await begin({ wrap: crash.wrap });
        await totals(cascade).set({ add: 1 }, { version: 1 });
        await crash.drain(cascade);
        expect(await totals(cascade).get()).toMatchObject({ value: 101, version: 1 });
        expect(decisions(cascade).filter((one) => one !== 'retried')).toContainEqual(
          expect.stringMatching(/applied|duplicate/),
        );
      }
    }
    expect(clean.calls()).toBeGreaterThan(2);
  });

  test('a table that is away dead-letters no control', async () => {
    const broken = faults();
    const cascade = await begin({ wrap: broken.wrap });
    await totals(cascade).set({ add: 1 }, { version: 1 });
    broken.down('table');
    for (let i = 0; i < 15; i += 1) {
      await cascade.deliver('controls');
      cascade.clock.advance(20_000);
    }
    broken.down();
    await cascade.drain();
    expect(await cascade.deadLetters()).toEqual([]);
    expect(await totals(cascade).get()).toMatchObject({ value: 101 });
  });

  test('a history of large values gives way, so that the newest always fits', async () => {
    const text = defineControl({ name: 'text', schema: z.string(), beforeControl: 'drop', history: 100 });
    const cascade = await begin({ controls: [setting, text] });
    const client = connectControl<{ default: typeof text }>('text', { cloud: cascade.cloud });
    for (let version = 1; version <= 20; version += 1) await client.set('x'.repeat(30_000), { version });
    await cascade.drain();
    expect(await client.get()).toMatchObject({ version: 20 });
    expect((await client.history()).map(({ version }) => version)).toEqual([18, 19, 20]);
  });

  test.each<[string, number, string, readonly number[]]>([
    ['the one before stays, so that a rollback finds it', 60_000, 'x', [8, 9]],
    ['the one before stays, however they are written', 40_000, '"', [8, 9]],
    ['where an item cannot hold both, the newest stays', 210_000, 'x', [9]],
  ])('of values so large that few fit, %s; the log says so', async (_, chars, char, kept) => {
    const text = defineControl({ name: 'text', schema: z.string(), beforeControl: 'drop' });
    const cascade = await begin({ controls: [setting, text] });
    const client = connectControl<{ default: typeof text }>('text', { cloud: cascade.cloud });
    for (let version = 1; version <= 9; version += 1) await client.set(char.repeat(chars), { version });
    await cascade.drain();
    expect(await cascade.deadLetters()).toEqual([]);
    expect((await client.history()).map(({ version }) => version)).toEqual(kept);
    const told = (n: number): string => `all keys: set as version ${n}; its history is shortened to ${kept.length}`;
    const whole = kept.length === 1 ? 1 : 2;
    expect(cascade.records.map(({ reason }) => reason)).toEqual([
      ...Array.from({ length: whole }, (_, i) => `all keys: set as version ${i + 1}`),
      ...Array.from({ length: 9 - whole }, (_, i) => told(i + whole + 1)),
    ]);
  });

  test('a short history of small values is as short as it should be, and nobody is told', async () => {
    const cascade = await begin();
    for (let version = 1; version <= 5; version += 1) await totals(cascade).set({ add: version }, { version });
    await cascade.drain();
    expect(cascade.records.at(-1)!.reason).toBe('all keys: set as version 5');
    await totals(cascade).restore(1, { version: 6 });
    await cascade.drain();
    expect((await cascade.deadLetters())[0]!.reason).toMatch(/version 1 .* not in its history.*\n {2}→ .* 3 versions/);
  });

  test('many controls at once all count, one write and one read for each', async () => {
    const cascade = await begin();
    const client = settings(cascade);
    const most = 2_000;
    for (let from = 0; from < most; from += 500) {
      await client.setBatch(
        Array.from({ length: 500 }, (_, i) => ({ value: value(i, String((from + i) % 100)), version: from + i + 1 })),
      );
    }
    cascade.calls.table = 0;
    await cascade.drain();
    expect(cascade.calls.table).toBe(2 * most);
    expect(new Set(decisions(cascade))).toEqual(new Set(['applied']));
  });
});
