import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, Billing, StreamViewType, TableV2, type WarmThroughput } from 'aws-cdk-lib/aws-dynamodb';
import { BlockPublicAccess, Bucket, BucketEncryption, type LifecycleRule, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { EXPIRES_AT } from '../lib/core/table-update.ts';
import { acknowledge } from './acknowledge.ts';
import { DECISIONS_PREFIX } from './decisions.ts';

/** How long state is kept. */
export interface StateProps {
  readonly removalPolicy: RemovalPolicy;
  /** How long delivered decision records are kept. */
  readonly decisionRetention: Duration;
  /** Whether something watches what the table deletes. */
  readonly watched: boolean;
  readonly warmThroughput: WarmThroughput | undefined;
}

/** As long as SQS keeps a dead letter: until then, redriving it may need its objects. */
const KEEP_OBJECTS = Duration.days(14);
const FLOW_PREFIXES = ['objects/', 'messages/', 'produced/', 'halves/', 'hashed/'];

/** What a cascade keeps beside its queues: the flow table and the object bucket. */
export class State extends Construct {
  readonly table: TableV2;
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, props: StateProps) {
    super(scope, id);
    const { removalPolicy, decisionRetention, watched, warmThroughput } = props;
    this.table = new TableV2(this, 'Table', {
      partitionKey: { name: 'key', type: AttributeType.STRING },
      billing: Billing.onDemand(),
      timeToLiveAttribute: EXPIRES_AT,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      ...(watched && { dynamoStream: StreamViewType.OLD_IMAGE }),
      ...(warmThroughput && { warmThroughput }),
      removalPolicy,
    });
    this.bucket = new Bucket(this, 'Bucket', {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      lifecycleRules: rules(decisionRetention),
      removalPolicy,
    });
    acknowledge(this.bucket, 'AwsSolutions-S1', 'Only functions of the cascade touch it, and they log each decision.');
  }
}

function rules(decisionRetention: Duration): LifecycleRule[] {
  return [
    // Payloads are rewritten by no one, so parts of an upload that nobody finished are only a cost.
    { id: 'unfinished-uploads', abortIncompleteMultipartUploadAfter: Duration.days(1) },
    ...FLOW_PREFIXES.map((prefix) => ({ id: prefix.slice(0, -1), prefix, expiration: KEEP_OBJECTS })),
    { id: 'decisions', prefix: DECISIONS_PREFIX, expiration: decisionRetention },
  ];
}
