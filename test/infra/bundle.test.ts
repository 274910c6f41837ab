import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Bundle, bundleTiers, EXPIRY } from '../../infra/bundle.ts';
import { loadApplication } from '../../lib/runtime/application.ts';

const root = join(import.meta.dirname, '..', '..');
const KB = 1_000;
let out: string;
let bundles: Map<string, Bundle>;

beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), 'bundles-'));
  bundles = await bundleTiers(await loadApplication(join(root, 'functions/photos')), join(out, 'photos'));
});
afterAll(() => rm(out, { recursive: true, force: true }));

describe('the bundles of photos', () => {
  test('are one a tier, and one for what expires', () => {
    expect([...bundles.keys()]).toEqual(['thumb', 'small', 'deep', EXPIRY]);
  });

  test.each(['thumb', 'small', 'deep'])('%s holds no other tier', (name) => {
    const tiers = bundles.get(name)!.inputs.filter((path) => /functions\/photos\/[^/]+\.ts$/.test(path));
    expect(tiers).toEqual([`functions/photos/${name}.ts`]);
  });

  test('thumb never decodes a PNG, and expiry holds no tier at all', () => {
    expect(bundles.get('thumb')!.inputs).not.toContain('functions/photos/model/png.ts');
    expect(bundles.get('small')!.inputs).toContain('functions/photos/model/png.ts');
    expect(bundles.get(EXPIRY)!.inputs.filter((path) => path.startsWith('functions/'))).toEqual([]);
  });

  test.each([
    ['thumb', 'linear14'],
    ['small', 'small-cnn'],
    ['deep', 'deep-cnn'],
  ])('%s brings its own model along, no other one and no training data', async (tier, model) => {
    const { dir, assets } = bundles.get(tier)!;
    expect(assets).toEqual([`model/data/${model}.bin`, `model/data/${model}.json`]);
    expect((await readdir(join(dir, 'model/data'))).sort()).toEqual([`${model}.bin`, `${model}.json`]);
  });

  test('leave out the credential chain, the local cloud, the CLI and the infrastructure', () => {
    const foreign = /credential-provider-(ini|sso|process|http|web|node)|lib\/(local|cli|testing)\/|^infra\//;
    for (const { inputs } of bundles.values()) {
      expect(inputs.filter((path) => foreign.test(path))).toEqual([]);
    }
  });
});

describe('the framework and the SDK', () => {
  let plain: Bundle;
  beforeAll(async () => {
    const application = await loadApplication(join(import.meta.dirname, 'bundle-fixtures/plain'));
    plain = (await bundleTiers(application, join(out, 'plain'))).get('plain')!;
  });

  test('are at most 250 kB before the first record', () => {
    expect(plain.eagerBytes).toBeLessThanOrEqual(250 * KB);
    expect(plain.eagerBytes).toBeGreaterThan(100 * KB);
  });

  test.each(['plain', 'thumb'])('%s starts from its index and one file more', async (name) => {
    const bundle = name === 'plain' ? plain : bundles.get(name)!;
    const [start, ...others] = await importsOf(bundle, 'index.mjs');
    expect(others).toEqual([]);
    expect(await importsOf(bundle, start!)).toEqual([]);
  });

  test('load nothing of Node that they do not use', async () => {
    const loaded = await builtinsOf(join(plain.dir, 'index.mjs'));
    expect(loaded).toContain('NativeModule https');
    expect(loaded.filter((name) => /undici|webstreams|fs\/streams|zlib|http2|child_process/.test(name))).toEqual([]);
  });

  test('look for no profile', () => {
    expect(plain.inputs.filter((path) => /[sS]haredConfigFiles|parseKnownFiles/.test(path))).toEqual([]);
  });

  test('are at most 450 kB with all that is loaded when it is used: DynamoDB, S3, logger, traces', () => {
    expect(plain.bytes).toBeLessThanOrEqual(450 * KB);
  });
});

/** The files that a minified file imports at once. */
async function importsOf({ dir }: Bundle, name: string): Promise<readonly string[]> {
  const text = await readFile(join(dir, name), 'utf8');
  return [...text.matchAll(/\bimport(?:\{[^}]*\}from)?"\.\/([^"]+)"/g)].map(([, file]) => file!);
}

/** What of Node is loaded when a function has started. */
async function builtinsOf(entry: string): Promise<readonly string[]> {
  const code = `await import(${JSON.stringify(pathToFileURL(entry).href)}); console.log(JSON.stringify(process.moduleLoadList));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', code]);
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as readonly string[];
}
