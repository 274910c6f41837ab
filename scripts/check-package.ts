import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';

/**
 * Packs the package, checks what is in it, installs it into an empty project as a user would, and runs a two-tier
 * cascade there: with `npx sluice run`, and from a script that is type-checked too. Its CDK app is synthesized.
 */
const root = process.cwd();
const project = await mkdtemp(join(tmpdir(), 'sluice-package-'));
const path = [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter);
const run = (
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly input?: string; readonly env?: NodeJS.ProcessEnv } = {},
): string =>
  execFileSync(command, args, {
    cwd: project,
    encoding: 'utf8',
    env: { ...process.env, PATH: path },
    stdio: ['pipe', 'pipe', 'inherit'],
    ...options,
  });

interface Manifest {
  readonly devDependencies: Readonly<Record<string, string>>;
}

interface Template {
  readonly Resources: Readonly<
    Record<string, { readonly Type: string; readonly Properties: { readonly Description?: string } }>
  >;
}

const FILES: Readonly<Record<string, string>> = {
  'package.json': JSON.stringify({ name: 'user', private: true, type: 'module' }),
  'tsconfig.json': JSON.stringify({
    compilerOptions: {
      target: 'ES2024',
      module: 'NodeNext',
      strict: true,
      noEmit: true,
      // As `tsc --init` has it: each type of a definition must have a name that users can import.
      declaration: true,
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
  'cdk.json': JSON.stringify({ app: 'node infra/app.ts' }),
  'infra/app.ts': `
import { App, Stack } from 'aws-cdk-lib';
import { bundleApplication, Cascade } from 'sluice/cdk';
const app = new App();
const application = await bundleApplication('functions/greetings');
new Cascade(new Stack(app, 'Greetings'), 'Greetings', { application, tiers: { careful: { memorySize: 2048 } } });
app.synth();`,
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
  const { devDependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as Manifest;
  const beside = ['zod', '@types/node', 'typescript', 'aws-cdk-lib', 'constructs'];
  const packages = beside.map((name) => `${name}@${devDependencies[name]}`);
  run('npm', ['install', '--no-audit', '--no-fund', tarball, ...packages]);
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
  expectFunctions(await synthesized(), ['quick', 'careful']);
  console.log(
    `packed package: ${packed.files.length} files, ${Math.round(packed.size / 1024)} KiB packed, ${Math.round(packed.unpackedSize / 1024)} KiB unpacked; a two-tier cascade ran from it, and was synthesized for AWS`,
  );
} finally {
  await rm(project, { recursive: true, force: true });
}

function expectAnswer(output: string, tier: string): void {
  if (!output.includes(`"tier":"${tier}"`)) throw new Error(`no answer of tier "${tier}" in: ${output}`);
}

/** The template that the user's CDK app makes. */
async function synthesized(): Promise<Template> {
  run('node', ['infra/app.ts'], { env: { ...process.env, PATH: path, CDK_OUTDIR: join(project, 'cdk.out') } });
  return JSON.parse(await readFile(join(project, 'cdk.out', 'Greetings.template.json'), 'utf8')) as Template;
}

function expectFunctions({ Resources }: Template, tiers: readonly string[]): void {
  const functions = Object.values(Resources).filter(({ Type }) => Type === 'AWS::Lambda::Function');
  const described = functions.map(({ Properties }) => Properties.Description);
  for (const tier of tiers) {
    if (!described.includes(`sluice: greetings/${tier}`))
      throw new Error(`no function of tier "${tier}" in the template`);
  }
}
