import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode } from 'fast-png';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Bundle, bundleTiers, EXPIRY } from '../../infra/bundle.ts';
import { EXPIRY_CONFIG } from '../../lib/aws/handler-expiry-config.ts';
import type { Graph } from '../../lib/core/plan.ts';
import { loadApplication } from '../../lib/runtime/application.ts';
import { envelope, environmentOf, record, urlOf } from '../aws-handler/harness.ts';
import { type Stub, startStub } from '../bench/cold-stub.ts';
import { callBundle } from './bundle-call.ts';

let out: string;
let bundles: Map<string, Bundle>;
let graph: Graph;
let stub: Stub;

beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), 'bundles-'));
  const application = await loadApplication(join(import.meta.dirname, '../../functions/photos'));
  graph = application.graph;
  bundles = await bundleTiers(application, out);
});
beforeEach(async () => {
  stub = await startStub();
  return () => stub.close();
});
afterAll(() => rm(out, { recursive: true, force: true }));

const call = (tier: string, ...records: object[]) =>
  callBundle(bundles.get(tier)!, environmentOf(graph, tier), { Records: records }, stub);

const sent = () =>
  stub.calls
    .filter(({ target }) => target === 'AmazonSQS.SendMessageBatch')
    .map(({ body }) => JSON.parse(body) as { QueueUrl: string; Entries: { MessageBody: string }[] });

test('thumb answers from its own model, with SQS alone', async () => {
  const data = { shop: 's', thumbnail: Buffer.alloc(196, 7).toString('base64') };
  const { response, lines, stderr } = await call('thumb', record('thumb', 1, data), record('thumb', 2, 'no JSON'));
  expect(response).toEqual({ batchItemFailures: [] });
  expect(JSON.parse(stderr)).toMatchObject({ level: 'ERROR', tier: 'thumb', code: 'envelope-not-json' });
  expect(
    sent()
      .map(({ QueueUrl }) => QueueUrl)
      .sort(),
  ).toHaveLength(2);
  expect(sent().some(({ QueueUrl }) => QueueUrl === urlOf('thumb.dlq'))).toBe(true);
  expect(stub.calls.every(({ target }) => target.startsWith('AmazonSQS.'))).toBe(true);
  const [first] = lines.filter((line) => line.sluice === 'decision' && line.flow === 'f1');
  expect(first).toMatchObject({ tier: 'thumb', score: expect.any(Number), threshold: 0.997 });
  expect(lines.find((line) => '_aws' in line)).toMatchObject({ application: 'photos', tier: 'thumb', failed: 1 });
});

test('small parks the photo in DynamoDB', async () => {
  const photo = { bucket: 'objects', key: 'p', size: 3, sha256: 'x' };
  const half = JSON.stringify(envelope(1, { shop: 's' }, { objects: { photo } }));
  const { response, lines } = await call('small', record('small.photos', 1, half));
  expect(response).toEqual({ batchItemFailures: [] });
  expect(stub.calls.map(({ target }) => target)).toEqual(['DynamoDB_20120810.UpdateItem']);
  expect(lines).toContainEqual(expect.objectContaining({ decision: 'parked', flow: 'f1' }));
});

test('deep fetches the photo from S3', async () => {
  const png = encode({ width: 28, height: 28, channels: 1, depth: 8, data: new Uint8Array(784).fill(90) });
  const sha256 = createHash('sha256').update(png).digest('hex');
  stub.objects.set('objects/photo-1', png);
  const objects = { photo: { bucket: 'objects', key: 'objects/photo-1', size: png.byteLength, sha256 } };
  const signal = { output: { label: 'Bag', confidence: 0.4 }, tier: 'small', version: '1' };
  const body = JSON.stringify(envelope(1, { shop: 's' }, { kind: 'signal', signal, objects }));
  const { response, lines } = await call('deep', record('deep', 1, body));
  expect(response).toEqual({ batchItemFailures: [] });
  expect(lines).toContainEqual(expect.objectContaining({ decision: 'accepted', tier: 'deep' }));
  expect(sent().map(({ QueueUrl }) => QueueUrl)).toEqual([urlOf('answers')]);
  expect(stub.calls.filter(({ target }) => target.startsWith('GET /objects/objects/photo-1')).length).toBe(1);
});

test('what expires is decided on', async () => {
  const config = {
    application: 'photos',
    queues: {},
    table: 'flows',
    bucket: 'objects',
    tiers: [{ name: 'small', version: '1' }],
  };
  const data = { M: { id: { S: 'e1' }, ts: { N: '5' }, hop: { N: '0' } } };
  const OldImage = { key: { S: 'join#small#f1' }, data, expiresAt: { N: '1' } };
  const userIdentity = { type: 'Service', principalId: 'dynamodb.amazonaws.com' };
  const Records = [{ eventName: 'REMOVE', userIdentity, dynamodb: { SequenceNumber: '1', OldImage } }];
  const env = { [EXPIRY_CONFIG]: JSON.stringify(config) };
  const { response, lines } = await callBundle(bundles.get(EXPIRY)!, env, { Records }, stub);
  expect(response).toEqual({ batchItemFailures: [] });
  expect(lines).toContainEqual(expect.objectContaining({ decision: 'expired', flow: 'f1', tier: 'small' }));
});

test('without configuration every record comes back, and the log says why', async () => {
  const { response, stderr } = await callBundle(bundles.get('thumb')!, {}, { Records: [record('thumb', 1, {})] }, stub);
  expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: 'm1' }] });
  expect(JSON.parse(stderr)).toMatchObject({
    level: 'ERROR',
    error: { message: expect.stringContaining('SLUICE_FUNCTION') },
  });
});

test.each(['awaits', 'lazy', 'late'])('a tier that waits for a file loaded late starts: %s', async (name) => {
  const application = await loadApplication(join(import.meta.dirname, 'bundle-fixtures/waiting'));
  const waiting = await bundleTiers(application, join(out, 'waiting'));
  const env = environmentOf(application.graph, name);
  const { response } = await callBundle(waiting.get(name)!, env, { Records: [record(name, 1, {})] }, stub);
  expect(response).toEqual({ batchItemFailures: [] });
  const [{ Entries } = { Entries: [] }] = sent();
  const answers = Entries.map(({ MessageBody }) => JSON.parse(MessageBody) as object);
  expect(answers).toEqual([expect.objectContaining({ signal: expect.objectContaining({ output: 'hello function' }) })]);
});
