import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { apart } from '../common/apart.ts';
import { atMost } from '../common/document.ts';
import { inRounds, type Rounds } from '../common/rounds.ts';
import type { Effort, Found } from '../common/scenario.ts';
import { median, range } from '../common/statistics.ts';
import type { HandlerFigures } from './measure.ts';
import type { OverSdk } from './over-sdk-run.ts';

const CONTENDERS = ['sluice', 'sluice, once', 'Powertools batch + idempotency', 'middy, sqs-partial-batch-failure'];
const PEER = 'Powertools batch + idempotency';

/** What a handler costs beside the model: over the AWS SDK, and with a backend that answers at once. */
export async function handlerScenario({ quick, progress }: Effort): Promise<Found> {
  const over = await overSdk(quick, progress);
  const bare = await inRounds(CONTENDERS, quick ? 1 : 3, (name, round) => {
    progress(`${name} on a backend that answers at once, round ${round + 1}`);
    return apart<HandlerFigures>(new URL('./measure-run.ts', import.meta.url), [name, quick ? '1000' : '3000']);
  });
  const micros = (name: string) => median(bare.get(name)!.map(({ microsPerRecord }) => microsPerRecord));
  const cpu = (name: string) => median(over.get(name)!.map(({ cpuMicrosPerRecord }) => cpuMicrosPerRecord));
  const calls = (name: string) => over.get(name)![0]!;
  return {
    name: 'handler',
    title: 'Handler: time and calls a record',
    about: ABOUT,
    tables: [
      {
        title: 'Over the AWS SDK, against SQS and DynamoDB in the memory of another process',
        columns: [
          { key: 'name', title: 'handler' },
          { key: 'cpu', title: 'µs of CPU a record' },
          { key: 'range', title: 'rounds' },
          { key: 'ratio', title: 'of Powertools', digits: 2 },
          { key: 'queue', title: 'queue calls a record', digits: 2 },
          { key: 'table', title: 'table calls a record', digits: 2 },
        ],
        rows: CONTENDERS.map((name) => ({
          name,
          cpu: cpu(name),
          range: range(over.get(name)!.map(({ cpuMicrosPerRecord }) => cpuMicrosPerRecord)),
          ratio: cpu(name) / cpu(PEER),
          queue: calls(name).queueCallsPerRecord,
          table: calls(name).tableCallsPerRecord,
        })),
      },
      {
        title: 'With a backend in the same process that answers at once',
        columns: [
          { key: 'name', title: 'handler' },
          { key: 'does', title: 'what it does' },
          { key: 'micros', title: 'µs a record', digits: 1 },
          { key: 'ratio', title: 'of Powertools', digits: 2 },
        ],
        rows: CONTENDERS.map((name) => ({
          name,
          does: bare.get(name)![0]!.does,
          micros: micros(name),
          ratio: micros(name) / micros(PEER),
        })),
      },
    ],
    goals: [
      atMost(
        'handler: CPU time a record over the AWS SDK, of Powertools batch + idempotency',
        cpu('sluice') / cpu(PEER),
        0.5,
      ),
      atMost('the same on a backend that answers at once', micros('sluice') / micros(PEER), 0.5),
      atMost('table calls a satisfied flow that is carried', calls('sluice').tableCallsPerRecord, 0),
    ],
  };
}

const ABOUT = [
  "Each handler gets the same SQS events of 10 records of 2 KB, checks a record with the same zod schema, predicts (nothing: one\ncomparison) and sends the prediction to a queue. Powertools: `BatchProcessor`, and `makeIdempotent` by message id for each record.\nmiddy: its middleware for partial batches, no idempotency. sluice: the Lambda handler of a tier as it is deployed, with its\nmiddleware, drain guard, metrics and decision log, once `at-least-once` (output ids are derived, so a redelivery gives the same\nanswer and no table is asked) and once with `delivery: 'once'`, which is what idempotency is to Powertools.",
  'The first table is what a function would spend: each call goes through the AWS SDK that the handler uses when deployed, over HTTP\nto another process, whose time is not counted. The decision log and the metrics are written to standard output, which goes to\n`/dev/null`. Records that Powertools and middy send go one by one, as a handler of one record does; sluice sends a batch.',
  'In the second table there is no SDK: a call increments a counter, and lines of logs are made and dropped. It tells what the\nframeworks add when calls cost nothing, in wall time.',
];

async function overSdk(quick: boolean, progress: Effort['progress']): Promise<Rounds<OverSdk>> {
  const server = spawn(process.execPath, [fileURLToPath(new URL('./aws-server.ts', import.meta.url))], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  try {
    const port = await new Promise<string>((resolve, reject) => {
      server.on('error', reject);
      server.stdout!.setEncoding('utf8').once('data', (text: string) => resolve(text.trim()));
    });
    const env = {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'any',
      AWS_SECRET_ACCESS_KEY: 'any',
    };
    const script = new URL('./over-sdk-run.ts', import.meta.url);
    return await inRounds(CONTENDERS, quick ? 1 : 5, (name, round) => {
      progress(`${name} over the AWS SDK, round ${round + 1}`);
      return apart<OverSdk>(script, [name, quick ? '100' : '200'], env);
    });
  } finally {
    server.kill();
  }
}
