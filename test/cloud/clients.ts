import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { clientConfig } from '../../lib/aws/client-config.ts';
import type { AwsClients } from '../../lib/aws/index.ts';

/** What a test may say otherwise than production does. */
export interface ClientOptions {
  /** The access key; one of twelve digits is an account of its own to MiniStack. */
  readonly account?: string;
  readonly region?: string;
  /** Requests until the SDK gives a call up. */
  readonly attempts?: number;
}

/** The SDK's clients as sluice configures them, of a server that stands in for AWS. */
export function clientsAt(endpoint: string, options: ClientOptions = {}): Required<AwsClients> {
  const { account = 'test', region = 'us-east-1', attempts } = options;
  const credentials = { accessKeyId: account, secretAccessKey: 'test' };
  const at = () => ({
    ...clientConfig(),
    ...(attempts !== undefined && { maxAttempts: attempts }),
    endpoint,
    region,
    credentials,
  });
  return {
    sqs: new SQSClient({ ...at(), useQueueUrlAsEndpoint: false }),
    dynamodb: new DynamoDBClient(at()),
    s3: new S3Client({ ...at(), forcePathStyle: true }),
  };
}
