import { Duration, Stack } from 'aws-cdk-lib';
import { type IGrantable, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose';
import { Construct } from 'constructs';
import { acknowledgePrefix, type BucketLike } from './acknowledge.ts';

/** Where decision records lie in the bucket, one folder an application, a day and a tier. */
export const DECISIONS_PREFIX = 'decisions/';

/** Where the records of one application lie. */
export const prefixOf = (application: string): string => `${DECISIONS_PREFIX}${application}/`;

/** Firehose writes what has gathered after this time or size, whichever comes first. */
const BUFFER = { intervalInSeconds: Duration.minutes(5).toSeconds(), sizeInMBs: 64 };

/** What is delivered, and where to. */
export interface DecisionDeliveryProps {
  readonly application: string;
  readonly bucket: BucketLike;
}

/** Carries the decision log from the functions to the bucket. They send gzipped lines of JSON, which are written as they are. */
export class DecisionDelivery extends Construct {
  readonly #prefix: string;
  readonly #bucket: BucketLike;
  readonly #writer: Role;

  constructor(scope: Construct, id: string, { application, bucket }: DecisionDeliveryProps) {
    super(scope, id);
    this.#prefix = prefixOf(application);
    this.#bucket = bucket;
    const files = `${this.#prefix}*`;
    this.#writer = new Role(this, 'Writer', {
      assumedBy: new ServicePrincipal('firehose.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
      // Inside the role, not beside it: a stream that is made with the role finds its permissions in place.
      inlinePolicies: {
        Use: new PolicyDocument({
          statements: [
            statement(['s3:PutObject', 's3:AbortMultipartUpload'], bucket.arnForObjects(files)),
            statement(['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads'], bucket.bucketArn),
          ],
        }),
      },
    });
    acknowledgePrefix(this.#writer, bucket, files, 'Firehose names the files it writes.');
  }

  /** The stream of one tier: its name is part of the path, so that a reader can leave other tiers' records where they are. */
  stream(scope: Construct, tier: string): CfnDeliveryStream {
    return new CfnDeliveryStream(scope, 'Decisions', {
      deliveryStreamType: 'DirectPut',
      deliveryStreamEncryptionConfigurationInput: { keyType: 'AWS_OWNED_CMK' },
      extendedS3DestinationConfiguration: {
        bucketArn: this.#bucket.bucketArn,
        roleArn: this.#writer.roleArn,
        prefix: `${this.#prefix}dt=!{timestamp:yyyy-MM-dd}/tier=${tier}/`,
        // Asked for where a prefix has expressions; nothing is transformed here, so nothing can fail and go there.
        errorOutputPrefix: `${this.#prefix}failed/!{firehose:error-output-type}/`,
        bufferingHints: BUFFER,
        compressionFormat: 'UNCOMPRESSED',
        fileExtension: '.ndjson.gz',
      },
    });
  }
}

/** Lets a function send to streams. */
export function permitDelivery({ grantPrincipal }: IGrantable, streams: readonly CfnDeliveryStream[]): void {
  for (const { attrArn } of streams) {
    grantPrincipal.addToPrincipalPolicy(statement(['firehose:PutRecordBatch'], attrArn));
  }
}

/** Lets a client read what was delivered. */
export function permitReading({ grantPrincipal }: IGrantable, { application, bucket }: DecisionDeliveryProps): void {
  const files = `${prefixOf(application)}*`;
  grantPrincipal.addToPrincipalPolicy(statement(['s3:GetObject'], bucket.arnForObjects(files)));
  const list = statement(['s3:ListBucket'], bucket.bucketArn);
  list.addCondition('StringLike', { 's3:prefix': files });
  grantPrincipal.addToPrincipalPolicy(list);
}

function statement(actions: string[], resource: string): PolicyStatement {
  return new PolicyStatement({ actions, resources: [resource] });
}
