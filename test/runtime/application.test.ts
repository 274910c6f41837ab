import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { sha256 } from '../../lib/core/identity.ts';
import { loadApplication } from '../../lib/runtime/application.ts';

/* Which files of a folder are an application, and what is said of those that cannot be part of one. */

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const TIER = (name: string): string => `export default {
  kind: 'tier', name: '${name}', input: { '~standard': {} }, output: { '~standard': {} }, predict: () => 1,
  timing: { timeoutMs: 1000, batchSize: 1, windowMs: 0, maxAttempts: 1, backoffMs: 1 },
};`;
const CONTROL = `export default {
  kind: 'control', name: 'limit', schema: {}, beforeControl: 'drop', maxStalenessMs: 1, history: 1,
};`;
const DESTINATION = `export default {
  kind: 'destination', name: 'archive', of: [], handler: () => undefined,
  timing: { timeoutMs: 1000, batchSize: 1, windowMs: 0, maxAttempts: 1, backoffMs: 1 },
};`;

/** A folder named `shop` with these files; imports are cached by path, so each is a new one. */
function folderOf(files: Readonly<Record<string, string>>): string {
  const parent = mkdtempSync(join(import.meta.dirname, '.application-'));
  folders.push(parent);
  const folder = join(parent, 'shop');
  mkdirSync(folder);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}
const shown = (folder: string, file = ''): string => relative(process.cwd(), join(folder, file));

describe('an application', () => {
  test('is each file of its folder that exports a definition, and of its controls, by name', async () => {
    const folder = folderOf({
      'b.ts': TIER('second'),
      'a.mjs': TIER('first'),
      'c.js': DESTINATION,
      'd.mts': TIER('third'),
      'controls/limit.ts': CONTROL,
      'helper.ts': 'export const helper = 1;',
      'a.test.ts': TIER('tested'),
      'a.spec.mjs': TIER('specified'),
      'types.d.ts': 'export default 3;',
      'notes.md': 'no code',
      'photo.tsx': 'no code either',
      'model/deep.ts': TIER('deep'),
    });
    const application = await loadApplication(folder);
    expect(application).toMatchObject({ name: 'shop', dir: folder });
    expect(application.graph.application).toBe('shop');
    expect(application.graph.tiers.map(({ tier, file }) => [tier.name, file])).toEqual([
      ['first', shown(folder, 'a.mjs')],
      ['second', shown(folder, 'b.ts')],
      ['third', shown(folder, 'd.mts')],
    ]);
    expect(application.graph.destination?.file).toBe(shown(folder, 'c.js'));
    expect([...application.files]).toEqual([
      ['first', join(folder, 'a.mjs')],
      ['second', join(folder, 'b.ts')],
      ['archive', join(folder, 'c.js')],
      ['third', join(folder, 'd.mts')],
    ]);
    expect(application.controls).toEqual([join(folder, 'controls/limit.ts')]);
    expect(application.graph.tiers[0]!.version).toBe(sha256(Buffer.from(TIER('first'))).slice(0, 12));
  });

  test('may be named by a path relative to where one is', async () => {
    const folder = folderOf({ 'a.ts': TIER('first') });
    expect(await loadApplication(relative(process.cwd(), folder))).toMatchObject({ dir: folder, controls: [] });
  });

  test.each([
    ['that is not there', undefined],
    ['that is a file', 'a file'],
  ])('in a folder %s says how to begin one', async (_, text) => {
    const folder = folderOf({});
    const path = join(folder, 'store');
    if (text !== undefined) writeFileSync(path, text);
    await expect(loadApplication(path)).rejects.toMatchObject({
      code: 'application-not-found',
      message:
        `there is no application in ${shown(folder, 'store')}\n` +
        '  → Name a folder of tier files, or begin one: npx sluice new tier <name> --first --application store',
      cause: expect.any(Error),
    });
  });

  test('in an empty folder says how to begin', async () => {
    await expect(loadApplication(folderOf({}))).rejects.toMatchObject({ code: 'graph-empty' });
  });
});

describe('a file', () => {
  const refused = async (file: string, text: string) => {
    const folder = folderOf({ 'a.ts': TIER('first'), [file]: text });
    const error = await loadApplication(folder).then(
      () => undefined,
      (thrown: Error & { code: string }) => thrown,
    );
    return { error: error!, file: shown(folder, file), folder };
  };

  test('that cannot be loaded says why, and keeps the cause', async () => {
    const { error, file } = await refused('b.mjs', `throw new Error('no such model');`);
    expect(error).toMatchObject({ code: 'file-invalid', cause: { message: 'no such model' } });
    // Node's stack names the line; that of vitest, which loads files in its own way, does not.
    const message = error.message.replace(`${file}:1 `, `${file} `);
    expect(message).toBe(`${file} cannot be loaded: no such model\n  → Correct the file.`);
  });

  test('that exports something else says what it must export', async () => {
    for (const text of ['export default 3;', 'export default null;', `export default { kind: 'tier-ref' };`]) {
      const { error, file } = await refused('b.mjs', text);
      expect(error).toMatchObject({
        code: 'file-invalid',
        message:
          `the default export of ${file} is no tier, no destination and no control\n` +
          '  → Export what defineTier, defineDestination or defineControl returns, or move helpers to a folder of their own.',
      });
    }
  });

  test('whose definition is refused keeps that error’s code, and says which file it is', async () => {
    const thrown = `throw Object.assign(new Error('x'), { code: 'option-invalid', problem: 'timeout is 3', place: {}, details: {} });`;
    const { error, file } = await refused('b.mjs', thrown);
    expect(error).toMatchObject({
      code: 'option-invalid',
      message: `timeout is 3 (file ${JSON.stringify(file)})`,
      place: { file },
    });
  });

  test('that lies where it is not looked for says where it belongs', async () => {
    const inside = await refused('controls/b.mjs', TIER('second'));
    expect(inside.error).toMatchObject({
      code: 'file-invalid',
      message:
        `${inside.file} exports a tier\n` +
        '  → Move it out of controls/: only what defineControl returns belongs there.',
    });
    const outside = await refused('limit.mjs', CONTROL);
    expect(outside.error).toMatchObject({
      code: 'file-invalid',
      message:
        `${outside.file} exports a control, outside of controls/\n` +
        `  → Move it to ${shown(outside.folder, 'controls/limit.mjs')}.`,
    });
  });
});
