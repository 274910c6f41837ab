import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runDemo } from '../../functions/photos/demo/run.ts';

const PHOTOS = resolve(import.meta.dirname, '../../functions/photos');
// A hidden, ignored folder inside the repository: `sluice` and `zod` resolve from it as from a user's project.
const ROOT = join(import.meta.dirname, '.sluice');

const EXPERT = `
import { defineTier, tier } from 'sluice';
import { Tag } from './model/tag.ts';

export default defineTier({
  name: 'expert',
  input: tier<typeof import('./deep.ts')>('deep'),
  output: Tag,
  predict: ({ signal }) => ({ ...signal, confidence: 1 }),
});`;

test('a tier added after the last one, as a file and nothing else, takes over what that one was unsure of', async () => {
  mkdirSync(ROOT, { recursive: true });
  const folder = join(mkdtempSync(join(ROOT, 'app-')), 'photos');
  onTestFinished(() => rmSync(resolve(folder, '..'), { recursive: true, force: true }));
  mkdirSync(folder);
  for (const file of ['thumb.ts', 'small.ts', 'deep.ts']) cpSync(join(PHOTOS, file), join(folder, file));
  symlinkSync(join(PHOTOS, 'model'), join(folder, 'model'));
  writeFileSync(join(folder, 'expert.ts'), EXPERT);

  const result = await runDemo({ flows: 400, dir: ':memory:', application: folder });
  expect(result).toMatchObject({ flows: 400, answered: 400, lost: 0, duplicated: 0, deadLettered: 0 });
  const [thumb, small, deep, expert] = result.tiers;
  expect([thumb, small, deep, expert].map((t) => t?.name)).toEqual(['thumb', 'small', 'deep', 'expert']);
  expect(deep!.escalated).toBeGreaterThan(0);
  expect(expert!.accepted).toBe(deep!.escalated);
  // Alone, the last tier stands on the signals of those before it, and is right as often as they are.
  expect(result.lastTierAccuracy).toBeGreaterThan(0.8);
});
