import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { expect, test } from 'vitest';
import { clientConfig } from '../../lib/aws/client-config.ts';
import { oldestAges } from '../../lib/aws/inspect-ages.ts';
import { ENDPOINT } from './endpoint.ts';

const url = (name: string): string => `http://sqs.test/000000000000/${name}`;

test.skipIf(!ENDPOINT)('ages are those that CloudWatch has, in milliseconds, and no others', async () => {
  const cloudwatch = new CloudWatchClient(clientConfig());
  const name = `ages-${process.hrtime.bigint()}`;
  await cloudwatch.send(
    new PutMetricDataCommand({
      Namespace: 'AWS/SQS',
      MetricData: [
        {
          MetricName: 'ApproximateAgeOfOldestMessage',
          Dimensions: [{ Name: 'QueueName', Value: name }],
          Timestamp: new Date(Date.now() - 120_000),
          Value: 42,
          Unit: 'Seconds',
        },
      ],
    }),
  );
  const ages = await oldestAges({ small: url(name), large: url(`${name}-other`) }, Date.now());
  expect([...(ages ?? [])]).toEqual([['small', 42_000]]);
});
