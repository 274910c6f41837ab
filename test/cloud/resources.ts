import { randomUUID } from 'node:crypto';
import { BillingMode, CreateTableCommand, KeyType, ScalarAttributeType } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { CreateQueueCommand } from '@aws-sdk/client-sqs';
import type { AwsClients } from '../../lib/aws/index.ts';
import type { QueueSpec } from '../../lib/core/plan.ts';

/** What a cascade has on AWS: what `awsCloud` and the functions are told. */
export interface Resources {
  readonly queues: Readonly<Record<string, string>>;
  readonly table: string;
  readonly bucket: string;
}

/** Makes queues, a table without a time to live, and a bucket, under names that nothing else has. */
export async function makeResources(specs: readonly QueueSpec[], clients: Required<AwsClients>): Promise<Resources> {
  const id = `sluice-${randomUUID().slice(0, 8)}`;
  const queues: Record<string, string> = {};
  for (const { name } of specs) {
    const made = await clients.sqs.send(new CreateQueueCommand({ QueueName: `${id}-${name.replace('.', '-')}` }));
    queues[name] = made.QueueUrl!;
  }
  await clients.dynamodb.send(
    new CreateTableCommand({
      TableName: id,
      BillingMode: BillingMode.PAY_PER_REQUEST,
      KeySchema: [{ AttributeName: 'key', KeyType: KeyType.HASH }],
      AttributeDefinitions: [{ AttributeName: 'key', AttributeType: ScalarAttributeType.S }],
    }),
  );
  await clients.s3.send(new CreateBucketCommand({ Bucket: id }));
  return { queues, table: id, bucket: id };
}
