import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { newProject } from './project.ts';
import { TEXTS } from './texts.ts';

const project = newProject(TEXTS);
afterAll(() => project.remove());

const COMMANDS = [
  'dev',
  'run',
  'send',
  'flow',
  'list',
  'graph',
  'dlq ls',
  'dlq show',
  'dlq redrive',
  'dlq purge',
  'new tier',
];

describe('the command line', () => {
  it.concurrent.each(COMMANDS)(
    '%s --help has examples, --json, --application, --dir and exit codes',
    async (command) => {
      const { code, out } = await project.sluice([...command.split(' '), '--help']);
      expect(code).toBe(0);
      expect(out).toMatch(/Examples:\n {2}\$ npx sluice /);
      for (const part of ['--json', '--application', '--dir', '--verbose', 'Exit codes:']) expect(out).toContain(part);
    },
  );

  it.concurrent('suggests the nearest command and option, and exits with 2', async () => {
    const command = await project.sluice(['grph']);
    expect(command.code).toBe(2);
    expect(command.err).toMatch(/unknown command 'grph'\n.*Did you mean graph/);
    const option = await project.sluice(['graph', '--mermaidd', '--json']);
    expect(option.code).toBe(2);
    expect(option.json).toMatchObject([{ error: { code: 'usage', fix: 'Did you mean --mermaid?' } }]);
    expect(option.err).toBe('');
    expect((await project.sluice(['flow'])).code).toBe(2);
    expect((await project.sluice(['graph', 'a', 'b'])).code).toBe(2);
  });

  it.concurrent.each([
    ['calibrate', '--labels', 'no.ndjson'],
    ['watch', '--expected', 'no.json'],
    ['report', '--labels', 'no.ndjson'],
    ['report', '--beside', 'no.ndjson'],
    ['run', 'no.ndjson'],
    ['simulate', '--input', 'no.ndjson'],
    ['send', 'quick', '{}', '--object', 'photo=no.png'],
    ['doctor', '--outputs', 'no.json'],
  ])('%s %s %s: a file that is not there is named with what to do', async (...args) => {
    const { code, json } = await project.sluice([...args, '--json']);
    expect(code).toBe(3);
    expect(json).toMatchObject([{ error: { message: expect.stringContaining('no.'), fix: expect.any(String) } }]);
  });

  it.concurrent('shows its help where a command is missing', async () => {
    const { code, err } = await project.sluice([]);
    expect(code).toBe(2);
    expect(err).toContain('Usage: sluice');
    expect((await project.sluice(['dlq'])).code).toBe(2);
  });

  it.concurrent('prints its version', async () => {
    expect((await project.sluice(['--version'])).out).toMatch(/^\d+\.\d+\.\d+/);
  });

  it('prints stacks only when asked to', async () => {
    project.write('functions/texts/broken.ts', 'throw new Error("loaded and thrown");');
    const plain = await project.sluice(['graph']);
    expect(plain.code).toBe(1);
    expect(plain.err).toContain('broken.ts:1 cannot be loaded: loaded and thrown');
    expect(plain.err).not.toContain('    at ');
    expect((await project.sluice(['graph', '--verbose'])).err).toMatch(/ {4}at .*broken\.ts:1/);
    project.write('functions/texts/broken.ts', '');
  });

  it('says which Node it needs', () => {
    const code = `Object.defineProperty(process.versions, 'node', { value: '20.11.1' }); import(${JSON.stringify(join(import.meta.dirname, '../../bin/sluice.js'))});`;
    const { status, stderr } = spawnSync(process.execPath, ['-e', code], { encoding: 'utf8' });
    expect(status).toBe(1);
    expect(stderr).toContain('needs Node 24 or later; this is Node 20.11.1');
    expect(stderr).toContain('npm i -D node@24');
  });
});

describe('finding the application', () => {
  it('takes the only one, one by name, and otherwise says which there are', async () => {
    const two = newProject({ ...TEXTS, 'functions/other/quick.ts': TEXTS['functions/texts/quick.ts'] });
    try {
      const unsaid = await two.sluice(['graph', '--json']);
      expect(unsaid.code).toBe(2);
      expect(unsaid.json).toMatchObject([{ error: { message: expect.stringContaining('other, texts') } }]);
      const wrong = await two.sluice(['graph', 'text', '--json']);
      expect(wrong.code).toBe(3);
      expect(wrong.json).toMatchObject([
        { error: { code: 'application-not-found', fix: expect.stringContaining('"texts"') } },
      ]);
      expect((await two.sluice(['graph', '--application', 'texts'])).code).toBe(0);
      const both = await two.sluice(['graph', 'texts', '--application', 'other']);
      expect(both.code).toBe(2);
    } finally {
      await two.remove();
    }
  });

  it('says how to begin where there is none', async () => {
    const none = newProject({});
    const { code, err } = await none.sluice(['graph']);
    expect(code).toBe(3);
    expect(err).toContain('npx sluice new tier <name> --first');
    await none.remove();
  });
});
