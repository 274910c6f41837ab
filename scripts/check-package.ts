import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';

/**
 * Packs the package, checks what is in it, installs it into an empty project as a user would, and runs a two-tier
 * cascade there: with `npx sluice run`, and from a script that is type-checked too.
 */
const root = process.cwd();
const project = await mkdtemp(join(tmpdir(), 'sluice-package-'));
const path = [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter);
const run = (
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly input?: string } = {},
): string =>
  execFileSync(command, args, {
    cwd: project,
    encoding: 'utf8',
    env: { ...process.env, PATH: path },
    stdio: ['pipe', 'pipe', 'inherit'],
    ...options,
  });

const FILES: Readonly<Record<string, string>> = {
  'package.json': JSON.stringify({ name: 'user', private: true, type: 'module' }),
  'tsconfig.json': JSON.stringify({
    compilerOptions: {
      target: 'ES2024',
      module: 'NodeNext',
      strict: true,
      noEmit: true,
      allowImportingTsExtensions: true,
      types: ['node'],
    },
    include: ['**/*.ts'],
  }),
  'functions/greetings/quick.ts': `
import { defineTier } from 'sluice';
import * as z from 'zod';
export default defineTier({
  name: 'quick',
  input: z.object({ name: z.string() }),
  output: z.object({ text: z.string(), sure: z.number() }),
  predict: ({ data }) => ({ text: \`Hi \${data.name}\`, sure: data.name.length > 3 ? 1 : 0 }),
  satisfied: { score: ({ output }) => output.sure, atLeast: 0.5 },
});`,
  'functions/greetings/careful.ts': `
import { defineTier, tier } from 'sluice';
import * as z from 'zod';
export default defineTier({
  name: 'careful',
  input: tier<typeof import('./quick.ts')>('quick'),
  output: z.object({ text: z.string() }),
  workers: 1,
  predict: ({ data, signal }) => ({ text: \`\${signal.text}, or should I say: good day, \${data.name}\` }),
});`,
  'main.ts': `
import { connect } from 'sluice';
import { loadApplication, openCloud, startCascade } from 'sluice/local';
const cloud = await openCloud({ dir: ':memory:' });
const cascade = await startCascade({ application: await loadApplication('functions/greetings'), cloud });
const client = connect<typeof import('./functions/greetings/quick.ts')>('quick', { cloud });
const { flowId } = await client.send({ name: 'Ann' }, { reply: true });
const { tier, output } = await client.result(flowId);
console.log(JSON.stringify({ tier, output }));
await cascade.stop();
await cloud.close();`,
};

try {
  run('npx', ['publint', '--strict'], { cwd: root });
  const [packed] = JSON.parse(
    run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', project], { cwd: root }),
  ) as [{ filename: string; size: number; unpackedSize: number; files: readonly { path: string }[] }];
  const stray = packed.files.filter(({ path: p }) => /^(lib|test|functions|infra|scripts)\//.test(p));
  if (stray.length > 0) throw new Error(`the package holds what it should not: ${stray[0]!.path}`);
  const tarball = resolve(project, packed.filename);
  run('npx', ['attw', tarball, '--profile', 'esm-only'], { cwd: root });
  for (const [name, text] of Object.entries(FILES)) {
    await mkdir(join(project, name, '..'), { recursive: true });
    await writeFile(join(project, name), text);
  }
  run('npm', ['install', '--no-audit', '--no-fund', tarball, 'zod@4', '@types/node@24', 'typescript@7.0.2']);
  run('npx', ['tsc', '-p', '.']);
  expectAnswer(run('node', ['main.ts']), 'careful');
  const lines = run('npx', ['sluice', 'run', 'greetings'], {
    input: '{"data":{"name":"Ann"}}\n{"data":{"name":"Barbara"}}\n',
  })
    .trim()
    .split('\n');
  if (lines.length !== 2) throw new Error(`npx sluice run printed ${lines.length} lines instead of 2 answers`);
  expectAnswer(lines.join('\n'), 'careful');
  expectAnswer(lines.join('\n'), 'quick');
  console.log(
    `packed package: ${packed.files.length} files, ${Math.round(packed.size / 1024)} KiB packed, ${Math.round(packed.unpackedSize / 1024)} KiB unpacked; a two-tier cascade ran from it`,
  );
} finally {
  await rm(project, { recursive: true, force: true });
}

function expectAnswer(output: string, tier: string): void {
  if (!output.includes(`"tier":"${tier}"`)) throw new Error(`no answer of tier "${tier}" in: ${output}`);
}
