import { readFile } from 'node:fs/promises';
import type { CloudOutput } from '../aws/cloud-output.ts';
import { toError } from '../core/errors.ts';
import { didYouMean } from '../core/nearest.ts';
import { notFound, wrongUsage } from './failure.ts';

/** An application's output in the file that `cdk deploy --outputs-file` writes. */
export async function readOutputs(file: string, application: string): Promise<CloudOutput> {
  const found = await deployedIn(file);
  const own = found.find((output) => output.application === application);
  if (own) return own;
  const names = found.map((output) => output.application);
  throw notFound(
    'application',
    `${file} names no deployed application "${application}"`,
    names.length === 0
      ? `Name the file that this writes: npx cdk deploy --outputs-file outputs.json`
      : `${didYouMean(application, names)}It names: ${names.join(', ')}.`,
  );
}

/** The applications that a file of outputs names. */
export async function applicationsIn(file: string): Promise<readonly string[]> {
  return (await deployedIn(file)).map(({ application }) => application);
}

async function deployedIn(file: string): Promise<readonly CloudOutput[]> {
  const stacks = await readStacks(file);
  return Object.values(stacks)
    .flatMap((outputs) => Object.values(outputs ?? {}))
    .flatMap(cloudOutput);
}

type Stacks = Readonly<Record<string, Readonly<Record<string, unknown>> | null>>;

async function readStacks(file: string): Promise<Stacks> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    const fix = `Write it: npx cdk deploy --outputs-file ${file}`;
    throw notFound('file', `the outputs of the deployment cannot be read: ${toError(error).message}`, fix);
  });
  try {
    const stacks: unknown = JSON.parse(text);
    if (typeof stacks === 'object' && stacks !== null) return stacks as Stacks;
  } catch {
    // The same as JSON that is no object.
  }
  throw wrongUsage(`${file} is not a file of stack outputs`, `Write it: npx cdk deploy --outputs-file ${file}`);
}

/** One output, where it is a cascade's. */
function cloudOutput(text: unknown): readonly CloudOutput[] {
  try {
    const { application, queues, table, bucket } = JSON.parse(String(text)) as CloudOutput;
    const isWhole =
      [application, table, bucket].every((name) => typeof name === 'string') && typeof queues === 'object';
    return isWhole ? [JSON.parse(String(text)) as CloudOutput] : [];
  } catch {
    return [];
  }
}
