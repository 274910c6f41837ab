import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';
import { defineTier } from '../../lib/index.ts';
import { started } from '../support/started.ts';
import { byHand } from './letters.ts';

/** Source that runs where messages are worked off: all but the command line and what is for tests. */
const files = ['core', 'ports', 'runtime', 'aws', 'local'].flatMap((layer) =>
  readdirSync(join('lib', layer), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join('lib', layer, name)),
);
const codeOf = (file: string): string =>
  readFileSync(file, 'utf8')
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/^\s*\/\/.*$/gm, '');
const matching = (pattern: RegExp): readonly string[] => files.filter((file) => pattern.test(codeOf(file)));

describe('no code and no path is ever taken from a message', () => {
  test('nothing evaluates text, starts a program or makes a module of it', () => {
    expect(files.length).toBeGreaterThan(100);
    expect(matching(/\beval\(|new Function\(|\bFunction\(|node:vm|node:child_process|node:module|\brequire\(/)).toEqual(
      [],
    );
  });

  test('modules are loaded by fixed names; the one exception is given the files of the application folder', () => {
    expect(matching(/\bimport\(\s*[^'"\s)]/)).toEqual(['lib/runtime/application.ts']);
  });

  test('files are opened by whoever names them: nothing in core or ports touches one, and the rest is known', () => {
    // Named by the operator or by a hash: the durable folder, application files, logs to read, and temporary files with random names.
    expect([...matching(/node:fs/)].sort()).toEqual(
      [
        'lib/runtime/application.ts',
        'lib/runtime/log/paths.ts',
        'lib/runtime/objects.ts',
        ...matching(/node:fs/).filter((file) => file.startsWith('lib/local/')),
      ].sort(),
    );
  });

  test('a message that names modules, files and functions everywhere it can runs none of them', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'sluice-security-'));
    onTestFinished(() => rm(dir, { recursive: true, force: true }));
    const [module, mark] = [join(dir, 'evil.mjs'), join(dir, 'mark')];
    await writeFile(module, `import { writeFileSync } from 'node:fs'; writeFileSync(${JSON.stringify(mark)}, '');`);
    const evil = { file: module, module, path: module, load: module, predict: `import(${JSON.stringify(module)})` };
    const first = defineTier({
      ...{ name: 'first', input: z.any(), objects: { photo: {} }, output: z.any() },
      predict: async ({ data, objects }) => ({ data, path: await objects.photo.file() }),
    });
    const cascade = await started({ tiers: [first] });
    const reference = await cascade.cloud.objects.put(`objects/${module}`, Buffer.from('photo'));
    await cascade.put(
      'first',
      byHand({
        ...evil,
        ...{ id: module, flow: module, from: { name: module, version: module }, data: evil },
        objects: { photo: { ...reference, ...evil, contentType: module } },
      }),
    );
    await cascade.drain();
    expect(cascade.answers.map(({ flowId }) => flowId)).toEqual([module]);
    expect((cascade.answers[0]!.output as { path: string }).path).not.toContain('evil');
    expect(existsSync(mark)).toBe(false);
  });
});
