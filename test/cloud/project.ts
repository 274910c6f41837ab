import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { CloudOutput } from '../../lib/aws/cloud-output.ts';
import { awsCloud } from '../../lib/aws/index.ts';
import type { Cloud } from '../../lib/index.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const BIN = join(ROOT, 'bin/sluice.js');
const OUTPUTS = 'outputs.json';

/** What a command printed and how it ended. */
interface Ran {
  readonly code: number;
  readonly out: string;
}

/** A deployed application. */
export interface Deployed {
  readonly cloud: Cloud;
  readonly output: CloudOutput;
}

/** A copy of this project to change and deploy, as a user does. */
export interface DeployedProject {
  /** Runs the stock CDK command line, to success. */
  cdk(...args: readonly string[]): Promise<string>;
  /** Deploys the stack, and opens its first application. */
  deploy(...args: readonly string[]): Promise<Deployed>;
  /** Opens an application of the deployed stack. */
  open(application: string): Deployed;
  /** Runs sluice on the deployed cascade. */
  sluice(...args: readonly string[]): Promise<Ran & { readonly json: unknown }>;
  write(file: string, text: string): void;
  /** Replaces text in a file; throws where it is not there. */
  edit(file: string, from: string, to: string): void;
  delete(file: string): void;
  remove(): void;
}

/** A copy of what a user edits, with these files of its own; the library and its constructs stay where they are. */
export function deployedProject(application = 'photos', files: Readonly<Record<string, string>> = {}): DeployedProject {
  mkdirSync(join(ROOT, '.sluice'), { recursive: true });
  const dir = mkdtempSync(join(ROOT, '.sluice', 'cloud-'));
  for (const name of [`functions/${application}`, 'package.json', 'cdk.json', 'tsconfig.json']) {
    cpSync(join(ROOT, name), join(dir, name), { recursive: true });
  }
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(dir, file)), { recursive: true });
    writeFileSync(join(dir, file), text);
  };
  for (const [file, text] of Object.entries(files)) write(file, text);
  for (const name of ['lib', 'infra']) symlinkSync(join(ROOT, name), join(dir, name));
  const account = process.env.CDK_DEFAULT_ACCOUNT ?? '000000000000';
  const region = process.env.AWS_REGION ?? 'us-east-1';
  const env = { ...process.env, CDK_DEFAULT_ACCOUNT: account, CDK_DEFAULT_REGION: region, NO_COLOR: '1' };

  let bootstrapped: Promise<string> | undefined;
  const run = (file: string, args: readonly string[]): Promise<Ran> =>
    new Promise((done) => {
      const options = { cwd: dir, env, maxBuffer: 64 * 1_024 * 1_024 };
      execFile(file, args, options, (error, stdout, stderr) => {
        done({ code: error ? Number(error.code ?? 1) : 0, out: `${stdout}${stderr}` });
      });
    });
  const cdk = async (...args: readonly string[]): Promise<string> => {
    const { code, out } = await run('cdk', args);
    if (code !== 0) throw new Error(`cdk ${args.join(' ')} ended with ${code}:\n${out.slice(-4_000)}`);
    return out;
  };
  const open = (name: string): Deployed => {
    const stacks = JSON.parse(readFileSync(join(dir, OUTPUTS), 'utf8')) as Record<string, Record<string, string>>;
    const outputs = Object.values(stacks).flatMap((stack) => Object.entries(stack));
    const clouds = outputs.flatMap(([id, text]) => (id.endsWith('Cloud') ? [JSON.parse(text) as CloudOutput] : []));
    const output = clouds.find((one) => one.application === name)!;
    const silent = { write: async () => undefined, flow: async () => [] };
    return { output, cloud: awsCloud({ ...output, decisions: silent }) };
  };
  return {
    cdk,
    async deploy(...args) {
      bootstrapped ??= cdk('bootstrap', `aws://${account}/${region}`);
      await bootstrapped;
      await cdk('deploy', '--require-approval', 'never', '--outputs-file', OUTPUTS, ...args);
      return open(application);
    },
    open,
    async sluice(...args) {
      const onCloud = args[0] === 'new' ? [] : ['--outputs', OUTPUTS];
      const ran = await run(process.execPath, [BIN, ...args, ...onCloud]);
      return { ...ran, json: args.includes('--json') ? JSON.parse(ran.out) : undefined };
    },
    write,
    edit(file, from, to) {
      const text = readFileSync(join(dir, file), 'utf8');
      if (!text.includes(from)) throw new Error(`${file} does not contain ${from}`);
      writeFileSync(join(dir, file), text.replace(from, to));
    },
    delete: (file) => rmSync(join(dir, file)),
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}
