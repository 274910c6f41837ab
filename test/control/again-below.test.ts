import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';
import { LIST_PAGE } from '../../lib/core/table-list.ts';
import { connectControl, control, defineControl, defineTier } from '../../lib/index.ts';
import type { TestCascade } from '../support/cascade.ts';
import { crashing } from '../support/crash.ts';
import { started } from '../support/started.ts';
import { instanceOf } from './instances.ts';

const level = defineControl({ name: 'level', schema: z.number(), beforeControl: 'default', initial: 0 });
type Level = { default: typeof level };
const reader = (extra: object = {}) =>
  defineTier({
    name: 'reader',
    input: z.object({ key: z.string() }),
    controls: { level: control<Level>('level') },
    state: { schema: z.number(), initial: 0, keyBy: ({ data }) => data.key },
    output: z.object({ level: z.number() }),
    reevaluateOnControl: true,
    predict: async ({ data, controls }) => ({ level: (await controls.level.get(data.key)).value }),
    ...extra,
  });
const open = (options: object = {}) => started({ tiers: [reader()], controls: [level], ...options });
const levels = (cascade: TestCascade) => connectControl<Level>('level', { cloud: cascade.cloud });

/** What was said of each flow, each message once, in order: the value, and the version it was told. */
function said(cascade: TestCascade): readonly string[] {
  const lines = cascade.answers.map(({ id, flowId, output, controls }) => {
    return [id, `${flowId} ${(output as { level: number }).level} ${controls!.level}`] as const;
  });
  return [...new Map(lines).values()].sort();
}

/** One flow for each key, named like it. */
async function data(cascade: TestCascade, ...keys: readonly string[]): Promise<void> {
  for (const key of keys) await cascade.send('reader', { key }, { flowId: key });
  await cascade.drain();
}
const set = async (cascade: TestCascade, key: string, version: number, value: number): Promise<void> => {
  await levels(cascade).set(value, { key, version });
  await cascade.drain();
};

describe('data worked again when a control is applied for a wildcard', () => {
  test('the newest data of each key below it, at every depth, and of no other', async () => {
    const cascade = await open();
    await data(cascade, 'eu/oslo', 'eu/lima/7', 'eu', 'europe/x', 'us/1');
    await set(cascade, 'eu/*', 1, 10);
    expect(said(cascade)).toEqual(
      ['eu 0 0', 'eu/lima/7 0 0', 'eu/lima/7 10 1', 'eu/oslo 0 0', 'eu/oslo 10 1', 'europe/x 0 0', 'us/1 0 0'].sort(),
    );
    const again = cascade.records.findLast(({ flow, tier }) => tier === 'reader' && flow === 'eu/oslo');
    expect(again?.reason).toBe('again: version 1 of control "level", set for "eu/*", counts for key "eu/oslo"');
    expect(await cascade.deadLetters()).toEqual([]);
  });

  test('no key for which something nearer is set, be it another wildcard', async () => {
    const cascade = await open();
    await set(cascade, 'eu/oslo', 1, 1);
    await set(cascade, 'us/*', 1, 2);
    await data(cascade, 'eu/oslo', 'us/1', 'asia');
    await set(cascade, '*', 7, 10);
    expect(said(cascade)).toEqual(['asia 0 0', 'asia 10 7', 'eu/oslo 1 1', 'us/1 2 1']);
    const passed = cascade.records.filter(({ reason }) => reason?.includes('set for "*"'));
    expect(passed.map(({ reason }) => reason).sort()).toEqual([
      'again: version 7 of control "level", set for "*", counts for key "asia"',
      'again: version 7 of control "level", set for "*", counts for key "eu/oslo": what is set for "eu/oslo" counts',
      'again: version 7 of control "level", set for "*", counts for key "us/1": what is set for "us/*" counts',
    ]);
  });

  test('its deletion, with what counts then: the wildcard above it, and in the end nothing', async () => {
    const cascade = await open();
    await set(cascade, '*', 3, 30);
    await set(cascade, 'eu/*', 1, 10);
    await data(cascade, 'eu/oslo');
    await levels(cascade).delete({ key: 'eu/*', version: 2 });
    await cascade.drain();
    expect(said(cascade)).toEqual(['eu/oslo 10 1', 'eu/oslo 30 3']);
    await levels(cascade).delete({ key: '*', version: 4 });
    await cascade.drain();
    expect(said(cascade)).toEqual(['eu/oslo 0 0', 'eu/oslo 10 1', 'eu/oslo 30 3']);
  });

  test('a key whose own control is deleted is worked with the wildcard as it is now, whatever an instance remembers', async () => {
    const cascade = await open();
    await set(cascade, '*', 1, 10);
    await data(cascade, 'other');
    await set(cascade, 'a', 1, 1);
    await data(cascade, 'a');
    // The instance remembers version 1 of the wildcard; this asks for `a` in vain, as `a` has its own.
    await set(cascade, '*', 2, 20);
    await levels(cascade).delete({ key: 'a', version: 2 });
    await cascade.drain();
    expect(said(cascade)).toEqual(['a 1 1', 'a 20 2', 'other 10 1', 'other 20 2']);
  });

  test('from then on no instance decides on data of these keys with an older version, however fresh its memory', async () => {
    const cascade = await open();
    await set(cascade, '*', 1, 10);
    await data(cascade, 'a');
    const other = instanceOf(cascade);
    await cascade.send('reader', { key: 'a' }, { flowId: 'b' });
    await other.deliver();
    await set(cascade, '*', 2, 20);
    await cascade.send('reader', { key: 'a' }, { flowId: 'c' });
    await other.deliver();
    await cascade.drain();
    expect(said(cascade)).toEqual(['a 10 1', 'b 10 1', 'b 20 2', 'c 20 2']);
  });

  test('where newer data was decided with the version already, or a later one is there, nothing happens', async () => {
    const cascade = await open();
    await data(cascade, 'a', 'b');
    await levels(cascade).set(10, { key: '*', version: 1 });
    await levels(cascade).set(20, { key: '*', version: 2 });
    await cascade.deliver('controls');
    cascade.clock.advance(5_000);
    await cascade.send('reader', { key: 'a' }, { flowId: 'newer' });
    await cascade.deliver('reader');
    await cascade.drain();
    expect(said(cascade)).toEqual(['a 0 0', 'b 0 0', 'b 20 2', 'newer 20 2']);
    const looks = cascade.records.filter(({ reason }) => reason?.startsWith('version '));
    expect(looks.map(({ decision, reason }) => `${decision}: ${reason}`)).toEqual([
      'stale: version 1 for "*": version 2 counts',
      'applied: version 2 for "*": asked for 1 of the keys below to be worked again',
    ]);
  });

  test('a key that is new while keys are looked for: its first data is worked again, though nobody found it', async () => {
    const cascade = await open();
    await set(cascade, '*', 1, 10);
    const stale = instanceOf(cascade);
    await cascade.send('reader', { key: 'known' }, { flowId: 'known' });
    await stale.deliver();
    await set(cascade, '*', 2, 20);
    // It remembers version 1 for some seconds yet, and the keys below have been found.
    await cascade.send('reader', { key: 'new' }, { flowId: 'new' });
    await stale.deliver();
    await cascade.drain();
    expect(said(cascade)).toEqual(['known 10 1', 'known 20 2', 'new 10 1', 'new 20 2']);
  });

  test('nor does a process that dies around any of its calls with the first data of a key', async () => {
    const play = async (crash: ReturnType<typeof crashing>): Promise<readonly string[]> => {
      const cascade = await open({ wrap: crash.wrap });
      await set(cascade, '*', 1, 10);
      await data(cascade, 'known');
      await levels(cascade).set(20, { key: '*', version: 2 });
      while ((await cascade.deliver('controls')) > 0);
      // What asks for the known key is under way somewhere, and nobody will look for keys any more.
      await cascade.cloud.queue('reader').receive({ max: 10, visibilityMs: 1_000, waitMs: 0 });
      await cascade.send('reader', { key: 'new' }, { flowId: 'new' });
      await crash.drain(cascade);
      return said(cascade);
    };
    const clean = crashing();
    const all = ['known 10 1', 'known 20 2', 'new 10 1', 'new 20 2'];
    expect(await play(clean)).toEqual(all);
    for (let at = 1; at <= clean.calls(); at += 1) {
      for (const when of ['before', 'after'] as const) {
        const after = await play(crashing({ at, when }));
        // Having died before it was kept, it comes again when the instance remembers nothing any more.
        const fresh = all.filter((one) => one !== 'new 10 1');
        expect([
          [at, when, all],
          [at, when, fresh],
        ]).toContainEqual([at, when, after]);
      }
    }
  });

  test('a control that its task asks for under another key, or not at all, is no reason to work it twice', async () => {
    const rule = (name: string) => defineControl({ name, schema: z.number(), beforeControl: 'default', initial: 0 });
    const [other, unread] = [rule('other'), rule('unread')];
    const more = {
      controls: {
        level: control<Level>('level'),
        other: control<{ default: typeof other }>('other'),
        unread: control<{ default: typeof unread }>('unread'),
      },
      predict: async ({
        controls,
      }: {
        controls: Record<string, { get(key: string): Promise<{ value: number }> }>;
      }) => ({
        level: (await controls.other!.get('x')).value,
      }),
    };
    const cascade = await open({ tiers: [reader(more)], controls: [level, other, unread] });
    for (const name of ['level', 'other', 'unread'])
      for (const key of ['*', 'x']) {
        await connectControl<Level>(name as 'level', { cloud: cascade.cloud }).set(7, { key, version: 3 });
      }
    await cascade.drain();
    await cascade.send('reader', { key: 'a' }, { flowId: 'a' });
    await cascade.deliver('reader', { times: 2 });
    await cascade.drain();
    expect(cascade.decisions('a')).toEqual(['reader:accepted', 'reader:accepted']);
    expect(new Set(cascade.answers.map(({ id }) => id)).size).toBe(1);
  });

  test('nor does a deletion that such a key did not hear of pass it by', async () => {
    const cascade = await open();
    await set(cascade, '*', 1, 10);
    const stale = instanceOf(cascade);
    await cascade.send('reader', { key: 'known' }, { flowId: 'known' });
    await stale.deliver();
    await levels(cascade).delete({ key: '*', version: 2 });
    await cascade.drain();
    await cascade.send('reader', { key: 'new' }, { flowId: 'new' });
    await stale.deliver();
    await cascade.drain();
    expect(said(cascade)).toEqual(['known 0 0', 'known 10 1', 'new 0 0', 'new 10 1']);
  });

  test('a process that dies before or after any of its calls leaves out no key and doubles none', async () => {
    const play = async (crash: ReturnType<typeof crashing>): Promise<readonly string[]> => {
      const cascade = await open({ wrap: crash.wrap });
      await set(cascade, '*', 1, 10);
      await set(cascade, 'b', 1, 1);
      await data(cascade, 'a', 'b');
      await levels(cascade).set(20, { key: '*', version: 2 });
      await crash.drain(cascade);
      return said(cascade);
    };
    const clean = crashing();
    expect(await play(clean)).toEqual(['a 10 1', 'a 20 2', 'b 1 1']);
    expect(clean.calls()).toBeGreaterThan(12);
    for (let at = 1; at <= clean.calls(); at += 1) {
      for (const when of ['before', 'after'] as const) {
        expect([at, when, await play(crashing({ at, when }))]).toEqual([at, when, ['a 10 1', 'a 20 2', 'b 1 1']]);
      }
    }
  });

  test('while the log is away nothing goes on, however often it is tried', async () => {
    let away = false;
    const wrap = (cloud: TestCascade['cloud']): TestCascade['cloud'] => ({
      ...cloud,
      decisions: {
        ...cloud.decisions,
        write: (records) => (away ? Promise.reject(new Error('the log is away')) : cloud.decisions.write(records)),
      },
    });
    const cascade = await open({ wrap });
    const keys = Array.from({ length: LIST_PAGE + 1 }, (_, i) => `state#reader#k${i}`);
    await Promise.all(keys.map((key) => cascade.cloud.table.update({ key, set: { version: 1, value: 0 } })));
    await levels(cascade).set(10, { key: '*', version: 1 });
    await cascade.deliver('controls');
    away = true;
    const lying = async () => {
      const { ready, delayed } = await cascade.cloud.queue('controls').depth();
      return ready + delayed;
    };
    expect(await lying()).toBe(1);
    for (let i = 0; i < 5; i += 1) {
      expect(await cascade.deliver('controls')).toBe(1);
      cascade.clock.advance(900_000);
    }
    expect(await lying()).toBe(1);
    away = false;
    while ((await cascade.deliver('controls')) > 0);
    expect(
      cascade.records.filter(({ reason }) => reason?.startsWith('version 1 for')).map((one) => one.reason),
    ).toEqual([
      'version 1 for "*": asked for 1000 of the keys below to be worked again, and goes on',
      'version 1 for "*", further on: asked for 1 of the keys below to be worked again',
    ]);
  });

  test('messages that look for keys and are delivered again ask again, and the same outputs come of it', async () => {
    const cascade = await open();
    await data(cascade, 'a', 'b');
    await levels(cascade).set(10, { key: '*', version: 1 });
    await cascade.drain({ times: 3 });
    expect(said(cascade)).toEqual(['a 0 0', 'a 10 1', 'b 0 0', 'b 10 1']);
  });

  test.each(['memory', 'folder'])(
    'more keys than one message may look at (%s): it goes on with another',
    async (where) => {
      const dir = where === 'memory' ? ':memory:' : mkdtempSync(join(tmpdir(), 'sluice-below-'));
      if (where === 'folder') onTestFinished(() => rmSync(dir, { recursive: true }));
      const cascade = await open({ dir });
      const count = 2 * LIST_PAGE + 7;
      const body = JSON.stringify({ v: 1, id: 'x', flow: 'f', kind: 'data', from: { name: 'x', version: '1' }, ts: 0 });
      const items = Array.from({ length: count }, (_, i) => `state#reader#k${i}`);
      await Promise.all(
        items.map((key) => cascade.cloud.table.update({ key, set: { version: 1, value: 0, newest: { ts: 0, body } } })),
      );
      await cascade.cloud.table.update({ key: 'state#readers#k', set: { version: 1, value: 0 } });
      await levels(cascade).set(10, { key: '*', version: 1 });
      while ((await cascade.deliver('controls')) > 0);
      const asked = cascade.records.filter(({ reason }) => reason?.startsWith('version 1 for'));
      expect(asked.map(({ reason }) => reason)).toEqual([
        'version 1 for "*": asked for 1000 of the keys below to be worked again, and goes on',
        'version 1 for "*", further on: asked for 1000 of the keys below to be worked again, and goes on',
        'version 1 for "*", further on: asked for 7 of the keys below to be worked again',
      ]);
      expect((await cascade.cloud.queue('reader').depth()).ready).toBe(count);
      // A page, the control, and a message for each key; the one that goes on comes after the record.
      expect(asked[1]!.calls).toEqual({ queue: 1_000, table: 2, object: 0 });
    },
  );

  test('several tiers are found by one look, each asked for the keys that it keeps', async () => {
    const second = { ...reader({ name: 'second' }) };
    const cascade = await open({ tiers: [reader(), second] });
    await data(cascade, 'a');
    await cascade.send('second', { key: 'b' }, { flowId: 'b' });
    await cascade.drain();
    await set(cascade, '*', 1, 10);
    expect(said(cascade)).toEqual(['a 0 0', 'a 10 1', 'b 0 0', 'b 10 1']);
  });

  test('a tier with one state for all, under the key that stands for all', async () => {
    const cascade = await open();
    await data(cascade, '*');
    await set(cascade, '*', 1, 10);
    expect(said(cascade)).toEqual(['* 0 0', '* 10 1']);
  });

  test('an application none of whose tiers asks for it looks for nothing', async () => {
    const cascade = await open({ tiers: [reader({ reevaluateOnControl: false })] });
    await data(cascade, 'a');
    await set(cascade, '*', 1, 10);
    expect(said(cascade)).toEqual(['a 0 0']);
    expect(cascade.decisions('control#level')).toEqual(['controls:applied']);
  });

  test('forged ones ask for nothing that the table does not say', async () => {
    const cascade = await open();
    await data(cascade, 'a');
    await set(cascade, '*', 1, 10);
    const before = said(cascade);
    const forged = (queue: string, kind: string, again: object) =>
      cascade.put(
        queue,
        JSON.stringify({ v: 1, id: 'x', flow: 'x', kind, from: { name: 'x', version: '1' }, ts: 0, again }),
      );
    await forged('controls', 'control', { control: 'level', key: '*', version: 9 });
    await forged('controls', 'control', { control: 'level', key: '*', version: 1, after: 'zzz' });
    await forged('controls', 'control', { control: 'level', key: 'a', version: 1 });
    await forged('controls', 'control', { control: 'levle', key: '*', version: 1 });
    await forged('controls', 'control', { control: 'level', key: '*', version: 1, after: 7 });
    await forged('reader', 'data', { control: 'level', key: 'a', version: 1, under: 'b/*' });
    await forged('reader', 'data', { control: 'level', key: 'a', version: 9, under: '*' });
    await cascade.drain();
    expect(said(cascade)).toEqual(before);
    const letters = await cascade.deadLetters();
    expect(letters.map(({ tier, code }) => `${tier} ${code}`).sort()).toEqual([
      'controls envelope-invalid',
      'controls envelope-invalid',
      'controls envelope-invalid',
      'reader envelope-invalid',
    ]);
  });
});
