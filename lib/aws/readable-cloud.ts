import type { DecisionRecord } from '../core/decision.ts';
import { SluiceError } from '../core/errors.ts';
import { rejectUnknownKeys } from '../core/options.ts';
import { DEAD_LETTER_RETENTION_MS } from '../core/plan.ts';
import type { Cloud } from '../ports/cloud.ts';
import type { DecisionLog, LogRange } from '../ports/decision-log.ts';
import { readDecisions } from '../runtime/log/read-decisions.ts';
import { type AwsCloudOptions, awsCloud } from './cloud.ts';
import { stdoutDecisions } from './decisions.ts';

/** A cascade on AWS as its clients see it. */
export interface ClientCloudOptions extends AwsCloudOptions {
  /** Where its delivered decisions lie in the bucket: `decisions/<application>/`. */
  readonly log?: AwsCloudOptions['log'] & { readonly prefix?: string };
}

/**
 * A deployed cascade, for clients: as the functions see it, and with a decision log that can be read back. What functions
 * decided is there within five minutes.
 *
 * @example
 * ```ts no-run
 * import { readDecisions } from 'sluice';
 * import { awsCloud } from 'sluice/aws';
 *
 * const cloud = awsCloud({ queues: {}, bucket: 'photos-bucket', log: { prefix: 'decisions/photos/' } });
 * for await (const { flow, tier, score } of readDecisions(cloud, { from: new Date('2026-11-22') })) {
 *   console.log(flow, tier, score);
 * }
 * ```
 */
export function clientCloud(options: ClientCloudOptions): Cloud {
  checkOptions(options);
  const decisions = options.decisions ?? bucketDecisions(options);
  return awsCloud({ ...options, decisions });
}

const KNOWN: readonly (keyof ClientCloudOptions)[] = [
  ...(['queues', 'table', 'bucket', 'clients', 'clock', 'random', 'decisions', 'log', 'onDecisions'] as const),
  'maxMessageBytes',
];

/** The output of a stack says more, and that of a newer one may say what this release does not know. */
function checkOptions(options: ClientCloudOptions): void {
  if ('application' in options) return;
  rejectUnknownKeys(options, KNOWN, 'awsCloud');
  rejectUnknownKeys(options.log ?? {}, ['prefix', 'streams'], 'log of awsCloud');
  rejectUnknownKeys(options.clients ?? {}, ['sqs', 'dynamodb', 's3'], 'clients of awsCloud');
}

function bucketDecisions({ bucket, log, clients }: ClientCloudOptions): DecisionLog {
  const { write } = stdoutDecisions();
  const prefix = log?.prefix;
  if (bucket === undefined || prefix === undefined) return { write, flow: notDelivered };
  const client = clients?.s3;
  const place = { bucket, prefix, ...(client && { client }) };
  // Loaded here alone: a client that only sends needs no S3.
  async function* files(range?: LogRange) {
    yield* (await import('./log-objects.ts')).logObjects(place, range);
  }
  return {
    write,
    files,
    /** As far back as any message of the flow can lie somewhere. */
    async flow(flow) {
      const from = Date.now() - DEAD_LETTER_RETENTION_MS;
      const records: DecisionRecord[] = [];
      for await (const record of readDecisions({ files }, { flow, from, unique: true })) records.push(record);
      return records.sort((a, b) => a.at - b.at);
    },
  };
}

async function notDelivered(flow: string): Promise<never> {
  throw new SluiceError('usage', 'the decisions of this cascade are not delivered to its bucket', {
    flow,
    fix: `Deploy it with decisions: true, or ask Logs Insights: filter sluice = "decision" and flow = ${JSON.stringify(flow)} | sort at.`,
  });
}
