import { Stack } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { EventSourceMapping, FilterCriteria, FilterRule, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { EXPIRY_CONFIG, type ExpiryConfig } from '../lib/aws/handler-expiry-config.ts';
import type { Graph } from '../lib/core/plan.ts';
import { type FunctionCode, FunctionUnit } from './function-unit.ts';
import { permit, type Reachable } from './permissions.ts';
import { EXPIRY_REACH } from './reach.ts';

/** What the expiry function is made of. */
export interface ExpiryProps {
  readonly graph: Graph;
  readonly code: FunctionCode;
  readonly table: TableV2;
  readonly reachable: Reachable;
  readonly logRetention: RetentionDays;
}

/** DynamoDB names itself on what it deletes because its time is over; what the cascade deletes stays uninvoked. */
const BY_TTL = FilterCriteria.filter({
  eventName: FilterRule.isEqual('REMOVE'),
  userIdentity: { principalId: FilterRule.isEqual('dynamodb.amazonaws.com') },
});

/** Whether anything can expire: halves that wait for each other. */
export function expires(graph: Graph): boolean {
  return graph.tiers.some(({ tier }) => tier.joins !== undefined);
}

/** Decides on halves that waited in vain, when the table deletes them. */
export class Expiry extends Construct {
  readonly unit: FunctionUnit;

  constructor(scope: Construct, id: string, { graph, code, table, reachable, logRetention }: ExpiryProps) {
    super(scope, id);
    const config: ExpiryConfig = {
      application: graph.application,
      queues: {},
      table: table.tableName,
      bucket: reachable.bucket.bucketName,
      tiers: graph.tiers
        .filter(({ tier }) => tier.joins !== undefined)
        .map(({ tier, version }) => ({ name: tier.name, version })),
    };
    this.unit = new FunctionUnit(this, {
      description: `sluice: ${graph.application}, what expires`,
      code,
      memorySize: 256,
      timeoutSeconds: 60,
      environment: { [EXPIRY_CONFIG]: Stack.of(this).toJsonString(config) },
      logRetention,
    });
    permit(this.unit.role, EXPIRY_REACH, reachable);
    this.unit.role.addToPolicy(new PolicyStatement({ actions: READ_STREAM, resources: [table.tableStreamArn!] }));
    new EventSourceMapping(this.unit.function, 'Feed', {
      target: this.unit.function,
      eventSourceArn: table.tableStreamArn!,
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: 100,
      bisectBatchOnError: true,
      reportBatchItemFailures: true,
      filters: [BY_TTL],
    });
  }
}

const READ_STREAM = [
  'dynamodb:DescribeStream',
  'dynamodb:GetRecords',
  'dynamodb:GetShardIterator',
  'dynamodb:ListStreams',
];
