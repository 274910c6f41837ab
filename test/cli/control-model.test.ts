import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LIMIT, scaleTier } from './controlled.ts';
import { newProject, type Running } from './project.ts';

const MODEL = `
import { model } from 'sluice';

export default { ...model, maxStalenessMs: 0 };
`;
const RULES = `
import { defineControl } from 'sluice';
import * as z from 'zod';

export default defineControl({ name: 'rules', schema: z.string(), beforeControl: 'drop' });
`;
const project = newProject({
  'functions/scaled/scale.ts': scaleTier(),
  'functions/scaled/controls/model.ts': MODEL,
  'functions/scaled/controls/limit.ts': LIMIT,
  'functions/scaled/controls/rules.ts': RULES,
  'good.txt': '7',
  'bad.txt': '-1',
});
const control = (...args: readonly string[]): ReturnType<typeof project.sluice> => project.sluice(['control', ...args]);
const TIER = ['--tier', 'scale'];
const setModel = (file: string) => control('set', 'model', '--file', file, ...TIER);
const predict = () => project.sluice(['send', 'scale', '{"n":1}', '--wait']);

let dev: Running;
beforeAll(async () => {
  dev = project.start(['dev', '--no-watch', '--json']);
  await dev.until('runs on');
});
afterAll(() => project.remove());

describe('sluice control, on what is about tiers', { timeout: 60_000 }, () => {
  test('changes all tiers only where that is asked for', async () => {
    const words = ['about tiers, and --tier names none', '--tier scale', "--key '*'"];
    for (const args of [
      ['set', 'model', '--file', 'good.txt'],
      ['delete', 'model'],
      ['rollback', 'model'],
    ]) {
      const { code, err } = await control(...args);
      expect({ args, code }).toEqual({ args, code: 2 });
      for (const word of words) expect(err).toContain(word);
    }
    expect((await control('set', 'model', '--file', 'good.txt', '--key', '*')).code).toBe(0);
    expect((await control('delete', 'model', '--key', '*')).code).toBe(0);
  });

  test('asks for the file of a model', async () => {
    const { code, err } = await control('set', 'model', ...TIER);
    expect({ code, err }).toMatchObject({ code: 2, err: expect.stringContaining('--file') });
    expect((await control('set', 'limit')).err).not.toContain('--file');
  });

  test('a model that is rejected is told by dev, with what to do, and going back to one is warned of', async () => {
    await predict();
    expect((await setModel('good.txt')).code).toBe(0);
    for (const bad of [2, 3]) {
      expect((await setModel('bad.txt')).code).toBe(0);
      // It is loaded beside the model that serves, and the next prediction tells.
      for (const _ of [1, 2]) await predict();
      await dev.until(`model version ${bad}: accept said false`);
    }
    expect(dev.err()).toMatch(/model rejected at scale: model version 2: accept said false/);
    expect(dev.err()).toContain('npx sluice control rollback model --tier scale');
    expect(dev.err()).not.toContain('redrive');
    expect(dev.out()).not.toContain('rejected');
    const back = await control('rollback', 'model', ...TIER);
    expect(back).toMatchObject({ code: 0, out: expect.stringContaining('back to version 2') });
    expect(back.err).toMatch(/version 2 was rejected: .*accept said false[\s\S]*--tier scale --to 1/);
    const good = await control('rollback', 'model', ...TIER, '--to', '1');
    expect(good).toMatchObject({ code: 0, err: '' });
  });
});

describe('sluice control, on what names its own key', { timeout: 60_000 }, () => {
  test('sets it for that key, or for a wildcard, and for no other', async () => {
    const north = JSON.stringify({ shop: 'eu/north', most: 1 });
    const other = await control('set', 'limit', north, '--key', 'eu/south');
    expect(other).toMatchObject({ code: 2, err: expect.stringContaining('"eu/north"') });
    expect((await control('get', 'limit', '--key', 'eu/south')).code).toBe(3);
    for (const key of ['eu/north', 'eu/*', '*']) {
      expect((await control('set', 'limit', north, '--key', key)).code).toBe(0);
    }
  });
});

describe('sluice control, on large values', { timeout: 60_000 }, () => {
  test('says that a history is shortened, and why there is no way further back', async () => {
    const set = (digit: number) => control('set', 'rules', JSON.stringify(String(digit).repeat(60_000)));
    for (const digit of [1, 2]) expect(await set(digit)).toMatchObject({ code: 0, err: '' });
    expect(await set(3)).toMatchObject({ code: 0, err: expect.stringContaining('history is shortened to 2 versions') });
    expect((await control('rollback', 'rules')).code).toBe(0);
    const further = await control('rollback', 'rules');
    expect(further).toMatchObject({
      code: 2,
      err: expect.stringMatching(/Kept: 3, 4[\s\S]*20 versions, fewer of large values.*control set rules/),
    });
    const gone = await control('rollback', 'rules', '--to', '1');
    expect(gone).toMatchObject({ code: 2, err: expect.stringContaining('control set rules') });
  });
});
