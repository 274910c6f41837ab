import { SQSClient } from '@aws-sdk/client-sqs';
import { clientConfig, customEndpoint } from './client-config.ts';

/** An SQS client. Where an endpoint stands in for AWS, it does for every queue, whatever host its URL names. */
export function queueClient(): SQSClient {
  return new SQSClient({ ...clientConfig(), ...(customEndpoint('SQS') && { useQueueUrlAsEndpoint: false }) });
}
