import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { type Bundle, bundleTiers, CONTROLS_FUNCTION } from '../../infra/bundle.ts';
import { controlsConfig, tierConfig } from '../../infra/config.ts';
import { controlsReach, reachOf } from '../../infra/reach.ts';
import { FUNCTION_CONFIG } from '../../lib/aws/function-config.ts';
import { control, defineControl } from '../../lib/index.ts';
import { type Application, loadApplication } from '../../lib/runtime/application.ts';
import { envelope, record, urlOf } from '../aws-handler/harness.ts';
import { type Stub, startStub } from '../bench/cold-stub.ts';
import { callBundle } from './bundle-call.ts';
import { applicationOf, resourcesOf, TIERS } from './support.ts';

const level = defineControl({ name: 'level', schema: z.number(), beforeControl: 'drop' });
const reading = (extra: object = {}) =>
  TIERS.first({
    controls: { level: control<{ default: typeof level }>('level') },
    state: { schema: z.number(), initial: 0, keyBy: () => 'a' },
    ...extra,
  });

test('working data again lets the function of the controls send to that tier and look for its keys, the tier ask itself, and nobody do anything else', () => {
  const policies = (extra: object): ReadonlyMap<string, string> => {
    const resources = Object.entries(resourcesOf(applicationOf(reading(extra), level)));
    return new Map(
      resources.filter(([path]) => path.endsWith('/DefaultPolicy')).map(([path, one]) => [path, JSON.stringify(one)]),
    );
  };
  const [before, after] = [policies({}), policies({ reevaluateOnControl: true })];
  const changed = [...after].filter(([path, text]) => before.get(path) !== text).map(([path]) => path);
  expect(changed.sort()).toEqual(['Controls/Role/DefaultPolicy', 'first/Role/DefaultPolicy']);
  interface Statement {
    readonly Action: unknown;
    readonly Resource: unknown;
    readonly Condition?: unknown;
  }
  const statements = (of: ReadonlyMap<string, string>, path: string): readonly Statement[] =>
    JSON.parse(of.get(path)!).Properties.PolicyDocument.Statement;
  const arn = (of: string) => ({ 'Fn::GetAtt': [of, 'Arn'] });
  const sendsOf = (of: ReadonlyMap<string, string>, path: string) =>
    statements(of, path).flatMap(({ Action, Resource }) => (Action === 'sqs:SendMessage' ? [Resource] : []));
  const isNew = ({ Action }: Statement) => Action === 'sqs:SendMessage' || Action === 'dynamodb:Scan';
  const others = (of: ReadonlyMap<string, string>, path: string) => statements(of, path).filter((one) => !isNew(one));
  for (const path of changed) expect(others(after, path)).toEqual(others(before, path));

  expect(sendsOf(after, 'Controls/Role/DefaultPolicy')).toEqual([
    [arn('Controls/Queue'), arn('first/Queue'), arn('Controls/DeadLetters')],
  ]);
  const [sends] = sendsOf(before, 'first/Role/DefaultPolicy') as readonly object[][];
  expect(sendsOf(after, 'first/Role/DefaultPolicy')).toEqual([[...sends!, arn('first/Queue')]]);
  const scans = (path: string) => statements(after, path).filter(({ Action }) => Action === 'dynamodb:Scan');
  expect(scans('first/Role/DefaultPolicy')).toEqual([]);
  expect(scans('Controls/Role/DefaultPolicy')).toEqual([
    {
      Action: 'dynamodb:Scan',
      Effect: 'Allow',
      Resource: arn('State/Table'),
      Condition: {
        'ForAllValues:StringEquals': { 'dynamodb:Attributes': ['key', 'heard'] },
        StringEquals: { 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES' },
      },
    },
  ]);
});

test('the function of the controls may go on by itself, which Lambda would stop after 16 messages; no other may', () => {
  const loops = (extra: object): readonly string[] =>
    Object.entries(resourcesOf(applicationOf(reading(extra), level)))
      .filter(([, one]) => JSON.stringify(one).includes('"RecursiveLoop":"Allow"'))
      .map(([path]) => path);
  expect(loops({})).toEqual([]);
  expect(loops({ reevaluateOnControl: true })).toEqual(['Controls/Function']);
});

describe('the bundles', () => {
  const at = { url: urlOf, table: 'flows', bucket: 'objects', allowedBuckets: [] };
  let out: string;
  let stub: Stub;
  let application: Application;
  let bundles: ReadonlyMap<string, Bundle>;
  beforeAll(async () => {
    out = await mkdtemp(join(tmpdir(), 'again-'));
    stub = await startStub();
    application = await loadApplication(join(import.meta.dirname, 'bundle-fixtures/again'));
    bundles = await bundleTiers(application, out);
  }, 60_000);
  afterAll(async () => {
    await stub.close();
    await rm(out, { recursive: true, force: true });
  });

  test('hold what works data again where a tier asks for it, and nowhere else', () => {
    const holds = (name: string) => bundles.get(name)!.inputs.includes('lib/core/control/again.ts');
    expect(['reader', 'plain', CONTROLS_FUNCTION].map(holds)).toEqual([true, false, false]);
  });

  test('run: an applied control asks the tier once it is written', async () => {
    stub.calls.length = 0;
    const controls = application.graph.controls!;
    const env = { [FUNCTION_CONFIG]: JSON.stringify(controlsConfig(controls, controlsReach(controls), at)) };
    const message = { name: 'level', key: 'a', version: 1, value: 7 };
    const sent = envelope(1, undefined, { kind: 'control', flow: 'c', control: message });
    const Records = [record('controls', 1, JSON.stringify(sent))];
    const applied = await callBundle(bundles.get(CONTROLS_FUNCTION)!, env, { Records }, stub);
    expect(applied.response).toEqual({ batchItemFailures: [] });
    expect(stub.calls.map(({ target }) => target)).toEqual([
      'DynamoDB_20120810.GetItem',
      'DynamoDB_20120810.UpdateItem',
      'AmazonSQS.SendMessageBatch',
    ]);
    expect(stub.calls[2]!.body).toContain(urlOf('reader'));
    expect(stub.calls[2]!.body).toContain(
      JSON.stringify(JSON.stringify({ control: 'level', key: 'a', version: 1 })).slice(2, -2),
    );
  });

  test('run: the tier looks at state and control, and decides data with the control before it is let in', async () => {
    stub.calls.length = 0;
    const plan = application.graph.tiers.find(({ tier }) => tier.name === 'reader')!;
    const env = { [FUNCTION_CONFIG]: JSON.stringify(tierConfig(plan, reachOf(application.graph, plan), at)) };
    const again = { control: 'level', key: 'a', version: 1 };
    const asked = record('reader', 1, JSON.stringify(envelope(1, undefined, { again })));
    const worked = await callBundle(bundles.get('reader')!, env, { Records: [asked] }, stub);
    expect(worked.response).toEqual({ batchItemFailures: [] });
    // The table knows nothing of the version here.
    const line = { tier: 'reader', decision: 'dropped', reason: expect.stringMatching(/^again: .*is not there$/) };
    expect(worked.lines).toContainEqual(expect.objectContaining(line));
    const looked = stub.calls.map(({ body }) => Object.values(JSON.parse(body).Key as object)[0]);
    expect(looked).toEqual([{ S: 'state#reader#a' }, { S: 'control#level#a' }]);

    const data = record('reader', 2, { key: 'a', n: 1 });
    const dropped = await callBundle(bundles.get('reader')!, env, { Records: [data] }, stub);
    const missing = { decision: 'dropped', reason: 'nothing is set for key "a" of control "level"' };
    expect(dropped.lines).toContainEqual(expect.objectContaining(missing));
  });
});
