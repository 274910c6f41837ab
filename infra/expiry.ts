import { Stack } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { EventSourceMapping, FilterCriteria, FilterRule, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { EXPIRY_CONFIG, type ExpiryConfig } from '../lib/aws/handler-expiry-config.ts';
import type { Graph } from '../lib/core/plan.ts';
import { permitDelivery } from './decisions.ts';
import { type FunctionCode, FunctionUnit } from './function-unit.ts';
import { metricVariables } from './metrics.ts';
import { permit, type Reachable } from './permissions.ts';
import { EXPIRY_REACH } from './reach.ts';
import type { DeployedTier } from './tier.ts';

/** What the expiry function is made of. */
export interface ExpiryProps {
  readonly graph: Graph;
  readonly code: FunctionCode;
  readonly table: TableV2;
  readonly reachable: Reachable;
  readonly logRetention: RetentionDays;
  readonly metricNamespace: string | undefined;
  /** The tiers, as far as it must know where their decisions go. */
  readonly deployed: readonly Pick<DeployedTier, 'name' | 'decisions'>[];
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

  constructor(scope: Construct, id: string, props: ExpiryProps) {
    super(scope, id);
    const { graph, code, table, reachable, logRetention } = props;
    const joining = graph.tiers.filter(({ tier }) => tier.joins !== undefined);
    const names = new Set(joining.map(({ tier }) => tier.name));
    const delivered = props.deployed.flatMap(({ name, decisions }) =>
      decisions && names.has(name) ? [{ name, decisions }] : [],
    );
    // A tier that was taken away has no stream any more, and its halves expire yet: without one they would hold up all others.
    const [first] = delivered;
    const streams = Object.fromEntries(delivered.map(({ name, decisions }) => [name, decisions.ref]));
    const config: ExpiryConfig = {
      application: graph.application,
      queues: {},
      table: table.tableName,
      bucket: reachable.bucket.bucketName,
      ...(first && { log: { streams, otherwise: first.decisions.ref } }),
      tiers: joining.map(({ tier, version }) => ({ name: tier.name, version })),
    };
    this.unit = new FunctionUnit(this, {
      description: `sluice: ${graph.application}, what expires`,
      code,
      memorySize: 256,
      timeoutSeconds: 60,
      environment: {
        ...metricVariables(props.metricNamespace),
        [EXPIRY_CONFIG]: Stack.of(this).toJsonString(config),
      },
      logRetention,
    });
    permit(this.unit.role, EXPIRY_REACH, reachable);
    permitDelivery(
      this.unit.role,
      delivered.map(({ decisions }) => decisions),
    );
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
