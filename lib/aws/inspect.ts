import { DescribeTimeToLiveCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetQueueAttributesCommand, QueueDoesNotExist, type SQSClient } from '@aws-sdk/client-sqs';
import type { CloudFacts, QueueFacts } from '../runtime/checkup/facts.ts';
import { clientConfig } from './client-config.ts';
import { awsError } from './errors.ts';
import { oldestAges } from './inspect-ages.ts';
import { queueClient } from './queue-client.ts';

/** What is deployed, by the names that AWS gave it. */
export interface Deployed {
  /** Queue URLs by logical name. */
  readonly queues: Readonly<Record<string, string>>;
  readonly table?: string;
}

/**
 * Looks at queues and table as they are. It needs `sqs:GetQueueAttributes` and `dynamodb:DescribeTimeToLive`, and for ages
 * of messages `cloudwatch:GetMetricData`.
 */
export async function inspectDeployed({ queues, table }: Deployed): Promise<Pick<CloudFacts, 'queues' | 'expires'>> {
  const sqs = queueClient();
  const ages = oldestAges(queues, Date.now());
  const looked = Object.entries(queues).map(async ([name, url]): Promise<QueueFacts> => {
    const [facts, oldestMs] = [await inspectQueue(sqs, name, url), (await ages)?.get(name)];
    return { ...facts, ...(oldestMs !== undefined && { oldestMs }) };
  });
  return {
    queues: await Promise.all(looked),
    expires: table === undefined ? undefined : await expires(table),
  };
}

async function inspectQueue(sqs: SQSClient, name: string, QueueUrl: string): Promise<QueueFacts> {
  try {
    const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
    const count = (attribute: string): number => Number((Attributes as Record<string, string>)[attribute] ?? 0);
    const redrive = JSON.parse(Attributes.RedrivePolicy ?? '{}') as { readonly maxReceiveCount?: number | string };
    return {
      name,
      depth: {
        ready: count('ApproximateNumberOfMessages'),
        delayed: count('ApproximateNumberOfMessagesDelayed'),
        inFlight: count('ApproximateNumberOfMessagesNotVisible'),
      },
      visibilityMs: 1_000 * count('VisibilityTimeout'),
      retentionMs: 1_000 * count('MessageRetentionPeriod'),
      ...(redrive.maxReceiveCount !== undefined && { maxReceives: Number(redrive.maxReceiveCount) }),
    };
  } catch (thrown) {
    if (thrown instanceof QueueDoesNotExist) return { name, depth: undefined };
    throw awsError(thrown, { code: 'queue-failed', doing: `looking at the queue ${name}`, queue: name });
  }
}

async function expires(TableName: string): Promise<boolean> {
  try {
    const client = new DynamoDBClient(clientConfig());
    const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName }));
    return ['ENABLED', 'ENABLING'].includes(TimeToLiveDescription?.TimeToLiveStatus ?? '');
  } catch (thrown) {
    throw awsError(thrown, { code: 'table-failed', doing: `looking at the flow table ${TableName}` });
  }
}
