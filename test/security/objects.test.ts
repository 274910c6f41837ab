import { once } from 'node:events';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { describe, expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';
import { s3Objects } from '../../lib/aws/objects.ts';
import { sha256 } from '../../lib/core/identity.ts';
import type { ObjectReference } from '../../lib/core/object-reference.ts';
import { defineTier } from '../../lib/index.ts';
import { openCloud } from '../../lib/local/index.ts';
import { MAX_BODY_BYTES } from '../../lib/runtime/outbox.ts';
import { started } from '../support/started.ts';
import { cheap, joining } from '../support/tiers.ts';
import { byHand, deadLetterOf } from './letters.ts';

const reader = (spec: object = {}, predict?: () => unknown) =>
  defineTier({
    name: 'reader',
    input: z.any(),
    objects: { photo: spec },
    output: z.any(),
    predict: predict ?? (({ objects }) => objects.photo.text()),
  });
const secret = Buffer.from('another flow’s secret');
/** A right reference to whatever lies under a key: the sender knows even its hash. */
const to = (key: string, bytes: Uint8Array = secret): ObjectReference => ({
  ...{ bucket: 'local', key, size: bytes.byteLength, sha256: sha256(bytes) },
});

describe('object references', () => {
  test.each([
    'messages/m1',
    'halves/dear/m1',
    'produced/f/reader/x',
    'decisions/2026/01/01/00/x.gz',
    'hashed/0',
    'secret',
    '/objects/x',
    '../objects/x',
    '',
  ])('name no key of the own bucket that is no object of a client: %j', async (key) => {
    const cascade = await started({ tiers: [reader()] });
    await cascade.cloud.objects.put(key, secret);
    const letter = await deadLetterOf(cascade, 'reader', byHand({ objects: { photo: to(key) } }));
    expect(letter).toMatchObject(
      key.startsWith('produced/') ? { code: 'object-foreign' } : { code: 'object-foreign', attempt: 1 },
    );
    expect(cascade.answers).toEqual([]);
  });

  test('with `../` in the key lead nowhere: a key is a name, not a path', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'sluice-security-'));
    onTestFinished(() => rm(dir, { recursive: true, force: true }));
    const cascade = await started({ dir, tiers: [reader()] });
    await cascade.cloud.objects.put('messages/m1', secret);
    const letter = await deadLetterOf(cascade, 'reader', byHand({ objects: { photo: to('objects/../messages/m1') } }));
    expect(letter.code).toBe('object-missing');
  });

  test('name no other bucket, unless it is allowed', async () => {
    const cascade = await started({ tiers: [reader()] });
    const photo = { ...to('objects/x'), bucket: 'elsewhere' };
    const letter = await deadLetterOf(cascade, 'reader', byHand({ objects: { photo } }));
    expect(letter).toMatchObject({ code: 'object-foreign', attempt: 1 });
  });

  test('read another flow’s object only for who knows its SHA-256', async () => {
    const cascade = await started({ tiers: [reader()] });
    await cascade.cloud.objects.put('objects/victim/photo', secret);
    const guess = { ...to('objects/victim/photo'), sha256: '0'.repeat(64) };
    const letter = await deadLetterOf(cascade, 'reader', byHand({ objects: { photo: guess } }));
    expect(letter).toMatchObject({ code: 'object-corrupt', attempt: 1 });
    expect(letter.reason).not.toContain('secret');
  });

  test('delete nothing but the flow’s own objects, though the tier deletes what it accepts', async () => {
    const cascade = await started({ tiers: [reader({ deleteAfter: 'accepted' }, () => 'untouched')] });
    const kept = ['objects/victim/photo', 'objects/badly/photo', 'objects/bad', 'messages/m1'];
    for (const key of [...kept, 'objects/bad/photo']) await cascade.cloud.objects.put(key, secret);
    for (const key of kept) await cascade.put('reader', byHand({ id: key, objects: { photo: to(key) } }));
    await cascade.drain();
    for (const key of kept) expect(await cascade.cloud.objects.get(to(key))).toHaveLength(secret.byteLength);
    cascade.clock.advance(5 * 86_400_000);
    await cascade.put('reader', byHand({ objects: { photo: to('objects/bad/photo') } }));
    await cascade.drain();
    await expect(cascade.cloud.objects.get(to('objects/bad/photo'))).rejects.toMatchObject({ code: 'object-missing' });
  });
});

describe('offloaded bodies', () => {
  const offloaded = (reference: object): string => JSON.stringify({ v: 1, flow: 'bad', offloaded: reference });

  test('are read from where messages lie, and from nowhere else', async () => {
    for (const key of ['objects/victim/photo', 'halves/other/x', 'decisions/x', '../messages/x']) {
      const cascade = await started({ tiers: [reader()] });
      const body = Buffer.from(byHand());
      await cascade.cloud.objects.put(key, body);
      expect(await deadLetterOf(cascade, 'reader', offloaded(to(key, body)))).toMatchObject({
        code: 'object-foreign',
        attempt: 1,
      });
    }
  });

  test('that say they are huge are not fetched', async () => {
    const cascade = await started({ tiers: [reader()] });
    const reference = { ...to('messages/m1'), size: MAX_BODY_BYTES + 1 };
    const letter = await deadLetterOf(cascade, 'reader', offloaded(reference));
    expect(letter).toMatchObject({ code: 'message-too-large', attempt: 1 });
    expect(cascade.calls.object).toBe(0);
  });

  test('do not lead to a further one', async () => {
    const cascade = await started({ tiers: [reader()] });
    const inner = Buffer.from(offloaded(to('messages/m2')));
    await cascade.cloud.objects.put('messages/m1', inner);
    const letter = await deadLetterOf(cascade, 'reader', offloaded(to('messages/m1', inner)));
    expect(letter).toMatchObject({ code: 'envelope-invalid', attempt: 1 });
  });
});

test('halves that are stored never lie under a key that the sender chose', async () => {
  const keys: string[] = [];
  const cascade = await started({
    tiers: [cheap(), joining()],
    wrap: (cloud) => ({
      ...cloud,
      objects: {
        ...cloud.objects,
        put: (key, ...rest) => {
          keys.push(key);
          return cloud.objects.put(key, ...rest);
        },
      },
    }),
  });
  for (const id of ['../../x', 'victim']) {
    for (const flow of ['a', 'b']) {
      await cascade.put('dear.photos', byHand({ id, flow, data: { photo: 'p'.repeat(70_000) } }));
    }
  }
  await cascade.drain();
  expect(keys.length).toBeGreaterThan(0);
  for (const key of keys) expect(key).toMatch(/^halves\/dear\/[0-9a-f-]{36}$/);
  expect(new Set(keys).size).toBe(keys.length);
});

describe('sizes', () => {
  test('above maxBytes are refused before anything is fetched', async () => {
    const cascade = await started({ tiers: [reader({ maxBytes: 10 })] });
    const letter = await deadLetterOf(cascade, 'reader', byHand({ objects: { photo: to('objects/x') } }));
    expect(letter).toMatchObject({ code: 'object-too-large', attempt: 1 });
    expect(cascade.calls.object).toBe(0);
  });

  test('are bounded where the tier sets no maxBytes, too', async () => {
    const cascade = await started({ tiers: [reader()] });
    const photo = { ...to('objects/x'), size: 2 ** 40 };
    const letter = await deadLetterOf(cascade, 'reader', byHand({ objects: { photo } }));
    expect(letter).toMatchObject({ code: 'object-too-large', attempt: 1 });
  });

  test('that lie read no more than they promise: a byte is said, a gigabyte lies in a file', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'sluice-security-'));
    onTestFinished(() => rm(dir, { recursive: true, force: true }));
    const cloud = await openCloud({ dir });
    onTestFinished(() => cloud.close());
    const reference = await cloud.objects.put('objects/x', Buffer.from('x'));
    const hash = sha256(Buffer.from('objects/x'));
    const file = await open(join(dir, 'objects', hash.slice(0, 2), hash), 'r+');
    await file.truncate(2 ** 30);
    await file.close();
    const before = process.memoryUsage().arrayBuffers;
    await expect(cloud.objects.get(reference)).rejects.toMatchObject({ code: 'object-corrupt' });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 20);
  });

  test('that lie read no more than they promise: in S3 the connection is closed on the rest', async () => {
    const whole = 2 ** 30;
    let sent = 0;
    const closed = Promise.withResolvers<void>();
    const server = createServer((_, response) => {
      const chunk = Buffer.alloc(2 ** 16);
      const more = (): void => {
        while (sent < whole && response.write(chunk)) sent += chunk.length;
      };
      response.writeHead(200, { 'content-length': whole }).on('drain', more).on('close', closed.resolve);
      more();
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const client = new S3Client({
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      ...{ region: 'eu-west-1', forcePathStyle: true, credentials: { accessKeyId: 'a', secretAccessKey: 'b' } },
    });
    onTestFinished(() => client.destroy());
    const objects = s3Objects({ bucket: 'own', client });
    await expect(objects.get({ ...to('objects/x'), bucket: 'own' })).rejects.toMatchObject({ code: 'object-corrupt' });
    await closed.promise;
    // What the kernel buffers on the way is sent, and no more.
    expect(sent).toBeLessThan(whole / 10);
  });
});
