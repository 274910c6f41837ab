import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { newProject } from '../cli/project.ts';

const project = newProject({
  'functions/texts/words.ts': `
import { defineTier } from 'sluice';
import * as z from 'zod';
export default defineTier({
  name: 'words',
  input: z.object({ text: z.string() }),
  output: z.object({ words: z.number() }),
  predict: ({ data }) => ({ words: data.text.split(' ').length }),
});
`,
  'next/texts/words.ts': `
import { defineTier } from 'sluice';
import * as z from 'zod';
export default defineTier({
  name: 'words',
  input: z.object({ text: z.string() }),
  output: z.object({ words: z.number() }),
  predict: ({ data }) => ({ words: data.text.split(' ').length }),
  satisfied: { score: ({ output }) => output.words, atLeast: 2 },
});
`,
  'next/texts/letters.ts': `
import { defineTier, tier } from 'sluice';
import * as z from 'zod';
export default defineTier({
  name: 'letters',
  input: tier('words'),
  output: z.object({ words: z.number() }),
  predict: ({ signal }) => signal,
});
`,
  'next/other/others.ts': `
import { defineTier } from 'sluice';
import * as z from 'zod';
export default defineTier({ name: 'others', input: z.string(), output: z.string(), predict: ({ data }) => data });
`,
  'functions/limits/controls/limit.ts': `
import { defineControl } from 'sluice';
import * as z from 'zod';
export default defineControl({ name: 'limit', schema: z.number(), beforeControl: 'drop' });
`,
  'functions/limits/below.ts': `
import { control, defineTier } from 'sluice';
import * as z from 'zod';
export default defineTier({
  name: 'below',
  input: z.object({ n: z.number() }),
  controls: { limit: control('limit') },
  output: z.object({ ok: z.boolean() }),
  predict: async ({ data, controls }) => ({ ok: data.n < (await controls.limit.get()).value }),
});
`,
  'limits.ndjson':
    '{"control":"limit","value":5,"version":2,"after":"2s"}\n{"flowId":"a","data":{"n":1}}\n{"control":"limit","value":4,"version":1}\n',
  'wrong.ndjson': '{"flowId":"a","data":{"n":1}}\n{"control":"limits","value":4}\n',
  'flows.ndjson': '{"flowId":"a","data":{"text":"the quick fox"}}\n{"flowId":"b","data":{"text":"one"}}\n',
  'functions/counting/once.ts': `
import { defineTier } from 'sluice';
import * as z from 'zod';
export default defineTier({
  name: 'once',
  input: z.string(),
  output: z.string(),
  predict: ({ data }) => {
    globalThis.predictions = (globalThis.predictions ?? 0) + 1;
    return data;
  },
});
`,
  'functions/counting/simulation.ts': `
export const input = [{ entry: 'once', data: 'the same' }];
export const faults = 'none';
export const pure = false;
export const eventually = { 'it runs once at most': () => globalThis.predictions <= 1 };
`,
  'garbage.ndjson': '{"data":{"txt":1}}\n',
  'laws.ts': `
export const input = ({ id }) => ({ entry: 'words', flowId: id, data: { text: 'x' } });
export const eventually = { 'each flow is predicted on once': (world) => world.flows().every((flow) => world.receipt(flow).predictions.words === 1) };
`,
});
afterAll(() => project.remove());

const BIN = join(import.meta.dirname, '../../bin/sluice.js');

/** The commands that a report prints. */
const commandsIn = (out: string): readonly string[] => out.match(/npx sluice simulate .*/g) ?? [];

/** Runs a command as a shell reads it; what it prints as JSON. */
async function literally(command: string): Promise<readonly Record<string, unknown>[]> {
  const script = `npx() { shift; "${process.execPath}" "${BIN}" "$@"; }; ${command}; exit 0`;
  const { stdout } = await promisify(execFile)('sh', ['-c', script], { cwd: project.dir });
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

test('simulates flows like those of a file; the last line of --json sums up', async () => {
  const { code, json } = await project.sluice([
    'simulate',
    'texts',
    '--input',
    'flows.ndjson',
    '--seeds',
    '30',
    '--flows',
    '4',
    '--json',
  ]);
  expect(json).toEqual([
    {
      seeds: 30,
      violations: 0,
      seconds: expect.any(Number),
      ends: expect.objectContaining({ answered: expect.any(Number), open: 0 }),
      faults: expect.objectContaining({ crash: expect.any(Number) }),
    },
  ]);
  expect(code).toBe(0);
});

test('how flows ended is counted; where none was answered it says so', async () => {
  const simulate = async (...more: string[]) => project.sluice(['simulate', 'texts', '--seeds', '4', ...more]);
  const good = await simulate('--input', 'flows.ndjson', '--faults', 'reorder');
  expect(good.code).toBe(0);
  expect(good.err).toMatch(
    /4 worlds of 20 flows: no law broken .*\n {2}80 flows: 80 answered\n {2}faults: \d+ reorder\n$/,
  );
  const calm = await simulate('--input', 'flows.ndjson', '--faults', 'none');
  expect(calm.err).toContain('\n  no faults\n');
  const garbage = await simulate('--input', 'garbage.ndjson', '--faults', 'none');
  expect(garbage.err).toContain('80 flows: 80 dead-lettered (80 data-invalid)');
  expect(garbage).toMatchObject({ code: 4, err: expect.stringMatching(/no flow was answered/) });
  const { json, err } = await simulate('--input', 'garbage.ndjson', '--faults', 'none', '--json');
  expect(json).toMatchObject([{ ends: { answered: 0, deadLettered: { 'data-invalid': 80 } }, faults: {} }]);
  expect(err).toMatch(/no flow was answered/);
});

test('--next: another graph is deployed meanwhile, unless it would delete a queue', async () => {
  const simulate = (next: string) =>
    project.sluice(['simulate', 'texts', '--input', 'flows.ndjson', '--seeds', '30', '--next', next]);
  expect((await simulate('next/texts')).err).toContain('30 worlds of 20 flows: no law broken');
  const { code, err } = await simulate('next/other');
  expect(code).not.toBe(0);
  expect(err).toContain('next has no queue words');
});

test('--taken-back: the deployment is taken back halfway, and reports say so', async () => {
  const simulate = (...more: string[]) =>
    project.sluice(['simulate', 'texts', '--input', 'sent-on.mjs', '--seeds', '20', '--flows', '4', ...more]);
  const deployed = ['--next', 'next/texts', '--faults', 'versions,duplicate'];
  project.write(
    'sent-on.mjs',
    `export const input = ({ id }) => [{ entry: 'words', flowId: id, data: { text: 'one' } }, { entry: 'words', flowId: id + ' late', data: { text: 'one' }, after: '3h' }];
export const eventually = { 'the old graph answers in the end': (world) => world.flows().every((flow) => !flow.endsWith('late') || world.flow(flow).answer.tier === 'words') };`,
  );
  const stays = await simulate(...deployed);
  expect(stays).toMatchObject({ code: 1, out: expect.stringContaining('the old graph answers in the end') });
  expect(commandsIn(stays.out)[0]).not.toContain('--taken-back');
  const back = await simulate(...deployed, '--taken-back');
  expect(back).toMatchObject({ code: 0, err: expect.stringContaining('20 worlds of 4 flows: no law broken') });

  project.write(
    'of-the-new.mjs',
    project.read('sent-on.mjs').replace("endsWith('late')", "includes('late')").replace("=== 'words'", "!== 'words'"),
  );
  const wrong = await simulate('--input', 'of-the-new.mjs', ...deployed, '--taken-back');
  const commands = commandsIn(wrong.out);
  expect(commands).toHaveLength(2);
  for (const command of commands) {
    expect(command).toContain('--next next/texts --taken-back --');
    expect((await literally(`${command} --json`)).at(-1)).toMatchObject({ violations: 1 });
  }
});

test('lines of a file may be control messages', async () => {
  const { json } = await project.sluice(['simulate', 'limits', '--input', 'limits.ndjson', '--seeds', '30', '--json']);
  expect(json).toMatchObject([{ seeds: 30, violations: 0, seconds: expect.any(Number) }]);
});

test('a law of your own that is broken is printed with its seed and its trace, and fails the command', async () => {
  const args = ['simulate', 'texts', '--input', 'laws.ts', '--seeds', '50', '--flows', '4'];
  const { code, out, err } = await project.sluice(args);
  expect(code).toBe(1);
  expect(out).toMatch(/✗ each flow is predicted on once · seed \d+ · shrunken to 1 flow, 1 fault/);
  expect(out).toMatch(/words#1 +predicts/);
  expect(err).toMatch(/50 worlds of 4 flows: laws broken in \d+ worlds?/);
  const [small, whole] = commandsIn(out);
  expect(small).toMatch(
    /^npx sluice simulate texts --input laws.ts --only '\{"seed":\d+,"flows":\[\d\],"faults":\["[^"]+"\]\}'$/,
  );
  expect(whole).toMatch(/^npx sluice simulate texts --input laws.ts --seed \d+ --seeds 1 --flows 4$/);
  expect(await literally(`${whole} --json`)).toMatchObject([{ law: expect.any(String) }, { seeds: 1, violations: 1 }]);
  const [violation, sum] = await literally(`${small} --json`);
  expect(sum).toMatchObject({ seeds: 1, violations: 1 });
  expect(Object.keys(violation!).sort()).toEqual(['at', 'law', 'message', 'seed', 'trace', 'world']);
  // The trace of the small world is the one that was shown.
  expect(out).toContain(violation!.trace);
});

test('the commands that show a world again repeat all options that make it', async () => {
  project.write('of the law.mjs', project.read('laws.ts'));
  const worlds = [
    '--input',
    'of the law.mjs',
    '--faults',
    'duplicate,crash',
    '--next',
    'next/texts',
    '--redrive',
    '--pure',
  ];
  const { out } = await project.sluice(['simulate', 'texts', ...worlds, '--seeds', '50', '--flows', '4']);
  const commands = commandsIn(out);
  expect(commands).toHaveLength(2);
  for (const command of commands) {
    const given = "--input 'of the law.mjs' --faults duplicate,crash --next next/texts --pure --redrive";
    expect(command).toContain(`npx sluice simulate texts ${given} --`);
    expect((await literally(`${command} --json`)).at(-1)).toMatchObject({ violations: 1 });
  }
});

test('only the faults that are asked for happen', async () => {
  const calm = ['simulate', 'texts', '--input', 'laws.ts', '--seeds', '20', '--flows', '4', '--json', '--faults'];
  expect((await project.sluice([...calm, 'none'])).json.at(-1)).toMatchObject({ violations: 0 });
  expect((await project.sluice([...calm, 'reorder,delay'])).json.at(-1)).toMatchObject({ violations: 0 });
});

test('what is asked for on the command line counts more than what the module says', async () => {
  const simulate = (...more: string[]) => project.sluice(['simulate', 'counting', '--seeds', '5', ...more]);
  const asItSays = await simulate();
  expect(asItSays).toMatchObject({ code: 1, err: expect.stringContaining('  no faults') });
  const asked = await simulate('--faults', 'reorder', '--pure');
  expect(asked.err).toMatch(/no law broken[\s\S]* {2}faults: \d+ reorder\n/);
  expect(asked.code).toBe(0);
});

test('flows come from stdin with --input -', async () => {
  const args = ['simulate', 'texts', '--input', '-', '--seeds', '2', '--flows', '3', '--json'];
  const { json } = await project.sluice(args, { input: '{"data":{"text":"one"}}\n' });
  expect(json).toMatchObject([{ seeds: 2, violations: 0, ends: { open: 0 } }]);
  const { code, json: empty } = await project.sluice(args, { input: '' });
  expect(code).toBe(2);
  expect(empty).toMatchObject([{ error: { message: 'stdin has no flows' } }]);
});

test('a line that is wrong says what to write instead', async () => {
  project.write('misspelled.ndjson', '{"flowid":"a","data":{"n":1}}\n');
  for (const [file, fix] of [
    ['wrong.ndjson', 'Did you mean "limit"? Controls: limit.'],
    ['misspelled.ndjson', 'Did you mean "flowId"? Known: data, flowId, at, deadline, entry, objects, fair.'],
  ] as const) {
    const { json } = await project.sluice(['simulate', 'limits', '--input', file, '--json']);
    expect(json).toMatchObject([{ error: { fix } }]);
  }
});

test('a module that exports what nobody would read is refused: laws that are misspelled would never be asked', async () => {
  const simulate = (more: string) => {
    project.write('module.mjs', `export const input = [{ entry: 'words', data: { text: 'x' } }];\n${more}`);
    return project.sluice(['simulate', 'texts', '--input', 'module.mjs', '--seeds', '2', '--json']);
  };
  expect(await simulate('export const eventualy = { never: () => false };')).toMatchObject({
    code: 2,
    json: [
      {
        error: {
          message: 'module.mjs exports "eventualy", which is not read',
          fix: expect.stringContaining('Did you mean "eventually"?'),
        },
      },
    ],
  });
  expect(await simulate('export const flows = 3;')).toMatchObject({
    code: 2,
    json: [{ error: { fix: 'Give it on the command line: --flows.' } }],
  });
  expect(await simulate('export const eventually = { always: () => true };\nexport default 3;')).toMatchObject({
    code: 0,
  });
});

test.each(['SIGINT', 'SIGTERM'] as const)('%s ends it with what was found so far', async (signal) => {
  const running = project.start([
    'simulate',
    'texts',
    '--input',
    'laws.ts',
    '--flows',
    '2',
    '--seeds',
    '1000000',
    '--json',
  ]);
  await setTimeout(3_000);
  expect(await running.kill(signal)).toBe(130);
  const lines = running.out().trim().split('\n');
  const sum = JSON.parse(lines.at(-1)!);
  expect(JSON.parse(lines[0]!)).toMatchObject({ law: 'each flow is predicted on once' });
  expect(sum.seeds).toBeGreaterThan(0);
  expect(sum.seeds).toBeLessThan(1_000_000);
  expect(running.err()).toContain('interrupted');
});

test.each([
  [['simulate', 'texts', '--input', 'flows.ndjson', '--only', '{seed'], 2, 'usage', /--only is no JSON/],
  [['simulate', 'texts', '--input', 'flows.ndjson', '--only', '{"seed":1}'], 1, 'option-invalid', /flows is undefined/],
  [
    ['simulate', 'texts', '--only', '{}', '--flows', '3'],
    2,
    'usage',
    /--only <world>' cannot be used with option '--flows/,
  ],
  [['simulate', 'texts', '--input', 'functions/texts'], 2, 'usage', /functions\/texts is a folder/],
  [['simulate', 'texts'], 3, 'file-not-found', /simulation\.ts/],
  [
    ['simulate', 'texts', '--input', 'flows.ndjson', '--taken-back'],
    2,
    'usage',
    /--taken-back takes nothing back without --next/,
  ],
  [
    ['simulate', 'texts', '--input', 'flows.ndjson', '--next', 'next/texts', '--taken-back', '--faults', 'crash'],
    1,
    'option-invalid',
    /taken back before any process has run it/,
  ],
  [['simulate', 'texts', '--input', 'flows.ndjson', '--seeds', 'many'], 2, 'usage', /--seeds is many/],
  [['simulate', 'texts', '--input', 'flows.ndjson', '--faults', 'crahs'], 2, 'usage', /no fault "crahs"/],
  [['simulate', 'limits', '--input', 'wrong.ndjson'], 2, 'usage', /line 2 of .* names no control: "limits"/],
  [['simulate', 'other'], 3, 'application-not-found', /no application "other"/],
])('%j says what is wrong', async (args, exit, code, message) => {
  const { code: ended, json } = await project.sluice([...args, '--json']);
  expect(ended).toBe(exit);
  expect(json).toMatchObject([{ error: { code, message: expect.stringMatching(message) } }]);
});
