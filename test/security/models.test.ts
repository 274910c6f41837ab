import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';
import { loadNetwork } from '../../functions/photos/model/network.ts';
import { sha256 } from '../../lib/core/identity.ts';
import { defineTier } from '../../lib/index.ts';
import { started } from '../support/started.ts';

const DATA = new URL('../../functions/photos/model/data/', import.meta.url);

/** The reviewed model files of the demo: one that changes is a change to review. */
const REVIEWED = {
  'deep-cnn.bin': '38f85a8a7ffaa4e692f1976ba2b46bb3950dc5e6a8b5156b9263d071baab3522',
  'deep-cnn.json': '54d460807916abecb8cd0da448893026e77df48c27b67565c4797329a434ab5f',
  'linear14.bin': '1cfc9868cd0d9c2c0ba3f3ae22069e914083f6768a8d8f2cbf49b9e385ea60ab',
  'linear14.json': 'afcc2d3ae793cbf372785cf1d680343f235d1692c25c30234da556574ce1b739',
  'small-cnn.bin': '68850824edb61b5e6c5aa05afccf9c969014071069533469a22af6c3cb87016b',
  'small-cnn.json': 'f7271501c0fbc5adf08fe127fc10854fee67611e409a4bf5374690fdb36a18c1',
};

test('the demo’s model files are the reviewed ones, by SHA-256', () => {
  const found = readdirSync(DATA).filter((name) => /^(deep-cnn|linear14|small-cnn)\./.test(name));
  const hashes = Object.fromEntries(found.sort().map((name) => [name, sha256(readFileSync(new URL(name, DATA)))]));
  expect(hashes).toEqual(REVIEWED);
});

test.each<[string, string, Buffer]>([
  ['a manifest that is no JSON', 'import("evil")', Buffer.alloc(0)],
  ['a manifest without layers', '{}', Buffer.alloc(0)],
  ['a layer that is not known', '{"layers":[{"type":"eval"}]}', Buffer.alloc(0)],
  ['a layer named as a prototype', '{"layers":[{"type":"__proto__"}]}', Buffer.alloc(0)],
  ['weights that are cut short', readFileSync(new URL('small-cnn.json', DATA), 'utf8'), Buffer.alloc(100)],
  [
    'weights beyond the file',
    '{"layers":[{"type":"dense","o":1,"n":4,"bias":0,"scale":4,"weights":99}]}',
    Buffer.alloc(8),
  ],
])('a poisoned model file fails its tier’s load and nothing else: %s', async (_, manifest, weights) => {
  const dir = await mkdtemp(join(tmpdir(), 'sluice-security-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  await writeFile(join(dir, 'm.json'), manifest);
  await writeFile(join(dir, 'm.bin'), weights);
  const [manifestUrl, weightsUrl] = [pathToFileURL(join(dir, 'm.json')), pathToFileURL(join(dir, 'm.bin'))];
  const first = defineTier({
    ...{ name: 'first', input: z.any(), output: z.any(), predict: () => 'predicted', retry: { maxAttempts: 2 } },
    load: () => loadNetwork({ name: 'm', temperature: 1, manifest: manifestUrl, weights: weightsUrl }),
  });
  const cascade = await started({ tiers: [first] });
  await cascade.send('first', 1, { flowId: 'f' });
  await cascade.drain();
  expect(await cascade.deadLetters()).toMatchObject([{ code: 'load-failed', flow: 'f' }]);
  expect(cascade.answers).toEqual([]);
});
