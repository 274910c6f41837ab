import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { DecisionRecord } from '../core/decision.ts';
import { SluiceError } from '../core/errors.ts';
import { MAX_MESSAGE_BYTES } from '../core/message-limits.ts';
import { didYouMean } from '../core/nearest.ts';
import type { Clock } from '../ports/clock.ts';
import type { Cloud } from '../ports/cloud.ts';
import type { DecisionLog } from '../ports/decision-log.ts';
import type { Queue } from '../ports/queue.ts';
import type { Random } from '../ports/random.ts';
import { systemClock, systemRandom } from '../runtime/system.ts';
import { stdoutDecisions } from './decisions.ts';
import { deliveredDecisions } from './delivery.ts';
import { s3Objects } from './objects.ts';
import type { OpenObjects } from './objects-client.ts';
import { sqsQueue } from './queue.ts';
import { queueClient } from './queue-client.ts';
import { dynamoTable } from './table.ts';
import type { OpenTable } from './table-client.ts';

/** SDK clients of one's own, for credentials or endpoints that the environment does not name. */
export interface AwsClients {
  readonly sqs?: SQSClient;
  readonly dynamodb?: DynamoDBClient;
  readonly s3?: S3Client;
}

/** What a cascade uses on AWS. */
export interface AwsCloudOptions {
  /** Queue URLs by logical name. */
  readonly queues: Readonly<Record<string, string>>;
  /** The flow table's name, where the cascade has one. */
  readonly table?: string;
  /** The bucket, where the cascade has one. */
  readonly bucket?: string;
  readonly clients?: AwsClients;
  readonly clock?: Clock;
  readonly random?: Random;
  /** Its delivery streams, or else standard output, where not given. */
  readonly decisions?: DecisionLog;
  /** Names of the delivery streams that decisions go to, by tier, and of that of other tiers. */
  readonly log?: { readonly streams?: Readonly<Record<string, string>>; readonly otherwise?: string };
  /** Called with every decision written. */
  readonly onDecisions?: (records: readonly DecisionRecord[]) => void;
  /** Bytes SQS takes in one message and in one batch: 1 MiB, where not given; some emulators take less. */
  readonly maxMessageBytes?: number;
}

/** The calls of services that are loaded already. */
export interface LoadedCalls {
  readonly table?: OpenTable;
  readonly objects?: OpenObjects;
}

/**
 * The ports on SQS, DynamoDB and S3. Each SDK client is made at its first use, and those of DynamoDB and S3 are not even
 * loaded before, unless they come along: most functions need neither.
 */
export function awsCloud(options: AwsCloudOptions, loaded: LoadedCalls = {}): Cloud {
  const { clients = {}, clock = systemClock, random = systemRandom, onDecisions } = options;
  const log = options.decisions ?? decisionsOf(options);
  const queues = new Map<string, Queue>();
  let sqs = clients.sqs;

  function queue(name: string): Queue {
    if (!Object.hasOwn(options.queues, name)) throw queueUnknown(name, Object.keys(options.queues));
    sqs ??= queueClient();
    const maxBytes = options.maxMessageBytes ?? MAX_MESSAGE_BYTES;
    return sqsQueue({ sqs, name, url: options.queues[name]!, maxBytes });
  }
  return {
    queue(name) {
      const made = queues.get(name) ?? queue(name);
      queues.set(name, made);
      return made;
    },
    table: dynamoTable({
      table: options.table,
      ...(clients.dynamodb && { client: clients.dynamodb }),
      ...(loaded.table && { open: loaded.table }),
    }),
    objects: s3Objects({
      bucket: options.bucket,
      ...(clients.s3 && { client: clients.s3 }),
      ...(loaded.objects && { open: loaded.objects }),
    }),
    decisions: {
      async write(records) {
        await log.write(records);
        onDecisions?.(records);
      },
      flow: (flowId) => log.flow(flowId),
      ...(log.files && { files: (range) => log.files!(range) }),
    },
    clock,
    random,
  };
}

function decisionsOf({ log }: AwsCloudOptions): DecisionLog {
  return log?.streams ? deliveredDecisions({ streams: log.streams, otherwise: log.otherwise }) : stdoutDecisions();
}

function queueUnknown(queue: string, known: string[]): SluiceError {
  return new SluiceError('queue-unknown', 'there is no URL for this queue', {
    queue,
    fix:
      known.length === 0
        ? 'Give awsCloud the URLs of its queues.'
        : `${didYouMean(queue, known)}Queues: ${known.join(', ')}.`,
    details: { known },
  });
}
