import type { Destination } from '../core/destination.ts';
import type { DestinationPlan, TierPlan } from '../core/plan.ts';
import type { TierDefinition } from '../core/tier-definition.ts';
import type { AwsCloudOptions } from './cloud.ts';
import type { FunctionConfig } from './function-config.ts';
import { queuesByArn } from './handler-records.ts';

/** The plan the graph made of a tier, from what the construct kept of it. */
export function tierPlanOf(config: FunctionConfig, tier: TierDefinition): TierPlan {
  const { application, version, file, mode, reads, deadLetters, answers, limits, controls } = config;
  const next = config.next ?? undefined;
  const place = { application, tier, version, file, mode, reads, deadLetters, answers, next, limits };
  return { ...place, ...(controls && { controls }) };
}

/** The same of the destination. */
export function destinationPlanOf(config: FunctionConfig, destination: Destination): DestinationPlan {
  const { application, version, file, deadLetters, limits } = config;
  const reads = config.reads.map(({ queue }) => ({ queue, kind: 'answer' as const }));
  return { application, destination, version, file, reads, deadLetters, limits };
}

/** What the function's cloud is opened with. */
export function cloudOptionsOf(config: Pick<FunctionConfig, 'queues' | 'table' | 'bucket' | 'log'>): AwsCloudOptions {
  const { queues, table, bucket, log } = config;
  return { queues, ...(table !== null && { table }), ...(bucket !== null && { bucket }), ...(log && { log }) };
}

/** Finds the logical name of a queue the function reads by its ARN. */
export function readUrls({
  reads,
  queues,
}: Pick<FunctionConfig, 'reads' | 'queues'>): (arn: string) => string | undefined {
  return queuesByArn(Object.fromEntries(reads.map(({ queue }) => [queue, queues[queue] ?? queue])));
}
