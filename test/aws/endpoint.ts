import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  BillingMode,
  CreateTableCommand,
  DeleteTableCommand,
  DynamoDBClient,
  KeyType,
  ScalarAttributeType,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, DeleteQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { awsCloud } from '../../lib/aws/cloud.ts';
import type { Backend, Check } from '../../lib/conformance/index.ts';
import { awsOutside } from '../conformance/aws-outside.ts';

/** The emulator to test against, where there is one. */
export const ENDPOINT = process.env.AWS_ENDPOINT_URL;
/** The same, or the AWS account of the environment's credentials. */
export const CLOUD = ENDPOINT ?? process.env.SLUICE_ACCOUNT;
/** Why tests were skipped. */
export const SKIPPED = 'AWS_ENDPOINT_URL is not set: npm run test:cloud brings an emulator along';
/** What only MiniStack has: a log of requests, processes that can be killed. */
export async function isMiniStack(): Promise<boolean> {
  const answer =
    ENDPOINT === undefined ? undefined : await fetch(`${ENDPOINT}/_ministack/health`).catch(() => undefined);
  return answer?.ok === true;
}

/** A backend at the endpoint, with a table and a bucket of its own. */
export interface AwsBackend extends Backend {
  /** Deletes queues and table, where they are still there; the bucket stays. */
  remove(): Promise<void>;
}

const ALL: readonly Check['port'][] = ['queue', 'table', 'objects'];

/** Makes one; where an endpoint serves some ports only, name them. */
export async function awsBackend(known: Readonly<Record<string, string>>, ports = ALL): Promise<AwsBackend> {
  const id = randomUUID().slice(0, 8);
  const table = `sluice-${id}`;
  const bucket = `sluice-${id}`;
  const sqs = new SQSClient({ useQueueUrlAsEndpoint: false });
  const dynamo = new DynamoDBClient({});
  const queues: Record<string, string> = {};
  if (ports.includes('table')) await createTable(dynamo, table);
  if (ports.includes('objects')) {
    await new S3Client({ forcePathStyle: true }).send(new CreateBucketCommand({ Bucket: bucket }));
  }
  const cloud = awsCloud({ queues, table, bucket });

  async function create(name: string, Attributes: Record<string, string> = {}): Promise<string> {
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes }));
    queues[name] = QueueUrl!;
    return QueueUrl!;
  }
  return {
    name: `AWS SDK at ${ENDPOINT}`,
    cloud,
    known,
    sleep: (ms) => sleep(ms),
    outside: awsOutside(sqs, dynamo, table, queues),
    async queue({ maxReceives }) {
      const name = `q-${randomUUID()}`;
      if (maxReceives === undefined) {
        await create(name);
        return { queue: cloud.queue(name) };
      }
      const url = await create(`${name}-dlq`);
      const ask = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] });
      const deadLetterTargetArn = (await sqs.send(ask)).Attributes?.QueueArn;
      await create(name, { RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount: maxReceives }) });
      return { queue: cloud.queue(name), deadLetters: cloud.queue(`${name}-dlq`) };
    },
    async remove() {
      const gone = (thrown: unknown): void => {
        if (!/DoesNotExist|NonExistent/.test(String(thrown))) throw thrown;
      };
      for (const QueueUrl of Object.values(queues)) await sqs.send(new DeleteQueueCommand({ QueueUrl })).catch(gone);
      if (ports.includes('table')) await dynamo.send(new DeleteTableCommand({ TableName: table }));
    },
  };
}

async function createTable(dynamo: DynamoDBClient, TableName: string): Promise<void> {
  const command = new CreateTableCommand({
    TableName,
    BillingMode: BillingMode.PAY_PER_REQUEST,
    KeySchema: [{ AttributeName: 'key', KeyType: KeyType.HASH }],
    AttributeDefinitions: [{ AttributeName: 'key', AttributeType: ScalarAttributeType.S }],
  });
  await dynamo.send(command);
  await waitUntilTableExists({ client: dynamo, maxWaitTime: 60, minDelay: 1, maxDelay: 1 }, { TableName });
}
