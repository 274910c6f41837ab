import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { newProject } from './project.ts';
import { JOINED, QUICK, TEXTS } from './texts.ts';

const project = newProject({ 'tsconfig.json': '{"extends":"../../../../tsconfig.json","include":["functions"]}' });
afterAll(() => project.remove());

const tier = (...args: readonly string[]): ReturnType<typeof project.sluice> =>
  project.sluice(['new', 'tier', ...args]);
const folder = join(project.dir, 'functions/texts');
const contents = (): Record<string, string> =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));

/** An application with a control and a destination. */
const RULED = {
  'functions/ruled/quick.ts': QUICK.replace('atLeast: 0.5 },', "atLeast: 0.5 },\n  exhausted: 'accept',"),
  'functions/ruled/destination.ts': `
import { defineDestination } from 'sluice';
export default defineDestination({ name: 'store', handler: () => undefined });
`,
  'functions/ruled/controls/limit.ts': `
import { defineControl } from 'sluice';
import * as z from 'zod';
export default defineControl({ name: 'limit', schema: z.number(), beforeControl: 'drop' });
`,
};

describe('sluice new tier', () => {
  it('says what a project made by npm init lacks', async () => {
    const fresh = newProject({ 'package.json': '{"type":"commonjs"}' });
    const { out } = await fresh.sluice(['new', 'tier', 'quick', '--first', '--application', 'texts']);
    expect(out).toContain('this project is not yet: npm pkg set type=module');
    await fresh.remove();
  });

  it('begins an application and adds tiers to it, each in one file that compiles and runs', async () => {
    const first = await tier('quick', '--first', '--application', 'texts');
    expect(first.code).toBe(0);
    expect(first.out).toContain('wrote functions/texts/quick.ts; no other file changes');
    const before = contents();
    const second = await tier('careful', '--after', 'quick', '--json');
    expect(second.json).toMatchObject([{ file: 'functions/texts/careful.ts', after: 'quick', entry: null }]);
    expect((await tier('paged', '--after', 'careful', '--join', 'pages')).out).toContain(
      'its data comes to [paged.pages]',
    );
    expect(contents()).toMatchObject(before);
    expect(Object.keys(contents())).toEqual(['careful.ts', 'paged.ts', 'quick.ts']);
    expect(contents()['careful.ts']).toContain('output: z.object({ label: z.string(), confidence: z.number() })');

    const graph = await project.sluice(['graph']);
    expect(graph.out).toMatch(/λ quick[\s\S]*λ careful[\s\S]*\[paged\.pages\][\s\S]*λ paged/);
    const input = [
      '{"flowId":"a","data":{"text":"hello"}}',
      '{"flowId":"a","entry":"paged.pages","data":{"text":"page"}}',
    ].join('\n');
    const ran = await project.sluice(['run'], { input });
    expect(ran.json).toMatchObject([{ flowId: 'a', tier: 'paged', output: { label: 'statement', confidence: 0.8 } }]);
    const tsc = spawnSync(
      process.execPath,
      [join(import.meta.dirname, '../../node_modules/typescript/bin/tsc'), '-p', '.'],
      {
        cwd: project.dir,
        encoding: 'utf8',
      },
    );
    expect(tsc.stdout + tsc.stderr).toBe('');
  });

  it('refuses what would not work, and says what to do', async () => {
    const full = newProject({
      ...TEXTS,
      'functions/pages/quick.ts': QUICK,
      'functions/pages/joined.ts': JOINED,
      ...RULED,
    });
    const wrong: readonly (readonly [readonly string[], number, string])[] = [
      [['quick', '--first', '--application', 'texts'], 1, 'is there already'],
      [
        ['middle', '--after', 'quick', '--application', 'texts'],
        1,
        "set input: tier<typeof import('./middle.ts')>('middle')",
      ],
      [['last', '--after', 'joined', '--application', 'pages'], 1, 'accepts everything'],
      [['last', '--after', 'carful', '--application', 'texts'], 3, 'Did you mean "careful"?'],
      [['last', '--after', 'x', '--application', 'text'], 3, 'Did you mean "texts"?'],
      [['last', '--application', 'texts'], 2, '--after <tier>, or --first'],
      [['last', '--first', '--after', 'quick', '--application', 'texts'], 2, 'exclude each other'],
      [['last', '--first', '--join', 'x', '--application', 'texts'], 2, 'no signal to join'],
      [
        ['Last', '--first', '--application', 'texts'],
        2,
        'named "Last", which cannot be a name\n  → Use 1 to 40 lower-case',
      ],
      [['answers', '--first', '--application', 'texts'], 1, 'the queue that answers go to'],
      [['answers', '--first', '--application', 'fresh'], 1, 'the queue that answers go to'],
      [['controls', '--first', '--application', 'ruled'], 1, 'the function that applies control messages'],
      [['store', '--first', '--application', 'ruled'], 1, 'a tier and the destination are both named "store"'],
      [['last', '--after', 'careful', '--join', 'dlq', '--application', 'texts'], 1, 'a stream is named "dlq"'],
    ];
    await Promise.all(
      wrong.map(async ([args, code, message]) => {
        const ran = await full.sluice(['new', 'tier', ...args]);
        expect([args, ran.code, ran.err]).toEqual([args, code, expect.stringContaining(message)]);
      }),
    );
    expect(readdirSync(join(full.dir, 'functions/texts'))).toEqual(['careful.ts', 'quick.ts']);
    expect(readdirSync(join(full.dir, 'functions'))).not.toContain('fresh');
    await full.remove();
  });

  it('adds to a tier whose cascade is not whole without it', async () => {
    const half = newProject({ 'functions/texts/quick.ts': QUICK });
    expect((await half.sluice(['graph'])).code).toBe(1);
    expect((await half.sluice(['new', 'tier', 'careful', '--after', 'quick'])).code).toBe(0);
    expect((await half.sluice(['graph'])).code).toBe(0);
    await half.remove();
  });
});
