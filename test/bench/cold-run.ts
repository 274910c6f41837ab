import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import { FUNCTION_CONFIG, type FunctionConfig } from '../../lib/aws/function-config.ts';
import { encode } from '../../lib/core/envelope.ts';
import type { Candidate, Work } from './cold-bundles.ts';
import { type Stub, stubEnvironment } from './cold-stub.ts';

/** One cold start, ms. */
export interface ColdStart {
  /** Import and init: what Lambda's init phase does. */
  readonly init: number;
  /** The first invocation. */
  readonly call: number;
  readonly total: number;
  /** Time of processors, threads of the engine included: other work on the machine does not count. */
  readonly cpu: number;
}

const CHILD = `
const before = process.cpuUsage();
const started = performance.now();
const { handler } = await import(process.argv[1]);
const init = performance.now() - started;
const { batchItemFailures } = await handler(JSON.parse(process.env.EVENT), { getRemainingTimeInMillis: () => 30_000 });
const total = performance.now() - started;
const { user, system } = process.cpuUsage(before);
if (batchItemFailures.length > 0) throw new Error('records failed');
process.stdout.write('\\n' + JSON.stringify({ init, call: total - init, total, cpu: (user + system) / 1_000 }), () => process.exit(0));
`;

const KEY = 'objects/photo';
const PHOTO = new Uint8Array(2_000).fill(7);

/** Starts a function in a fresh process and lets it handle one event of ten records. */
export async function coldStart({ entry, work }: Candidate, stub: Stub): Promise<ColdStart> {
  stub.objects.set(KEY, PHOTO);
  const child = spawn(process.execPath, ['--input-type=module', '--eval', CHILD, pathToFileURL(entry).href], {
    env: {
      ...stubEnvironment(stub),
      ANSWERS: `${stub.url}/1/answers`,
      TABLE: 'flows',
      [FUNCTION_CONFIG]: JSON.stringify(configOf(work, stub)),
      EVENT: JSON.stringify({
        Records: work === 'full' ? [recordOf(work, 0)] : Array.from({ length: 10 }, (_, n) => recordOf(work, n)),
      }),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let stdout = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code !== 0) throw new Error(`${entry} ended with ${code}: ${stdout}`);
  return JSON.parse(stdout.slice(stdout.lastIndexOf('\n'))) as ColdStart;
}

function configOf(work: Work, stub: Stub): FunctionConfig {
  return {
    application: 'cold',
    version: '1',
    file: `${work}.ts`,
    mode: 'entry',
    reads: [{ queue: work, kind: 'data' }],
    deadLetters: `${work}.dlq`,
    answers: 'answers',
    next: null,
    limits: { functionMs: 35_000, leaseMs: 36_000, visibilityMs: 210_000 },
    queues: Object.fromEntries([work, `${work}.dlq`, 'answers'].map((name) => [name, `${stub.url}/1/${name}`])),
    table: 'flows',
    bucket: 'objects',
    allowedBuckets: [],
  };
}

function recordOf(work: Work, n: number): object {
  const sha256 = createHash('sha256').update(PHOTO).digest('hex');
  const objects = { photo: { bucket: 'objects', key: KEY, size: PHOTO.byteLength, sha256 } };
  const from = { name: 'client', version: '1' };
  const message = {
    v: 1,
    id: `e${n}`,
    flow: `f${n}`,
    kind: 'data',
    from,
    ts: 0,
    sent: 0,
    hop: 0,
    data: { n },
  } as const;
  return {
    messageId: `m${n}`,
    receiptHandle: `r${n}`,
    body: encode({ ...message, ...(work === 'full' && { objects }) }),
    attributes: { ApproximateReceiveCount: '1', SentTimestamp: '0' },
    eventSourceARN: `arn:aws:sqs:eu-west-1:1:${work}`,
  };
}
