import { afterAll, describe, expect, it } from 'vitest';
import { LIMIT, scaleTier } from './controlled.ts';
import { newProject } from './project.ts';
import { TEXTS } from './texts.ts';

const project = newProject({
  'functions/texts/scale.ts': scaleTier('workers: 1,'),
  'functions/texts/controls/model.ts': `export { model as default } from 'sluice';\n`,
  'seven.txt': '7',
  ...TEXTS,
  'functions/texts/controls/limit.ts': LIMIT,
  'functions/texts/controls/threshold.ts': `export { threshold as default } from 'sluice';\n`,
});
afterAll(() => project.remove());

const control = (...args: readonly string[]): ReturnType<typeof project.sluice> => project.sluice(['control', ...args]);
const limit = (most: number): string => JSON.stringify({ shop: 'north', most });

describe('sluice control', { timeout: 60_000 }, () => {
  it('refuses what cannot be, before it sends anything', async () => {
    expect(await control('set', 'limt', limit(1))).toMatchObject({ code: 3, err: expect.stringContaining('"limit"') });
    expect(await control('set', 'limit', '{"shop":"north"}')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/most[\s\S]*→ Correct the value, or the schema/),
    });
    expect(await control('set', 'threshold', '{"atLeast":1}', '--tier', 'quik')).toMatchObject({
      code: 3,
      err: expect.stringContaining('"quick"'),
    });
    expect((await control('set', 'limit', limit(1), '--as', '0')).code).toBe(2);
    expect((await control('set', 'limit', limit(1), '--key', 'a', '--tier', 'b')).code).toBe(2);
    expect((await control('get', 'limit', '--key', 'north')).code).toBe(3);
    const noTier = {
      code: 3,
      err: expect.stringContaining('no tier "quik" with a threshold\n  → Did you mean "quick"?'),
    };
    for (const command of ['get', 'history', 'rollback', 'delete'])
      expect(await control(command, 'threshold', '--tier', 'quik')).toMatchObject(noTier);
    const noJson = await control('set', 'limit', 'abc');
    expect(noJson).toMatchObject({ code: 2, err: expect.stringContaining('the value is not JSON') });
    expect(noJson.err).not.toContain('"text"');
    expect((await control('history', 'limit')).code).toBe(3);
    expect((await control('rollback', 'limit')).code).toBe(3);
    expect((await control('renumber', 'limit')).code).toBe(3);
  });

  it('leaves a message for the runner to come, and says so', async () => {
    const { code, json, err } = await control('set', 'limit', limit(1), '--json');
    expect(code).toBe(0);
    expect(json).toMatchObject([{ control: 'limit', key: 'north', version: 1, applied: false }]);
    expect(err).toContain('nothing runs on');
  });

  it('sets, shows, lists, goes back and deletes while an application runs', async () => {
    const dev = project.start(['dev', '--no-watch']);
    await dev.until('texts');
    try {
      expect((await control('set', 'threshold', '{"atLeast":0.4}', '--key', '*')).code).toBe(0);
      expect((await control('get', 'threshold', '--tier', 'quick')).code).toBe(0);
      expect((await control('get', 'threshold', '--tier', 'quik')).code).toBe(3);
      expect((await control('set', 'limit', limit(2))).out).toContain('set: limit of north is at version 2');
      expect((await control('set', 'limit', limit(3), '--key', '*', '--json')).json).toMatchObject([
        { key: '*', version: 1, applied: true },
      ]);
      expect((await control('get', 'limit', '--key', 'north', '--json')).json).toMatchObject([
        { key: 'north', version: 2, value: { most: 2 } },
      ]);
      expect((await control('get', 'limit', '--key', 'south')).out).toMatch(/version 1, .*set for all keys/);
      const late = await control('set', 'limit', limit(9), '--as', '1');
      expect(late).toMatchObject({ code: 1, err: expect.stringContaining('came before this one') });
      expect((await control('rollback', 'limit', '--key', 'north')).out).toContain('back to version 1');
      const [listed] = (await control('history', 'limit', '--key', 'north', '--json')).json;
      expect(listed).toMatchObject({
        history: [
          { version: 1, value: { most: 1 } },
          { version: 2, value: { most: 2 } },
          { version: 3, value: { most: 1 }, restores: 1 },
        ],
      });
      expect((await control('rollback', 'limit', '--key', 'north')).code).toBe(2);
      expect((await control('rollback', 'limit', '--key', 'north', '--to', '2')).code).toBe(0);
      const keysOf = async (...args: readonly string[]) =>
        (await control('ls', ...args, '--json')).json.map((one) => {
          const { control: of, key, version } = one as { control: string; key: string; version: number };
          return `${of} ${key} ${version}`;
        });
      expect((await keysOf()).sort()).toEqual(['limit * 1', 'limit north 4', 'threshold * 1']);
      expect(await keysOf('limit', '--prefix', 'nor')).toEqual(['limit north 4']);
      expect(await keysOf('--prefix', 'nor')).toEqual(['limit north 4']);
      expect((await control('ls', 'limit', '--json')).json).toContainEqual({
        control: 'limit',
        key: 'north',
        version: 4,
        at: expect.any(Number),
        value: { shop: 'north', most: 2 },
      });
      const { out } = await control('ls');
      expect(out).toMatch(/control +key +version +since +value\n +limit +\* +1 .*\n +limit +north +4 .*"most":2/);
      expect((await control('ls', 'limit', '--prefix', 'x')).out).toContain('nothing is set');
      expect(await control('ls', 'limt')).toMatchObject({ code: 3, err: expect.stringContaining('"limit"') });
      expect((await control('delete', 'limit', '--key', 'north')).out).toContain('deleted');
      expect(await keysOf('limit')).toEqual(['limit * 1']);
      expect((await control('get', 'limit', '--key', 'north', '--json')).json).toMatchObject([
        { key: '*', value: { most: 3 } },
      ]);
      const highest = ['--as', String(Number.MAX_SAFE_INTEGER)];
      expect((await control('set', 'limit', limit(9), ...highest)).code).toBe(0);
      const frozen = await control('delete', 'limit', '--key', 'north');
      expect(frozen).toMatchObject({ code: 1, err: expect.stringContaining('control renumber limit --key north') });
      const renumbered = await control('renumber', 'limit', '--key', 'north', '--json');
      expect(renumbered.json).toEqual([{ control: 'limit', key: 'north', version: 6 }]);
      expect((await control('delete', 'limit', '--key', 'north')).out).toContain('version 7');
      expect((await control('set', 'threshold', '{"atLeast":0.9}', '--tier', 'quick')).code).toBe(0);
      // The tier has read nothing yet, so the new threshold counts from its first flow on.
      await project.sluice(['send', 'quick', '{"text":"seventy"}', '--flow', 'f', '--wait']);
      const [story] = (await project.sluice(['flow', 'f', '--json'])).json;
      expect(JSON.stringify(story)).toContain('"threshold":0.9');
      expect((await project.sluice(['flow', 'f'])).out).toMatch(/score \S+ . 0\.9 {2}controls: threshold v1 /);
      expect((await control('set', 'limit', '--file', 'seven.txt')).code).toBe(2);
      expect((await control('set', 'model', '--file', 'eight.txt', '--tier', 'scale')).code).toBe(3);
      const set = await control('set', 'model', '--file', 'seven.txt', '--tier', 'scale');
      expect(set).toMatchObject({ code: 0, out: expect.stringContaining('serves with it if it is good') });
      expect((await control('get', 'model', '--tier', 'scale')).out).toContain('seven.txt');
      // A worker thread begins with the model that is set.
      const scaled = await project.sluice(['send', 'scale', '{"n":3}', '--wait', '--json']);
      expect(scaled.json).toMatchObject([{ output: { product: 21 }, controls: { model: 1 } }]);
      expect((await control('get', 'model', '--tier', 'scale', '--json')).json).toMatchObject([
        { uses: [{ version: 1, uses: 1, totalMs: expect.any(Number) }] },
      ]);
      expect((await control('get', 'model', '--tier', 'scale')).out).toMatch(/version {2}first used +uses/);
      expect((await project.sluice(['flow', 'control#limit', '--json'])).json).toHaveLength(1);
    } finally {
      await dev.kill('SIGINT');
    }
  });
});
