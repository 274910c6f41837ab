import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledgePrefix, type BucketLike } from './acknowledge.ts';
import type { Reach } from './reach.ts';

/** What a {@link Reach} names, as resources. */
export interface Reachable {
  readonly queue: (name: string) => Queue;
  readonly table: TableV2;
  readonly bucket: BucketLike;
  /** Further buckets whose objects may be read. */
  readonly allowedBuckets: readonly BucketLike[];
}

/** What an event source mapping and the runtime ask of a queue that is read. */
const CONSUME = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility', 'sqs:GetQueueAttributes'];
const LEADING_KEYS = 'dynamodb:LeadingKeys';

/** Gives a role exactly a reach: actions by name, table items by key, objects by prefix. */
export function permit(grantee: IGrantable, reach: Reach, to: Reachable): void {
  const arns = (names: readonly string[]): string[] => names.map((name) => to.queue(name).queueArn);
  allow(grantee, CONSUME, arns(reach.consumes));
  allow(grantee, ['sqs:SendMessage'], arns(reach.sends));
  allow(grantee, TABLE_ACTIONS[reach.table], [to.table.tableArn], onItems(reach.keys));
  if (reach.looks.length > 0) allow(grantee, TABLE_ACTIONS.get, [to.table.tableArn], onItems(reach.looks));
  allow(grantee, ['dynamodb:Scan'], reach.lists.length > 0 ? [to.table.tableArn] : [], onlyAttributes(reach.lists));
  const readable = reach.reads.length > 0 ? [to.bucket, ...to.allowedBuckets] : [];
  const buckets = readable.map((bucket) => bucket.bucketArn);
  // Without it S3 says "forbidden" of an object that is missing, and the message would be tried for ever.
  allow(grantee, ['s3:ListBucket'], buckets);
  permitObjects(grantee, 's3:GetObject', to.bucket, reach.reads);
  permitObjects(grantee, 's3:PutObject', to.bucket, reach.writes);
  permitObjects(grantee, 's3:DeleteObject', to.bucket, reach.deletes);
  for (const bucket of readable.slice(1)) permitObjects(grantee, 's3:GetObject', bucket, ['*']);
}

function onItems(keys: readonly string[]): Record<string, object> {
  return {
    'ForAllValues:StringLike': { [LEADING_KEYS]: keys },
    // For a request without a key, `ForAllValues` alone would hold.
    Null: { [LEADING_KEYS]: 'false' },
  };
}

/** A scan goes over all items, whatever their keys: what it may see of them is their keys and these attributes. */
function onlyAttributes(names: readonly string[]): Record<string, object> {
  return {
    'ForAllValues:StringEquals': { 'dynamodb:Attributes': ['key', ...names] },
    // Without it a request that names no attributes would get all of them.
    StringEquals: { 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES' },
  };
}

const TABLE_ACTIONS = {
  update: ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
  get: ['dynamodb:GetItem'],
} as const;

function allow(
  { grantPrincipal }: IGrantable,
  actions: readonly string[],
  resources: readonly string[],
  conditions: Record<string, object> = {},
): void {
  if (resources.length === 0) return;
  const statement = new PolicyStatement({ actions: [...actions], resources: [...resources], conditions });
  grantPrincipal.addToPrincipalPolicy(statement);
}

function permitObjects(grantee: IGrantable, action: string, bucket: BucketLike, patterns: readonly string[]): void {
  const resources = patterns.map((pattern) => bucket.arnForObjects(pattern));
  allow(grantee, [action], resources);
  if (!Construct.isConstruct(grantee)) return;
  for (const pattern of patterns) {
    acknowledgePrefix(grantee, bucket, pattern, 'Object keys hold flow ids, which nobody knows beforehand.');
  }
}
