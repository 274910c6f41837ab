import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { bundleTiers, EXPIRY } from '../../infra/bundle.ts';
import { loadApplication } from '../../lib/runtime/application.ts';

const root = join(import.meta.dirname, '..', '..');
mkdirSync(join(root, '.sluice'), { recursive: true });
// Inside the project, so that packages are found.
const folder = mkdtempSync(join(root, '.sluice', 'hash-'));
const photos = join(folder, 'photos');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const EXPERT = `
import { defineTier, tier } from 'sluice';
import * as z from 'zod';
export default defineTier({
  name: 'expert',
  input: tier<typeof import('./deep.ts')>('deep'),
  output: z.object({ label: z.string(), at: z.iso.datetime() }),
  predict: ({ signal }) => ({ label: signal.label, at: new Date().toISOString() }),
});
`;

let builds = 0;
async function hashes(): Promise<Readonly<Record<string, string>>> {
  const bundles = await bundleTiers(await loadApplication(photos), join(folder, `out-${builds++}`));
  return Object.fromEntries([...bundles].map(([name, { hash }]) => [name, hash]));
}
const changed = (a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): readonly string[] =>
  Object.keys(b).filter((name) => a[name] !== b[name]);

describe('the hash of a function, which decides whether it is deployed anew', { timeout: 60_000 }, () => {
  test('changes with what it is made of, and with nothing else', async () => {
    cpSync(join(root, 'functions/photos'), photos, { recursive: true });
    const before = await hashes();
    expect(new Set(Object.values(before)).size).toBe(4);
    expect(changed(before, await hashes())).toEqual([]);

    writeFileSync(join(photos, 'expert.ts'), EXPERT);
    const withExpert = await hashes();
    expect(changed(before, withExpert)).toEqual(['expert']);

    appendFileSync(join(photos, 'deep.ts'), '// A comment.\n');
    expect(changed(withExpert, await hashes())).toEqual(['deep']);
    writeFileSync(join(photos, 'deep.ts'), readFileSync(join(root, 'functions/photos/deep.ts')));

    // What several functions are made of changes them all; a model's weights only its own.
    appendFileSync(join(photos, 'model/png.ts'), '// A comment.\n');
    const otherPng = await hashes();
    expect(changed(withExpert, otherPng)).toEqual(['small', 'deep']);
    const [weights] = assetsOf('thumb');
    appendFileSync(join(photos, weights!), ' ');
    expect(changed(otherPng, await hashes())).toEqual(['thumb']);
    expect(before[EXPIRY]).toBeDefined();
  });
});

function assetsOf(name: string): readonly string[] {
  const kept = JSON.parse(readFileSync(join(folder, 'out-0/bundles.json'), 'utf8')) as {
    readonly bundles: readonly (readonly [string, { readonly assets: readonly string[] }])[];
  };
  return kept.bundles.find(([own]) => own === name)![1].assets;
}
