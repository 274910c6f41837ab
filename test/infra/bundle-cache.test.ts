import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Bundle, bundleTiers } from '../../infra/bundle.ts';
import { loadApplication } from '../../lib/runtime/application.ts';

let dir: string;
let application: string;

const TIER = `import { defineTier } from 'sluice';
import { readFileSync } from 'node:fs';
import { words } from './model/words.ts';
const any = { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) } } as never;
export default defineTier({ name: 'plain', input: any, output: any, predict: () => words('a') });
`;
const WORDS = `import { readFileSync } from 'node:fs';
export const words = (name: string) => [
  readFileSync(new URL(\`./data/\${name}.txt\`, import.meta.url), 'utf8'),
  readFileSync(new URL('../shared.json', import.meta.url), 'utf8'),
];
export const unused = () => new URL('./data/big.bin', import.meta.url);
`;

beforeAll(async () => {
  // Inside the repository, where `sluice` is found.
  dir = await mkdtemp(join(import.meta.dirname, 'bundle-fixtures', 'cache-'));
  application = join(dir, 'app');
  await mkdir(join(application, 'model/data'), { recursive: true });
  await writeFile(join(application, 'plain.ts'), TIER);
  await writeFile(join(application, 'model/words.ts'), WORDS);
  await writeFile(join(application, 'model/data/a.txt'), 'one');
  await writeFile(join(application, 'model/data/big.bin'), 'big');
  await writeFile(join(application, 'shared.json'), '{}');
});
afterAll(() => rm(dir, { recursive: true, force: true }));

async function bundle(): Promise<{ bundle: Bundle; built: number }> {
  const loaded = await loadApplication(application);
  const bundles = await bundleTiers(loaded, join(dir, 'out'));
  const one = bundles.get('plain')!;
  return { bundle: one, built: (await stat(join(one.dir, 'index.mjs'))).mtimeMs };
}

describe('bundling again', () => {
  test('builds nothing where nothing changed', async () => {
    const first = await bundle();
    const again = await bundle();
    expect(again.built).toBe(first.built);
    expect(again.bundle).toEqual(first.bundle);
  });

  test('a new time on the same content is no change', async () => {
    const { built } = await bundle();
    await utimes(join(application, 'plain.ts'), new Date(), new Date());
    expect((await bundle()).built).toBe(built);
  });

  test.each([
    ['code', 'model/words.ts', `${WORDS}export const more = 1;`],
    ['an asset', 'model/data/a.txt', 'two'],
    ['the tier', 'plain.ts', TIER.replace("words('a')", "words('b')")],
  ])('%s that changed is a change', async (_, path, text) => {
    const { built } = await bundle();
    await writeFile(join(application, path), text);
    const again = await bundle();
    expect(again.built).toBeGreaterThan(built);
    if (path.endsWith('.txt')) expect(await readFile(join(again.bundle.dir, path), 'utf8')).toBe(text);
  });

  test('a bundle that was deleted is made again', async () => {
    const { bundle: made } = await bundle();
    await rm(made.dir, { recursive: true });
    expect(await readdir((await bundle()).bundle.dir)).toContain('index.mjs');
  });

  test('copies the files that are read, where the code finds them, and no others', async () => {
    const { bundle: made } = await bundle();
    expect(made.assets).toEqual(['model/data/a.txt', 'shared.json']);
  });
});
