import { DynamoDBClient, ListTablesCommand, UpdateTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import { DeleteObjectsCommand, ListBucketsCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, describe, expect, test } from 'vitest';
import type { CloudOutput } from '../../lib/aws/cloud-output.ts';
import type { Cloud } from '../../lib/index.ts';
import { CLOUD } from '../aws/endpoint.ts';
import { collectAnswers, eventually } from './answers.ts';
import { embeddedAnswers, photoFlows, sendPhotos } from './photos.ts';
import { deployedProject } from './project.ts';

const PHOTOS = 60;
const EXPERT = 'functions/photos/expert.ts';

/** Needs an AWS endpoint: `npm run test:cloud` brings one along. Each test goes on where the one before ended. */
describe.skipIf(!CLOUD)('the photo cascade, deployed with cdk deploy', { timeout: 300_000 }, () => {
  const project = deployedProject();
  let cloud: Cloud;
  let output: CloudOutput;
  let answered: Readonly<Record<string, { readonly tier: string; readonly output: unknown }>>;
  const deploy = async (...args: readonly string[]): Promise<void> => {
    ({ cloud, output } = await project.deploy(...args));
  };
  const findings = async (): Promise<readonly { readonly code: string; readonly tier?: string }[]> => {
    const { json } = await project.sluice('doctor', '--json');
    return (json as { readonly findings: readonly { readonly code: string; readonly tier?: string }[] }).findings;
  };
  /** MiniStack's CloudFormation leaves the time to live of a global table off: then it is done as the doctor says. */
  const turnOnTimeToLive = async (): Promise<void> => {
    if (!(await findings()).some(({ code }) => code === 'time-to-live-off')) return;
    const TimeToLiveSpecification = { AttributeName: 'expiresAt', Enabled: true };
    await new DynamoDBClient().send(new UpdateTimeToLiveCommand({ TableName: output.table, TimeToLiveSpecification }));
  };
  afterAll(() => project.remove());

  test('answers as the embedded cloud does, flow by flow', async () => {
    const flows = await photoFlows('p', PHOTOS);
    const expected = await embeddedAnswers(flows);
    await deploy();
    await turnOnTimeToLive();
    expect(await findings()).toEqual([]);
    await sendPhotos(cloud, flows);
    const answers = await collectAnswers(cloud, PHOTOS);
    answered = Object.fromEntries([...answers].map(([flow, { tier, output: made }]) => [flow, { tier, output: made }]));
    expect(answered).toEqual(expected);
    expect(new Set(Object.values(answered).map(({ tier }) => tier))).toEqual(new Set(['thumb', 'small', 'deep']));
  });

  test('a photo that never escalates leaves its other half parked, with a time to live', async () => {
    const [satisfied] = Object.entries(answered).find(([, { tier }]) => tier === 'thumb')!;
    const parked = await cloud.table.get(`join#small#${satisfied}`);
    expect(parked).toMatchObject({ data: expect.anything(), expiresAt: expect.any(Number) });
  });

  test('poison goes to the dead letters with its reason, as the command line shows', async () => {
    await sendPhotos(cloud, await photoFlows('poison', 2), 7);
    const listed = await eventually(
      async () => (await project.sluice('dlq', 'ls', '--json')).json as { readonly total: number },
      ({ total }) => total === 2,
    );
    expect(listed).toMatchObject({ groups: [{ tier: 'thumb', code: 'data-invalid', count: 2 }] });
    expect(await findings()).toEqual([expect.objectContaining({ code: 'dead-letters', tier: 'thumb' })]);
    const { json } = await project.sluice('list', '--json');
    expect(json).toMatchObject([{ tiers: [{ name: 'thumb', queues: { deadLetters: 2 } }, {}, {}] }]);
  });

  test('a new tier is one file: the difference is its own resources, one permission and one variable', async () => {
    expect((await project.sluice('new', 'tier', 'expert', '--after', 'deep', '--application', 'photos')).code).toBe(0);
    project.edit(EXPERT, '({ signal }) => signal', '({ signal }) => ({ ...signal, confidence: 1 })');
    const difference = await project.cdk('diff');
    expect(changesIn(difference, '+').filter((path) => !path.startsWith('Photos/expert/'))).toEqual([]);
    expect(changesIn(difference, '+')).toHaveLength(16);
    expect(changesIn(difference, '-')).toEqual([]);
    expect(changesIn(difference, '~')).toEqual([
      'Photos/deep/Role/DefaultPolicy',
      'Photos/deep/Function',
      'Photos/Dashboard',
      'Photos/Cloud',
    ]);
    expect(difference).not.toContain('S3Key');
  });

  test('it is deployed while flows are in the queues, and none is lost', { timeout: 360_000 }, async () => {
    const flows = await photoFlows('while', 3 * PHOTOS);
    let isDeployed = false;
    const deploying = deploy().finally(() => {
      isDeployed = true;
    });
    let sent = 0;
    const before = cloud;
    while (!isDeployed && sent < 2 * PHOTOS) {
      await sendPhotos(before, flows.slice(sent, sent + 4));
      sent += 4;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    await deploying;
    await sendPhotos(cloud, flows.slice(sent));
    // What a function had in work when it was replaced comes back when its visibility timeout is over.
    const answers = await collectAnswers(cloud, flows.length, 300_000);
    expect(answers.size).toBe(flows.length);
    expect([...answers.values()].every(({ ids }) => ids.size === 1)).toBe(true);
    // What deep is unsure of goes on to the new tier, and all else is as it was.
    const last = [...answers].filter(([flow]) => Number(flow.split('-')[1]) >= sent);
    expect(last.some(([, { tier }]) => tier === 'expert')).toBe(true);
    expect(Object.keys(output.queues)).toContain('expert');
  });

  test('once the tier is corrected, sluice dlq redrive finishes what was poison', async () => {
    project.edit('functions/photos/thumb.ts', 'shop: z.string()', 'shop: z.coerce.string()');
    project.edit(EXPERT, "name: 'expert',", "name: 'expert',\n  retired: true,");
    await deploy();
    const redriven = await project.sluice('dlq', 'redrive', '--tier', 'thumb', '--json');
    expect(redriven.json).toMatchObject({ redriven: 2, failed: [] });
    const answers = await collectAnswers(cloud, 2);
    expect([...answers.keys()].sort()).toEqual(['poison-0', 'poison-1']);
    expect((await project.sluice('dlq', 'ls', '--json')).json).toMatchObject({ total: 0 });
  });

  test('a retired tier is empty before its file goes, and the doctor says so', async () => {
    const waiting = { body: 'a message that nobody has worked off' };
    await cloud.queue('expert.dlq').send([waiting]);
    expect(await findings()).toContainEqual(expect.objectContaining({ code: 'retired-busy', tier: 'expert' }));
    expect((await project.sluice('dlq', 'purge', '--tier', 'expert', '--yes')).code).toBe(0);
    expect(await findings()).toContainEqual(expect.objectContaining({ code: 'retired-done', tier: 'expert' }));
    project.delete(EXPERT);
    expect(await findings()).toContainEqual(expect.objectContaining({ code: 'leftover-done', tier: 'expert' }));
    await deploy();
    expect(Object.keys(output.queues).filter((name) => name.startsWith('expert'))).toEqual([]);
    expect(await findings()).toEqual([]);
  });

  test('cdk destroy leaves nothing', async () => {
    project.write('destroyed.ts', DESTROYED);
    const app = ['--app', 'node --conditions=sluice-source destroyed.ts'];
    await deploy(...app);
    await emptyBucket(output.bucket);
    const events = await project.cdk('destroy', '--force', '--progress', 'events', ...app);
    expect(events).toMatch(/SluicePhotos.*destroyed/);
    const [queues, tables, buckets] = await Promise.all([
      new SQSClient().send(new ListQueuesCommand({ QueueNamePrefix: 'SluicePhotos' })),
      new DynamoDBClient().send(new ListTablesCommand()),
      s3().send(new ListBucketsCommand()),
    ]);
    expect(queues.QueueUrls ?? []).toEqual([]);
    expect(tables.TableNames?.filter((name) => name.startsWith('SluicePhotos'))).toEqual([]);
    expect(buckets.Buckets?.filter(({ Name }) => Name?.startsWith('sluicephotos'))).toEqual([]);
    // Whatever else it had, functions, roles, alarms and logs among them: nothing of the stack is there to differ from.
    const difference = await project.cdk('diff', ...app);
    expect(changesIn(difference, '~')).toEqual([]);
    expect(changesIn(difference, '+').length).toBeGreaterThan(60);
  });
});

/** The demo's stack, as one that keeps nothing. */
const DESTROYED = `
import { App, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { bundleApplication, Cascade } from './infra/index.ts';

const app = new App();
const stack = new Stack(app, 'SluicePhotos');
const application = await bundleApplication('functions/photos');
new Cascade(stack, 'Photos', { application, removalPolicy: RemovalPolicy.DESTROY });
app.synth();
`;

const s3 = (): S3Client => new S3Client({ forcePathStyle: true });

/** CloudFormation deletes only buckets that are empty. */
async function emptyBucket(Bucket: string): Promise<void> {
  for (;;) {
    const { Contents = [] } = await s3().send(new ListObjectsV2Command({ Bucket }));
    if (Contents.length === 0) return;
    const Objects = Contents.map(({ Key }) => ({ Key }));
    await s3().send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
  }
}

/** Paths of the constructs that a difference adds, changes or removes. */
function changesIn(difference: string, kind: '+' | '~' | '-'): readonly string[] {
  const lines = difference.split('\n').filter((line) => line.startsWith(`[${kind}] `));
  const resources = lines.filter((line) => /^\[.\] (AWS::|Output )/.test(line));
  return resources.map((line) => line.split(' ')[2]!);
}
