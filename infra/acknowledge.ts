import { Stack, Validations } from 'aws-cdk-lib';
import type { CfnBucket, IBucket } from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';

/** A bucket as far as permissions need it; also one that was made elsewhere. */
export type BucketLike = Pick<IBucket, 'node' | 'bucketArn' | 'bucketName' | 'arnForObjects'>;

/** Says why a finding of a validation pack is meant to be; without such a pack it does nothing. */
export function acknowledge(on: IConstruct, id: string, reason: string): void {
  Validations.of(on).acknowledge({ id, reason });
}

/** The same for the wildcard of an object key: cdk-nag knows each by the bucket's ARN and the pattern. */
export function acknowledgePrefix(on: IConstruct, bucket: BucketLike, pattern: string, reason: string): void {
  acknowledge(on, `AwsSolutions-IAM5[Resource::${flatArn(on, bucket)}/${pattern}]`, reason);
}

/** A bucket's ARN as cdk-nag prints it: `<LogicalId.Arn>` for a bucket that is made here, text for an imported one. */
function flatArn(on: IConstruct, bucket: BucketLike): string {
  const stack = Stack.of(on);
  const resource = bucket.node.defaultChild as CfnBucket | undefined;
  return resource ? `<${String(stack.resolve(resource.logicalId))}.Arn>` : flatten(stack.resolve(bucket.bucketArn));
}

function flatten(arn: unknown): string {
  if (typeof arn === 'string') return arn;
  const { Ref, 'Fn::Join': join } = arn as { readonly Ref?: string; readonly 'Fn::Join'?: [string, unknown[]] };
  return join ? join[1].map(flatten).join(join[0]) : `<${Ref}>`;
}
