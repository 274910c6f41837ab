import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

  test('bring the models along, and no training data', async () => {
    const models = ['deep-cnn', 'linear14', 'small-cnn'].flatMap((name) => [`${name}.bin`, `${name}.json`]);
    const { dir, assets } = bundles.get('thumb')!;
    expect(assets).toEqual(models.map((file) => `model/data/${file}`));
    expect((await readdir(join(dir, 'model/data'))).sort()).toEqual(models);
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

  test('are at most 450 kB with all that is loaded when it is used: DynamoDB, S3, logger, traces', () => {
    expect(plain.bytes).toBeLessThanOrEqual(450 * KB);
  });
});
