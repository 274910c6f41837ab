import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { awsCloud } from '../../lib/aws/index.ts';
import type { Cloud } from '../../lib/index.ts';

const run = promisify(execFile);

/** What the stack's output says: all that a client needs. */
interface CloudOutput {
  readonly queues: Readonly<Record<string, string>>;
  readonly table: string;
  readonly bucket: string;
}

/** Bootstraps the account and deploys the photo cascade with the stock CDK command line. */
export async function deployPhotos(): Promise<{ readonly cloud: Cloud; readonly output: CloudOutput }> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-deploy-'));
  const env = { ...process.env, CDK_DEFAULT_ACCOUNT: '000000000000', CDK_DEFAULT_REGION: 'us-east-1' };
  try {
    const outputs = join(folder, 'outputs.json');
    await run('cdk', ['bootstrap', 'aws://000000000000/us-east-1'], { env });
    await run('cdk', ['deploy', '--require-approval', 'never', '--outputs-file', outputs], { env });
    const stacks = JSON.parse(await readFile(outputs, 'utf8')) as Record<string, Record<string, string>>;
    const [text] = Object.values(Object.values(stacks)[0] ?? {});
    const output = JSON.parse(text ?? '{}') as CloudOutput;
    const cloud = awsCloud({ ...output, decisions: { write: async () => undefined, flow: async () => [] } });
    return { cloud, output };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Takes answers off their queue until `count` flows have one. */
export async function collectAnswers(
  cloud: Cloud,
  count: number,
  withinMs: number,
): Promise<ReadonlyMap<string, { readonly id: string; readonly tier: string; readonly output: unknown }>> {
  const answers = new Map<string, { id: string; tier: string; output: unknown }>();
  const until = Date.now() + withinMs;
  while (answers.size < count && Date.now() < until) {
    const messages = await cloud.queue('answers').receive({ max: 10, visibilityMs: 30_000, waitMs: 1_000 });
    for (const { body } of messages) {
      const { id, flow, signal } = JSON.parse(body) as {
        id: string;
        flow: string;
        signal: { tier: string; output: unknown };
      };
      answers.set(flow, { id, tier: signal.tier, output: signal.output });
    }
    await cloud.queue('answers').delete(messages.map((m) => m.receipt));
  }
  return answers;
}
