import { Duration } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { describe, expect, test } from 'vitest';
import type { TierOverrides } from '../../infra/index.ts';
import { settingsFor } from '../../infra/settings.ts';
import { limitsFor } from '../../lib/core/plan.ts';
import { applicationOf, byPath, deployed, type Resource, resourcesOf, TIERS } from './support.ts';

const deploy = (overrides: TierOverrides, extra: object = {}): Readonly<Record<string, Resource>> =>
  resourcesOf(applicationOf(TIERS.first(extra)), { tiers: { first: overrides } });

test('a table that starts warm', () => {
  const warmThroughput = { readUnitsPerSecond: 15_000, writeUnitsPerSecond: 40_000 };
  const table = resourcesOf(applicationOf(TIERS.first()), { warmThroughput })['State/Table']!;
  expect(table.Properties.WarmThroughput).toEqual({ ReadUnitsPerSecond: 15_000, WriteUnitsPerSecond: 40_000 });
});

describe('overrides of a tier', () => {
  test('size its function', () => {
    const { Properties } = deploy({
      memorySize: 3_008,
      ephemeralStorageSize: 2_048,
      reservedConcurrency: 10,
      maxConcurrency: 10,
      environment: { LEVEL: 'high' },
    })['first/Function']!;
    expect(Properties).toMatchObject({
      MemorySize: 3_008,
      EphemeralStorage: { Size: 2_048 },
      ReservedConcurrentExecutions: 10,
      Environment: { Variables: { LEVEL: 'high' } },
    });
  });

  test('size its batches, and the visibility that follows from them', () => {
    const resources = deploy({ batchSize: 1_000, window: Duration.seconds(20), enabled: false });
    const feed = { BatchSize: 1_000, MaximumBatchingWindowInSeconds: 20, Enabled: false };
    expect(resources['first/Function/Feed-Queue']!.Properties).toMatchObject(feed);
    expect(resources['first/Queue']!.Properties.VisibilityTimeout).toBe(6 * 35 + 20);
    // Ten at a time are always worked off; the rest may be handed back, and must not be given up for that.
    expect(resources['first/Queue']!.Properties.RedrivePolicy.maxReceiveCount).toBe(1_000);
  });

  test('give it pollers of its own, more than the construct of CDK takes', () => {
    const { Properties } = deploy({ pollers: { minimum: 4, maximum: 5_000 } }, { maxConcurrency: 50 })[
      'first/Function/Feed-Queue'
    ]!;
    expect(Properties.ProvisionedPollerConfig).toEqual({ MinimumPollers: 4, MaximumPollers: 5_000 });
    expect(Properties.ScalingConfig).toBeUndefined();
  });

  test('move its alarm', () => {
    const { Properties } = deploy({ oldestMessageAge: Duration.hours(2) })['first/QueueAgeAlarm']!;
    expect(Properties.Threshold).toBe(7_200);
  });

  test.each<[string, Readonly<Record<string, object>>, string]>([
    ['a tier that is not there', { frist: {} }, 'Did you mean "first"?'],
    ['an option that is not there', { first: { memory: 1 } }, 'Did you mean "memorySize"?'],
    ['pollers and a concurrency', { first: { pollers: {}, maxConcurrency: 9 } }, 'both pollers and maxConcurrency'],
    ['more memory than there is', { first: { memorySize: 20_000 } }, 'memorySize is 20000 and must be MiB from 128 to'],
    ['a batch of nothing', { first: { batchSize: 0 } }, 'batchSize is 0 and must be a whole number from 1 to 10,000'],
    ['one poller', { first: { pollers: { minimum: 1 } } }, 'pollers.minimum is 1 and must be a whole number from 2'],
    ['pollers that shrink', { first: { pollers: { minimum: 9, maximum: 4 } } }, 'pollers.maximum is 4 and must be'],
    ['a concurrency of one', { first: { maxConcurrency: 1 } }, 'at least 2 a queue'],
  ])('are refused for %s', (_, tiers, message) => {
    expect(() => deployed(applicationOf(TIERS.first()), { tiers })).toThrow(message);
  });
});

describe('settings', () => {
  const input = { name: 'x', memory: undefined, maxConcurrency: undefined, queues: 1 };
  const settings = (batchSize: number, windowMs: number, overrides: TierOverrides = {}) =>
    settingsFor(
      { ...input, limits: limitsFor({ timeoutMs: 500, windowMs }), timing: { batchSize, windowMs } },
      overrides,
    );

  test.each([
    [10, 0, 0],
    [11, 0, 1],
    [11, 200, 1],
    [5, 200, 1],
    [100, 2_500, 3],
  ])('a batch of %i within %i ms has a window of %i s', (size, windowMs, seconds) => {
    expect(settings(size, windowMs).windowSeconds).toBe(seconds);
  });

  test('times are rounded up to seconds, and the visibility follows the rounded ones', () => {
    expect(settings(100, 2_500)).toMatchObject({ timeoutSeconds: 6, visibilitySeconds: 6 * 6 + 3 });
  });

  test('a function that Lambda would end is refused', () => {
    const limits = limitsFor({ timeoutMs: 500_000, windowMs: 0 }, 2);
    const timing = { batchSize: 1, windowMs: 0 };
    expect(() => settingsFor({ ...input, limits, timing })).toThrow('needs 1005 s an invocation, and Lambda gives 900');
  });
});

test('a client may send to the entries and read replies, and no more', () => {
  const { app, stack, cascade } = deployed(applicationOf(TIERS.first(), TIERS.second(), TIERS.third()));
  cascade.grantSend(new Role(cascade, 'Client', { assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com') }));
  const { Resources } = app.synth().getStackByName(stack.stackName).template;
  const { Statement } = byPath(Resources)['Client/DefaultPolicy']!.Properties.PolicyDocument;
  expect(Statement.map(({ Action }: { readonly Action: unknown }) => Action)).toEqual([
    'sqs:SendMessage',
    'dynamodb:GetItem',
    's3:ListBucket',
    's3:GetObject',
    's3:PutObject',
  ]);
  const entries = ['first/Queue', 'second/Stream-photos'].map((queue) => ({ 'Fn::GetAtt': [queue, 'Arn'] }));
  expect(Statement[0].Resource).toEqual(entries);
  expect(Statement[1].Condition['ForAllValues:StringLike']).toEqual({ 'dynamodb:LeadingKeys': ['reply#*'] });
});

test('objects of an allowed bucket may be read', () => {
  const { stack } = deployed(applicationOf(TIERS.first()));
  const bucket = Bucket.fromBucketName(stack, 'Photos', 'all-photos');
  const text = JSON.stringify(resourcesOf(applicationOf(TIERS.first()), { allowedBuckets: [bucket] }));
  expect(text).toContain(':s3:::all-photos/*');
  expect(text).toContain('\\"allowedBuckets\\":[\\"all-photos\\"]');
});
