import { execFile, fork } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Example, examples } from './extract.ts';
import { ROOT } from './markdown.ts';
import type { ExampleResult } from './run-examples.ts';

/** Examples as files that can be checked, run and looked at; ignored by git. */
const FOLDER = fileURLToPath(new URL('./.examples/', import.meta.url));
const RUNNER = fileURLToPath(new URL('./run-examples.ts', import.meta.url));
const BIN = join(ROOT, 'node_modules/.bin/');

const all = examples();
const groups = [...new Set(all.map((example) => example.group))];

beforeAll(() => {
  rmSync(FOLDER, { recursive: true, force: true });
  const written = new Map<string, Example>();
  for (const example of all) {
    const file = join(FOLDER, example.group, example.file);
    const other = written.get(file);
    if (other) throw new Error(`${at(example)} and ${at(other)} both are ${example.file}`);
    written.set(file, example);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, example.code);
  }
  const compilerOptions = { moduleDetection: 'force' };
  writeFileSync(
    join(FOLDER, 'tsconfig.json'),
    JSON.stringify({ extends: '../../../tsconfig.json', compilerOptions, include: ['./**/*.ts'] }),
  );
  const conditions = ['sluice-source', 'node', 'import', 'default'];
  const config = { resolve: { conditions }, ssr: { resolve: { conditions } }, test: { testTimeout: 20_000 } };
  writeFileSync(join(FOLDER, 'vitest.config.mjs'), `export default ${JSON.stringify(config)};\n`);
});

test('there are examples', () => {
  expect(all.length).toBeGreaterThan(20);
});

test('all examples fit the types', { timeout: 60_000 }, async () => {
  const { stdout } = await call('tsc', ['-p', join(FOLDER, 'tsconfig.json'), '--pretty', 'false'], ROOT);
  const problems = stdout.split('\n').flatMap((text) => {
    const [, file, line, problem] = /^(\S+\.ts)\((\d+),\d+\): (.+)$/.exec(text) ?? [];
    // Whether the library itself fits is asked elsewhere.
    if (!problem || !file?.includes('.examples')) return file || !/^error/.test(text) ? [] : [text];
    const example = all.find((e) => file.endsWith(join('.examples', e.group, e.file)));
    return [example ? `${at(example, Number(line))} ${problem}` : text];
  });
  expect(problems).toEqual([]);
});

describe.concurrent('examples run', () => {
  test.each(groups)('%s', { timeout: 60_000 }, async (group) => {
    const own = all.filter((example) => example.group === group);
    const tests = own.filter((example) => example.file.endsWith('.spec.ts'));
    const plain = own.filter((example) => !tests.includes(example));
    const problems = [...(await runPlain(group, plain)), ...(await runTests(group, tests))];
    expect(problems).toEqual([]);
  });
});

async function runPlain(group: string, own: readonly Example[]): Promise<readonly string[]> {
  if (own.length === 0) return [];
  const results = new Map<string, ExampleResult>();
  await new Promise<void>((done) => {
    const child = fork(
      RUNNER,
      own.map((example) => example.file),
      { cwd: join(FOLDER, group), execArgv: ['--conditions=sluice-source'], env: cleanEnv(), timeout: 40_000 },
    );
    child.on('message', (result: ExampleResult) => results.set(result.file, result));
    child.on('close', () => done());
  });
  const printed = [...results.values()].flatMap((result) => result.printed);
  return own.flatMap((example) => {
    const result = results.get(example.file);
    if (!result) return [`${at(example)} did not end, or the one before it ended the process`];
    if (result.error !== undefined) return [`${at(example, result.errorLine)} ${result.error}`];
    return wrongValues(
      example,
      printed.filter((p) => p.file === example.file),
    );
  });
}

/** Lines of the form `console.log(…); // value` whose value is not what was printed there. */
function wrongValues(example: Example, printed: ExampleResult['printed']): readonly string[] {
  return example.code.split('\n').flatMap((text, i) => {
    const expected = /console\.log\(.*\);? \/\/ (.+)$/.exec(text)?.[1];
    if (expected === undefined) return [];
    const got = printed.filter((p) => p.line === i + 1).map((p) => p.text);
    if (got.length === 1 && got[0]!.trim() === expected.trim()) return [];
    return [`${at(example, i + 1)} says ${expected} and prints ${got.length === 0 ? 'nothing' : got.join(' | ')}`];
  });
}

/** Examples that are tests themselves are run as a user would run them. */
async function runTests(group: string, own: readonly Example[]): Promise<readonly string[]> {
  if (own.length === 0) return [];
  const args = ['run', '--config', join(FOLDER, 'vitest.config.mjs'), '--root', '.'];
  const files = own.map((example) => example.file);
  const { stdout, failed } = await call('vitest', [...args, ...files], join(FOLDER, group));
  return failed ? [`${own.map((example) => at(example)).join(', ')}\n${stdout}`] : [];
}

async function call(tool: string, args: readonly string[], cwd: string): Promise<{ stdout: string; failed: boolean }> {
  try {
    const { stdout } = await promisify(execFile)(BIN + tool, args, { cwd, env: cleanEnv() });
    return { stdout, failed: false };
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    return { stdout: stdout + stderr, failed: true };
  }
}

/** What vitest tells its own tests is not meant for the processes they start. */
function cleanEnv(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^VITEST|^NODE_ENV$|^TEST$/.test(name));
  return { ...Object.fromEntries(own), PATH: `${BIN}:${process.env.PATH}`, NO_COLOR: '1' };
}

function at(example: Example, line = 1): string {
  return `${example.source}:${example.line + line - 1}`;
}
