import { Duration } from 'aws-cdk-lib';
import {
  type CfnEventSourceMapping,
  EventSourceMapping,
  type Function as LambdaFunction,
} from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Settings, TierOverrides } from './settings.ts';

/** Feeds a function from one of its queues; one record's failure is reported as that record's, always. */
export function feed(
  target: LambdaFunction,
  queue: Queue,
  index: number,
  { batchSize, windowSeconds, maxConcurrency }: Settings,
  { pollers, enabled = true }: TierOverrides,
): void {
  const limit = maxConcurrency[index];
  // Named after the queue's place in the tier, so that it stays where it is when other tiers come and go.
  const mapping = new EventSourceMapping(target, `Feed-${queue.node.id}`, {
    target,
    eventSourceArn: queue.queueArn,
    batchSize,
    reportBatchItemFailures: true,
    enabled,
    ...(windowSeconds > 0 && { maxBatchingWindow: Duration.seconds(windowSeconds) }),
    ...(limit !== undefined && { maxConcurrency: limit }),
  });
  if (!pollers) return;
  // Past the construct, which still refuses more than 2,000 pollers; AWS takes 10,000.
  (mapping.node.defaultChild as CfnEventSourceMapping).addPropertyOverride('ProvisionedPollerConfig', {
    ...(pollers.minimum !== undefined && { MinimumPollers: pollers.minimum }),
    ...(pollers.maximum !== undefined && { MaximumPollers: pollers.maximum }),
  });
}
