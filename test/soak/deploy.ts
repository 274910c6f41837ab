import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { CloudOutput } from '../../lib/aws/cloud-output.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const APP = 'node --conditions=sluice-source test/soak/stack.ts';

/** Deploys the application with the stock CDK command line to the endpoint that the environment names. */
export async function deploy(): Promise<CloudOutput> {
  const work = mkdtempSync(join(tmpdir(), 'sluice-soak-cdk-'));
  const outputs = join(work, 'outputs.json');
  try {
    const { CDK_DEFAULT_ACCOUNT: account = '000000000000', AWS_REGION: region = 'us-east-1' } = process.env;
    await cdk('bootstrap', `aws://${account}/${region}`, '--output', join(work, 'out'));
    await cdk('deploy', '--require-approval', 'never', '--outputs-file', outputs, '--output', join(work, 'out'));
    const stacks = JSON.parse(readFileSync(outputs, 'utf8')) as Record<string, Record<string, string>>;
    return JSON.parse(stacks.SluiceSoak!.MillCloud!) as CloudOutput;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function cdk(...args: readonly string[]): Promise<void> {
  const command = join(ROOT, 'node_modules/.bin/cdk');
  return new Promise((done, fail) => {
    execFile(command, [...args, '--app', APP], { cwd: ROOT, maxBuffer: 2 ** 26 }, (error, out, err) => {
      if (error) fail(new Error(`cdk ${args[0]} failed:\n${`${out}${err}`.slice(-4_000)}`));
      else done();
    });
  });
}
