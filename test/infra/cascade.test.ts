import { beforeAll, describe, expect, test } from 'vitest';
import { EXPIRY_CONFIG } from '../../lib/aws/handler-expiry-config.ts';
import { applicationOf, archive, deployed, type Resource, resourcesOf, TIERS } from './support.ts';

let resources: Readonly<Record<string, Resource>>;
const properties = (path: string): Resource['Properties'] => resources[path]!.Properties;

/** The JSON in an environment variable, with references as their paths. */
function variable(path: string, name: string): Record<string, unknown> {
  const [, parts] = properties(path).Environment.Variables[name]['Fn::Join'] as [string, (string | { Ref: string })[]];
  return JSON.parse(parts.map((part) => (typeof part === 'string' ? part : part.Ref)).join(''));
}

beforeAll(() => {
  const second = TIERS.second({ memory: 2_048, timeout: '20s', batch: { size: 100 }, maxConcurrency: 51 });
  resources = resourcesOf(applicationOf(TIERS.first(), second, archive()));
});

describe('a tier', () => {
  test('has queues that outlive six tries of its function, and dead letters that outlive the queues', () => {
    expect(properties('second/Queue')).toMatchObject({
      VisibilityTimeout: 6 * 25 + 1,
      MessageRetentionPeriod: 4 * 86_400,
      SqsManagedSseEnabled: true,
      RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['second/DeadLetters', 'Arn'] }, maxReceiveCount: 200 },
    });
    expect(properties('second/Stream-photos').RedrivePolicy).toEqual(properties('second/Queue').RedrivePolicy);
    expect(properties('second/DeadLetters').MessageRetentionPeriod).toBe(14 * 86_400);
  });

  test('leaves all physical names to CloudFormation, so that nothing stands in the way of a replacement', () => {
    const names = Object.entries(resources).flatMap(([path, { Type, Properties }]) =>
      Object.entries(Properties)
        // An inline policy's name is a part of its role, and a table attribute's is no resource's.
        .filter(([key, value]) => key.endsWith('Name') && typeof value === 'string' && Type !== 'AWS::IAM::Policy')
        .map(([key, value]) => `${path} ${key} ${value}`),
    );
    const own = names.filter((name) => !/ (Metric|Domain)Name /.test(name));
    expect(own).toEqual([]);
  });

  test('has a function of its size, its time and its architecture', () => {
    expect(properties('second/Function')).toMatchObject({
      Architectures: ['arm64'],
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      MemorySize: 2_048,
      Timeout: 25,
      EphemeralStorage: { Size: 512 },
      LoggingConfig: { LogGroup: { Ref: 'second/Logs' } },
    });
    expect(properties('second/Logs').RetentionInDays).toBe(30);
  });

  test('is told by its environment where its queues, table and bucket are', () => {
    expect(variable('first/Function', 'SLUICE_FUNCTION')).toEqual({
      application: 'shop',
      version: '1',
      file: 'functions/shop/first.ts',
      mode: 'entry',
      reads: [{ queue: 'first', kind: 'data' }],
      deadLetters: 'first.dlq',
      answers: 'answers',
      next: { name: 'second', queue: 'second', joins: true },
      limits: { functionMs: 35_000, leaseMs: 36_000, visibilityMs: 210_000 },
      queues: {
        first: 'first/Queue',
        second: 'second/Queue',
        answers: 'Answers/Queue',
        'first.dlq': 'first/DeadLetters',
      },
      table: 'State/Table',
      bucket: 'State/Bucket',
      log: { streams: { first: 'first/Decisions' } },
      allowedBuckets: [],
    });
  });

  test('is fed from each queue, in batches that fail record by record, within its concurrency', () => {
    const feeds = ['Queue', 'Stream-photos'].map((queue) => properties(`second/Function/Feed-${queue}`));
    expect(feeds.map((feed) => feed.ScalingConfig.MaximumConcurrency)).toEqual([25, 26]);
    for (const feed of feeds) {
      expect(feed).toMatchObject({
        BatchSize: 100,
        MaximumBatchingWindowInSeconds: 1,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
      });
    }
    const unlimited = properties('first/Function/Feed-Queue');
    expect([unlimited.ScalingConfig, unlimited.MaximumBatchingWindowInSeconds]).toEqual([undefined, undefined]);
  });

  test('has alarms for dead letters, waiting messages, errors, outages and throttles', () => {
    const alarms = Object.keys(resources).filter((path) => /^second\/.*Alarm$/.test(path));
    expect(alarms.sort()).toEqual([
      'second/DeadLettersAlarm',
      'second/DecisionsLateAlarm',
      'second/ErrorsAlarm',
      'second/OutagesAlarm',
      'second/QueueAgeAlarm',
      'second/Stream-photosAgeAlarm',
      'second/ThrottlesAlarm',
    ]);
    expect(properties('second/DeadLettersAlarm')).toMatchObject({
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': ['second/DeadLetters', 'QueueName'] } }],
      Threshold: 0,
    });
  });

  test('tells of what comes back and fails no invocation, also where few messages come', () => {
    expect(properties('second/OutagesAlarm')).toMatchObject({
      Namespace: 'sluice',
      MetricName: 'outages',
      Dimensions: [
        { Name: 'application', Value: 'shop' },
        { Name: 'tier', Value: 'second' },
      ],
    });
    for (const name of ['Errors', 'Outages']) {
      expect(properties(`second/${name}Alarm`)).toMatchObject({
        Period: 60,
        EvaluationPeriods: 45,
        DatapointsToAlarm: 3,
      });
    }
    const slow = resourcesOf(applicationOf(TIERS.first({ timeout: '10m' })))['first/ErrorsAlarm']!.Properties;
    // A message that kills its function is hidden for six times ten minutes and some seconds; three times must fit.
    expect(slow).toMatchObject({ EvaluationPeriods: 182, DatapointsToAlarm: 3 });
  });
});

describe('a cascade', () => {
  test('keeps its state in a table with a time to live, and in a bucket that forgets', () => {
    expect(properties('State/Table')).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'key', KeyType: 'HASH' }],
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      StreamSpecification: { StreamViewType: 'OLD_IMAGE' },
    });
    expect(properties('State/Table').Replicas[0].PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled).toBe(
      true,
    );
    const { BucketEncryption, PublicAccessBlockConfiguration, LifecycleConfiguration } = properties('State/Bucket');
    expect(BucketEncryption).toBeDefined();
    expect(Object.values(PublicAccessBlockConfiguration)).toEqual([true, true, true, true]);
    const rules = LifecycleConfiguration.Rules.map((rule: Record<string, unknown>) => [
      rule.Prefix,
      rule.ExpirationInDays,
    ]);
    expect(rules).toEqual([
      [undefined, undefined],
      ['objects/', 14],
      ['messages/', 14],
      ['produced/', 14],
      ['halves/', 14],
      ['hashed/', 14],
      ['decisions/', 90],
    ]);
    expect(LifecycleConfiguration.Rules[0].AbortIncompleteMultipartUpload).toEqual({ DaysAfterInitiation: 1 });
    const policy = JSON.stringify(properties('State/Bucket/Policy').PolicyDocument);
    expect(policy).toContain('aws:SecureTransport');
  });

  test('delivers the decision log of every tier to the bucket, by date and tier', () => {
    const streams = Object.keys(resources).filter((path) => path.endsWith('/Decisions'));
    expect(streams.sort()).toEqual(['Answers/Decisions', 'first/Decisions', 'second/Decisions']);
    const { ExtendedS3DestinationConfiguration: to } = properties('first/Decisions');
    expect(to).toMatchObject({
      Prefix: 'decisions/shop/dt=!{timestamp:yyyy-MM-dd}/tier=first/',
      CompressionFormat: 'UNCOMPRESSED',
      FileExtension: '.ndjson.gz',
      RoleARN: { 'Fn::GetAtt': ['Decisions/Writer', 'Arn'] },
    });
    expect(variable('Answers/Function', 'SLUICE_FUNCTION').log).toEqual({ streams: { archive: 'Answers/Decisions' } });
    // What expires is recorded as a decision of the tier it waited for.
    expect(variable('Expiry/Function', EXPIRY_CONFIG).log).toEqual({
      streams: { second: 'second/Decisions' },
      otherwise: 'second/Decisions',
    });
  });

  test('lets each function send to its own stream alone, and Firehose write below its own prefix alone', () => {
    const puts = ['first/Role', 'second/Role', 'Expiry/Role'].map((role) =>
      properties(`${role}/DefaultPolicy`)
        .PolicyDocument.Statement.filter(({ Action }: { Action: unknown }) => Action === 'firehose:PutRecordBatch')
        .map(({ Resource }: { Resource: unknown }) => Resource),
    );
    const arn = (tier: string): object => ({ 'Fn::GetAtt': [`${tier}/Decisions`, 'Arn'] });
    expect(puts).toEqual([[arn('first')], [arn('second')], [arn('second')]]);
    const [put] = properties('Decisions/Writer').Policies[0].PolicyDocument.Statement;
    expect(put).toMatchObject({ Action: ['s3:PutObject', 's3:AbortMultipartUpload'] });
    expect(JSON.stringify(put.Resource)).toContain('/decisions/shop/*');
  });

  test('tells when decisions do not get into the bucket, long before Firehose gives them up', () => {
    expect(properties('first/DecisionsLateAlarm')).toMatchObject({
      Namespace: 'AWS/Firehose',
      MetricName: 'DeliveryToS3.DataFreshness',
      Dimensions: [{ Name: 'DeliveryStreamName', Value: { Ref: 'first/Decisions' } }],
      Threshold: 1_800,
    });
  });

  test('runs the destination on the answers', () => {
    expect(properties('Answers/Function').Description).toBe('sluice: shop/archive');
    expect(properties('Answers/Function/Feed-Queue').EventSourceArn).toEqual({
      'Fn::GetAtt': ['Answers/Queue', 'Arn'],
    });
    expect(variable('Answers/Function', 'SLUICE_FUNCTION')).toMatchObject({ deadLetters: 'answers.dlq', next: null });
  });

  test('decides on what the table deletes by itself, and on nothing else', () => {
    expect(variable('Expiry/Function', EXPIRY_CONFIG)).toMatchObject({ tiers: [{ name: 'second', version: '1' }] });
    const [{ Pattern }] = properties('Expiry/Function/Feed').FilterCriteria.Filters;
    expect(JSON.parse(Pattern)).toEqual({
      eventName: ['REMOVE'],
      userIdentity: { principalId: ['dynamodb.amazonaws.com'] },
    });
  });

  test('tells when expiry stands still: it answers its stream, so that its function has no errors', () => {
    expect(properties('Expiry/BehindAlarm')).toMatchObject({
      MetricName: 'IteratorAge',
      Dimensions: [{ Name: 'FunctionName', Value: { Ref: 'Expiry/Function' } }],
      Threshold: 900_000,
    });
  });

  test('shows each tier as what came in, what it accepted and what it escalated', () => {
    const body = JSON.stringify(properties('Dashboard').DashboardBody);
    for (const name of ['accepted', 'escalated']) expect(body).toContain(`\\"sluice\\",\\"${name}\\"`);
    expect(body).toContain('NumberOfMessagesSent');
  });

  test('keeps its metrics apart from those of another stack, where it is told to', () => {
    const application = applicationOf(TIERS.first(), TIERS.second());
    const staging = resourcesOf(application, { metricNamespace: 'staging' });
    for (const path of ['first/Function', 'second/Function', 'Expiry/Function']) {
      expect(staging[path]!.Properties.Environment.Variables.SLUICE_METRICS).toBe('staging');
    }
    expect(staging['first/OutagesAlarm']!.Properties.Namespace).toBe('staging');
    expect(JSON.stringify(staging.Dashboard!.Properties)).not.toContain('\\"sluice\\"');
    const { cascade } = deployed(application, { metricNamespace: 'staging' });
    expect(cascade.tier('first').metric('escalated').namespace).toBe('staging');
    expect(resources['first/Function']!.Properties.Environment.Variables).not.toHaveProperty('SLUICE_METRICS');
  });

  test('leaves out what is not wanted, and what nothing needs', () => {
    const few = resourcesOf(applicationOf(TIERS.first()), { decisions: false, alarms: false, dashboard: false });
    const paths = Object.keys(few);
    expect(paths.filter((path) => /Alarm|Dashboard|Decisions|Expiry/.test(path))).toEqual([]);
    expect(few['State/Table']!.Properties.StreamSpecification).toBeUndefined();
    expect(few['Answers/Function']).toBeUndefined();
  });

  test('puts out what a client needs to connect', () => {
    const { stack, app } = deployed(applicationOf(TIERS.first()));
    const { ShopCloud } = app.synth().getStackByName(stack.stackName).template.Outputs;
    const text = JSON.stringify(ShopCloud.Value);
    for (const word of ['application', 'answers.dlq', 'first.dlq', 'table', 'bucket']) expect(text).toContain(word);
  });

  test('is looked through by name', () => {
    const { cascade } = deployed(applicationOf(TIERS.first(), TIERS.second()));
    expect(cascade.tier('second').queues).toEqual([cascade.queue('second'), cascade.queue('second.photos')]);
    expect(cascade.tier('first').deadLetters).toBe(cascade.queue('first.dlq'));
    expect(cascade.tier('first').metric('accepted').namespace).toBe('sluice');
    expect(() => cascade.tier('secnod')).toThrow('Did you mean "second"?');
    expect(() => cascade.queue('first.dl')).toThrow('Did you mean "first.dlq"?');
  });
});
