import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { afterChange, renumbered, standing, toControlState, versionBefore } from '../../lib/core/control/item.ts';
import { checkControlKey, keysFor } from '../../lib/core/control/keys.ts';
import { messageProblem } from '../../lib/core/control/message.ts';
import { buildGraph } from '../../lib/core/graph.ts';
import { fromLines, toLines } from '../../lib/core/json-lines.ts';
import { connectControl, control, defineControl, defineTier, model, threshold } from '../../lib/index.ts';
import { started } from '../support/started.ts';

/* What whoever sets a control is told, word for word, and what is kept of what was set. */

const START = Date.UTC(2026, 0, 1);
const setting = defineControl({
  name: 'setting',
  schema: z.object({ key: z.string().optional(), level: z.number() }),
  keyBy: ({ key }) => {
    if (key === 'bad') throw new Error('no such key');
    return key ?? '*';
  },
  beforeControl: 'drop',
});
const total = defineControl({
  name: 'total',
  schema: z.number(),
  reduce: (sum: number | undefined, more) => {
    if (more < 0) throw new Error('less');
    return (sum ?? 0) + more;
  },
  initial: 100,
  beforeControl: 'default',
});
const reading = defineTier({
  name: 'a',
  input: z.number(),
  output: z.number(),
  load: () => 1,
  predict: ({ data }) => data,
  satisfied: { score: () => 1, atLeast: 0.5 },
  exhausted: 'accept',
  controls: { setting: control<{ default: typeof setting }>('setting') },
});
const begin = () => started({ tiers: [reading], controls: [setting, total, threshold, model] as never });
type Cascade = Awaited<ReturnType<typeof begin>>;
const clientOf = (cascade: Cascade, name: string) => connectControl(name as never, { cloud: cascade.cloud });

/** The record of the one message that this sends. */
async function recordOf(cascade: Cascade, send: () => Promise<unknown>) {
  await send();
  await cascade.deliver('controls');
  return cascade.records.at(-1)!;
}

describe('a control that is applied says', () => {
  test('what was set for which key, under which version, and nothing more', async () => {
    const cascade = await begin();
    const settings = clientOf(cascade, 'setting');
    const record = await recordOf(cascade, () => settings.set({ level: 1 } as never, { key: 'oslo', version: 3 }));
    expect(record).toEqual({
      v: 1,
      at: START,
      application: 'test',
      tier: 'controls',
      version: expect.stringMatching(/^[0-9a-f]{12}$/),
      flow: 'control#setting',
      decision: 'applied',
      in: [{ id: expect.any(String), kind: 'control', ts: START }],
      attempt: 1,
      controls: { setting: 3 },
      latencyMs: 0,
      calls: { queue: 0, table: 2, object: 0 },
      reason: 'key "oslo": set as version 3',
    });
    const reasonOf = async (send: () => Promise<unknown>) => (await recordOf(cascade, send)).reason;
    expect(await reasonOf(() => settings.set({ level: 2 } as never, { version: 1 }))).toBe(
      'all keys: set as version 1',
    );
    expect(await reasonOf(() => settings.delete({ key: 'oslo', version: 4 }))).toBe('key "oslo": deleted as version 4');
    expect(await reasonOf(() => settings.restore(3, { key: 'oslo', version: 5 }))).toBe(
      'key "oslo": version 3 restored as version 5',
    );
    expect(await reasonOf(() => settings.set({ level: 9 } as never, { key: 'oslo', version: 4 }))).toBe(
      'key "oslo": version 4 comes after version 5',
    );
    expect(await reasonOf(() => settings.set({ level: 9 } as never, { key: 'oslo', version: 5 }))).toBe(
      'key "oslo": version 5 is there already, from another message',
    );
    expect(await reasonOf(() => settings.restore(3, { key: 'oslo', version: 5 }))).toBe(
      'key "oslo": version 5 was applied before',
    );
    expect(cascade.records.map(({ decision }) => decision)).toEqual([
      ...['applied', 'applied', 'applied', 'applied', 'stale', 'stale', 'duplicate'],
    ]);
    expect(await settings.history('oslo')).toEqual([
      { version: 3, at: START, id: expect.any(String), value: { level: 1 } },
      { version: 4, at: START, id: expect.any(String), deleted: true },
      { version: 5, at: START, id: expect.any(String), value: { level: 1 }, restores: 3 },
    ]);
    expect(await settings.get('oslo')).toEqual({ value: { level: 1 }, version: 5, key: 'oslo' });
    expect(await settings.get()).toEqual({ value: { level: 2 }, version: 1, key: '*' });
    expect(await settings.get('rome')).toBeUndefined();
    expect(await settings.history('rome')).toEqual([]);
  });

  test('what restoring a deletion, or what was itself restored, brings back', async () => {
    const cascade = await begin();
    const settings = clientOf(cascade, 'setting');
    await settings.set({ level: 1 } as never, { version: 1 });
    await settings.delete({ version: 2 });
    await settings.restore(1, { version: 3 });
    await settings.restore(3, { version: 4 });
    await settings.restore(2, { version: 5 });
    await cascade.drain();
    expect((await settings.history()).slice(2)).toEqual([
      { version: 3, at: START, id: expect.any(String), value: { level: 1 }, restores: 1 },
      { version: 4, at: START, id: expect.any(String), value: { level: 1 }, restores: 1 },
      { version: 5, at: START, id: expect.any(String), deleted: true, restores: 2 },
    ]);
    expect(await settings.get()).toBeUndefined();
  });

  test('a value that is made of what was there begins with the initial one, and again after a deletion', async () => {
    const cascade = await begin();
    const totals = clientOf(cascade, 'total');
    await totals.set(5 as never, { version: 1 });
    await totals.set(6 as never, { version: 2 });
    await cascade.drain();
    expect(await totals.get()).toMatchObject({ value: 111 });
    await totals.delete({ version: 3 });
    await totals.set(7 as never, { version: 4 });
    await cascade.drain();
    expect(await totals.get()).toMatchObject({ value: 107, version: 4 });
  });
});

describe('a control message is refused', () => {
  const WHERE = '(application "test", tier "controls", flow "control#';
  test.each<[string, string, (client: ReturnType<typeof clientOf>) => Promise<unknown>, string]>([
    [
      'of no control',
      'settin',
      (client) => client.set({ level: 1 } as never),
      `there is no control "settin" ${WHERE}settin")\n  → Did you mean "setting"? Controls: setting, total, threshold, model.`,
    ],
    [
      'whose value does not fit',
      'setting',
      (client) => client.set({ level: 'x' } as never),
      `the value does not fit the schema of control "setting": level: Invalid input: expected number, received string ${WHERE}setting")\n  → Correct the sender; the value before stays.`,
    ],
    [
      'whose keyBy throws',
      'setting',
      (client) => client.set({ key: 'bad', level: 1 } as never),
      `keyBy threw: no such key ${WHERE}setting")\n  → Correct keyBy, then redrive.`,
    ],
    [
      'whose reduce throws',
      'total',
      (client) => client.set(-1 as never),
      `reduce threw: less ${WHERE}total")\n  → Correct reduce, then redrive.`,
    ],
    [
      'that restores what is not kept',
      'total',
      (client) => client.restore(7),
      `version 7 of control "total" is not in its history ${WHERE}total")\n  → Send its value again: at most 20 versions are kept, and fewer large ones. The value before stays.`,
    ],
    [
      'about a tier without a threshold',
      'threshold',
      (client) => client.set({ atLeast: 1 } as never, { key: 'b' }),
      `there is no tier "b" with a threshold ${WHERE}threshold")\n  → Tiers with one: a.`,
    ],
    [
      'with a threshold that is no number',
      'threshold',
      (client) => client.set({ atLeast: '1' } as never, { key: 'a' }),
      `the value does not fit the schema of control "threshold": atLeast: must be a finite number ${WHERE}threshold")\n  → Correct the sender; the value before stays.`,
    ],
    [
      'with a model that is no reference',
      'model',
      (client) => client.set({ object: 7 } as never, { key: 'a' }),
      `the value does not fit the schema of control "model": object: must be a reference ${WHERE}model")\n  → Correct the sender; the value before stays.`,
    ],
    [
      'with a model that lies elsewhere',
      'model',
      (client) => client.set({ object: { bucket: 'b', key: 'k', size: 1, sha256: 'x' } } as never, { key: 'a' }),
      `the value does not fit the schema of control "model": object.key: must lie under models/ ${WHERE}model")\n  → Correct the sender; the value before stays.`,
    ],
    [
      'with a description that is no text',
      'model',
      (client) =>
        client.set({ object: { bucket: 'b', key: 'models/k', size: 1, sha256: 'x' }, description: 7 } as never),
      `the value does not fit the schema of control "model": description: must be a text ${WHERE}model")\n  → Correct the sender; the value before stays.`,
    ],
  ])('%s', async (_, name, send, reason) => {
    const cascade = await begin();
    await send(clientOf(cascade, name));
    await cascade.drain();
    expect(await cascade.deadLetters()).toMatchObject([
      { code: 'control-invalid', reason, attempt: 1, tier: 'controls' },
    ]);
  });

  test('by its client where the version or key cannot be', async () => {
    const settings = clientOf(await begin(), 'setting');
    for (const version of [0, -1, 1.5, Number.NaN]) {
      await expect(settings.set({ level: 1 } as never, { version })).rejects.toMatchObject({
        code: 'control-invalid',
        message:
          `version ${version} of control "setting" is no whole number from 1\n` +
          '  → Number the messages of a key upwards, or leave version out.',
        retry: 'never',
      });
    }
    await expect(settings.set({ level: 1 } as never, { key: '' })).rejects.toMatchObject({ code: 'control-invalid' });
  });

  test.each<[unknown, string | undefined]>([
    [undefined, 'brings no control'],
    [null, 'brings no control'],
    [7, 'brings no control'],
    [{ version: 1, value: 1 }, 'does not name its control'],
    [{ name: '', version: 1, value: 1 }, 'does not name its control'],
    [{ name: 7, version: 1, value: 1 }, 'does not name its control'],
    [{ name: 'a', value: 1 }, 'has version undefined, which is no whole number from 1'],
    [{ name: 'a', version: 0, value: 1 }, 'has version 0, which is no whole number from 1'],
    [{ name: 'a', version: 1.5, value: 1 }, 'has version 1.5, which is no whole number from 1'],
    [{ name: 'a', version: 1 }, 'has not exactly one of value, deleted and restores'],
    [{ name: 'a', version: 1, value: 1, deleted: true }, 'has not exactly one of value, deleted and restores'],
    [{ name: 'a', version: 1, deleted: true, restores: 1 }, 'has not exactly one of value, deleted and restores'],
    [{ name: 'a', version: 1, restores: 0 }, 'restores what is no version'],
    [{ name: 'a', version: 1, value: null }, undefined],
    [{ name: 'a', version: 1, deleted: true }, undefined],
    [{ name: 'a', version: 1, restores: 1 }, undefined],
  ])('that is %j: %s', (message, problem) => {
    expect(messageProblem(message)).toBe(problem);
  });
});

describe('keys', () => {
  const FIX = 'Use 1 to 1024 bytes of text, parts divided by "/"; "*" stands for all keys below, as in "eu/*".';
  test.each<[unknown, string]>([
    [undefined, 'is undefined, not a text'],
    [7, 'is number, not a text'],
    ['', 'is empty'],
    ['\uD800', 'is no well-formed text'],
    ['k'.repeat(1_025), 'has 1025 bytes'],
    ['*a', 'has "*" in another place than the end: "*a"'],
    ['a/*/b', 'has "*" in another place than the end: "a/*/b"'],
    ['a*', 'has "*" in another place than the end: "a*"'],
    ['*/*', 'has "*" in another place than the end: "*/*"'],
    [`*${'k'.repeat(100)}`, `has "*" in another place than the end: "*${'k'.repeat(79)}"`],
  ])('that cannot be are refused: %j', (key, problem) => {
    expect(() => checkControlKey('setting', key)).toThrow(
      expect.objectContaining({
        code: 'control-invalid',
        problem: `a key of control "setting" ${problem}`,
        fix: FIX,
        retry: 'never',
      }),
    );
  });

  test.each(['*', 'a', 'a/*', 'a/b/*', 'k'.repeat(1_024), '/', 'ü'])('that can be stay as they are: %s', (key) => {
    expect(checkControlKey('setting', key)).toBe(key);
  });

  test.each([
    ['*', ['*']],
    ['oslo', ['oslo', '*']],
    ['eu/oslo', ['eu/oslo', 'eu/*', '*']],
    ['eu/oslo/7', ['eu/oslo/7', 'eu/oslo/*', 'eu/*', '*']],
    ['eu/oslo/*', ['eu/oslo/*', 'eu/*', '*']],
    ['eu/*', ['eu/*', '*']],
    ['/a', ['/a', '*']],
  ])('are looked for from the most specific on: %s', (key, keys) => {
    expect(keysFor(key)).toEqual(keys);
  });
});

describe('what is kept of a key', () => {
  const change = (version: number, more: object = { value: version }) => ({
    version,
    at: 1,
    id: `m${version}`,
    ...more,
  });
  const kept = (...changes: readonly ReturnType<typeof change>[]) => {
    let state = toControlState(undefined);
    for (const one of changes) state = toControlState(afterChange(state, one, 3));
    return state!;
  };

  test('is its newest versions, as many as are asked for', () => {
    expect(toControlState(undefined)).toBeUndefined();
    expect(toControlState({ expiresAt: 1 })).toBeUndefined();
    const state = kept(change(1), change(2), change(4), change(5));
    expect(state.current).toEqual(change(5));
    expect(state.history).toEqual([change(2), change(4), change(5)]);
  });

  test('tells what is new from what was there and what comes too late', () => {
    const state = kept(change(1), change(3));
    expect(standing(undefined, change(1))).toBe('new');
    expect(standing(state, change(4))).toBe('new');
    expect(standing(state, change(3))).toBe('duplicate');
    expect(standing(state, change(1))).toBe('duplicate');
    expect(standing(state, { ...change(3), id: 'another' })).toBe('stale');
    expect(standing(state, change(2))).toBe('stale');
  });

  test('is numbered anew from 1, what was restored with it', () => {
    const state = kept(change(70), change(80, { deleted: true }), change(90, { value: 70, restores: 70 }));
    const numbered = toControlState(renumbered(state))!;
    expect(numbered.history).toEqual([
      { ...change(70), version: 1 },
      { ...change(80, { deleted: true }), version: 2 },
      { ...change(90, { value: 70, restores: 1 }), version: 3 },
    ]);
    const lost = toControlState(renumbered(kept(change(90, { value: 70, restores: 5 }))))!;
    expect(lost.current).toEqual({ version: 1, at: 1, id: 'm90', value: 70 });
  });

  test('knows the version before: of what is set, or of what was restored', () => {
    expect(versionBefore(kept(change(1), change(2)))?.version).toBe(1);
    expect(versionBefore(kept(change(1)))).toBeUndefined();
    expect(versionBefore(kept(change(1), change(2), change(3, { value: 2, restores: 2 })))?.version).toBe(1);
  });

  test('is lines, the last in any case, others as long as they have room', () => {
    expect(toLines(undefined)).toEqual([]);
    expect(toLines('a\nb')).toEqual(['a', 'b']);
    expect(toLines([{ a: 1 }, 2])).toEqual(['{"a":1}', '2']);
    expect(fromLines(['a', 'b', 'c'], 2, 100)).toBe('b\nc');
    expect(fromLines(['aaa', 'bbb'], 9, 8)).toBe('aaa\nbbb');
    expect(fromLines(['aaa', 'bbb'], 9, 7)).toBe('bbb');
    expect(fromLines(['aaa'], 9, 1)).toBe('aaa');
  });
});

describe('a graph with controls', () => {
  const files = (...definitions: readonly unknown[]) =>
    buildGraph(
      'app',
      definitions.map((definition, i) => ({ file: `${i}.ts`, version: String(i), definition: definition as never })),
    );
  const plain = defineTier({ name: 'b', input: z.number(), output: z.number(), predict: ({ data }) => data });

  test('says what a tier reads, and what of its own the built-in ones may be about', () => {
    const { tiers, controls } = files(reading, plain, setting, total, threshold, model);
    expect(tiers[0]!.controls).toEqual([
      { name: 'setting', beforeControl: 'drop', maxStalenessMs: 5_000 },
      { name: 'threshold', beforeControl: 'default', maxStalenessMs: 5_000 },
      { name: 'model', beforeControl: 'default', maxStalenessMs: 5_000, withHistory: true },
    ]);
    expect(tiers[1]).not.toHaveProperty('controls');
    expect(controls).toMatchObject({
      application: 'app',
      name: 'controls',
      file: '2.ts, 3.ts, 4.ts, 5.ts',
      version: expect.stringMatching(/^[0-9a-f]{12}$/),
      tiers: { threshold: ['a'], load: ['a'] },
      reads: [{ queue: 'controls', kind: 'control' }],
      deadLetters: 'controls.dlq',
      timing: { timeoutMs: 30_000, batchSize: 10, windowMs: 0, maxAttempts: 5, backoffMs: 1_000 },
      limits: { functionMs: 35_000 },
    });
    expect(controls).not.toHaveProperty('again');
    expect(controls!.version).not.toBe(files(reading, setting).controls!.version);
  });

  test('says what to do about a control that is in no file', () => {
    expect(() => files(reading)).toThrow(
      '0.ts reads control "setting", which is in no file\n' +
        "  → Define it: controls/setting.ts beside the tier's file, with defineControl as its default export.",
    );
    expect(() => files(reading, total)).toThrow(/→ Controls here: total\.$/);
    expect(() => files(plain, setting, setting)).toThrow(
      'two controls are named "setting": 1.ts and 2.ts\n  → Rename the one in 2.ts.',
    );
  });
});

test('a tier that reads a control says which, and in what way not', () => {
  const define = (ref: unknown) =>
    defineTier({ name: 'b', input: z.number(), output: z.number(), predict: () => 1, controls: { x: ref } } as never);
  for (const ref of [null, 'setting', { kind: 'tier-ref' }])
    expect(() => define(ref)).toThrow(
      `controls.x is ${JSON.stringify(ref)} and must be control<typeof import('./controls/…')>('…')`,
    );
});
