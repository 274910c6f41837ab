import { Duration } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { QueueSpec } from '../lib/core/plan.ts';

/** The queues of one tier by logical name, its dead-letter queue among them. */
export function makeQueues(
  scope: Construct,
  specs: readonly QueueSpec[],
  visibilitySeconds?: number,
): ReadonlyMap<string, Queue> {
  const made = new Map<string, Queue>();
  // Dead-letter queues first: the others name theirs.
  for (const spec of specs.toSorted(
    (a, b) => Number(a.deadLetters !== undefined) - Number(b.deadLetters !== undefined),
  ))
    made.set(spec.name, makeQueue(scope, spec, made, visibilitySeconds));
  return made;
}

function makeQueue(
  scope: Construct,
  spec: QueueSpec,
  made: ReadonlyMap<string, Queue>,
  visibilitySeconds: number | undefined,
): Queue {
  const common = {
    retentionPeriod: Duration.millis(spec.retentionMs),
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
  };
  if (spec.deadLetters === undefined) return new Queue(scope, 'DeadLetters', common);
  return new Queue(scope, idOf(spec), {
    ...common,
    visibilityTimeout: visibilitySeconds ? Duration.seconds(visibilitySeconds) : Duration.millis(spec.visibilityMs),
    deadLetterQueue: { queue: made.get(spec.deadLetters)!, maxReceiveCount: spec.maxReceives! },
  });
}

/** `Queue` for the tier's own, `Stream-…` for the data stream of a join: ids that no other queue of the tier can take. */
function idOf({ name }: QueueSpec): string {
  const [, stream] = name.split('.');
  return stream === undefined ? 'Queue' : `Stream-${stream}`;
}
