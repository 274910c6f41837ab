import { Duration, Stack } from 'aws-cdk-lib';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose';
import { FilterPattern, type ILogGroup, SubscriptionFilter } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { acknowledgePrefix, type BucketLike } from './acknowledge.ts';

/** Where decision records lie in the bucket, one folder an hour. */
export const DECISIONS_PREFIX = 'decisions/';

/** Firehose writes what has gathered after this time or size, whichever comes first. */
const BUFFER = { intervalInSeconds: Duration.minutes(5).toSeconds(), sizeInMBs: 16 };

/** Subscriptions send gzipped envelopes of log events; what was logged is taken out of them. */
const UNPACK = [
  { type: 'Decompression', parameters: [{ parameterName: 'CompressionFormat', parameterValue: 'GZIP' }] },
  { type: 'CloudWatchLogProcessing', parameters: [{ parameterName: 'DataMessageExtraction', parameterValue: 'true' }] },
];

/** Carries the decision log from the functions' log groups to the bucket, as gzipped lines of JSON. */
export class DecisionDelivery extends Construct {
  readonly #stream: CfnDeliveryStream;
  readonly #feeder: Role;

  constructor(scope: Construct, id: string, { bucket }: { readonly bucket: BucketLike }) {
    super(scope, id);
    const files = `${DECISIONS_PREFIX}*`;
    const writer = roleOf(this, 'Writer', 'firehose', [
      statement(['s3:PutObject', 's3:AbortMultipartUpload'], bucket.arnForObjects(files)),
      statement(['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads'], bucket.bucketArn),
    ]);
    acknowledgePrefix(writer, bucket, files, 'Firehose names the files it writes.');
    this.#stream = new CfnDeliveryStream(this, 'Stream', {
      deliveryStreamType: 'DirectPut',
      deliveryStreamEncryptionConfigurationInput: { keyType: 'AWS_OWNED_CMK' },
      extendedS3DestinationConfiguration: {
        bucketArn: bucket.bucketArn,
        roleArn: writer.roleArn,
        prefix: `${DECISIONS_PREFIX}!{timestamp:yyyy/MM/dd/HH}/`,
        errorOutputPrefix: `${DECISIONS_PREFIX}failed/!{firehose:error-output-type}/`,
        bufferingHints: BUFFER,
        compressionFormat: 'GZIP',
        processingConfiguration: { enabled: true, processors: UNPACK },
      },
    });
    const puts = ['firehose:PutRecord', 'firehose:PutRecordBatch'];
    this.#feeder = roleOf(this, 'Feeder', 'logs', [statement(puts, this.#stream.attrArn)]);
  }

  /** Delivers what a function decides. */
  deliver(scope: Construct, logGroup: ILogGroup): void {
    new SubscriptionFilter(scope, 'Decisions', {
      logGroup,
      filterPattern: FilterPattern.stringValue('$.sluice', '=', 'decision'),
      destination: { bind: () => ({ arn: this.#stream.attrArn, role: this.#feeder }) },
    });
  }
}

function statement(actions: string[], resource: string): PolicyStatement {
  return new PolicyStatement({ actions, resources: [resource] });
}

/** A role for a service, on behalf of this account only. */
function roleOf(scope: Construct, id: string, service: string, statements: PolicyStatement[]): Role {
  return new Role(scope, id, {
    assumedBy: new ServicePrincipal(`${service}.amazonaws.com`, {
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
    }),
    // Inside the role, not beside it: whatever is made with the role finds its permissions in place.
    inlinePolicies: { Use: new PolicyDocument({ statements }) },
  });
}
