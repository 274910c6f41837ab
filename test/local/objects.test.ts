import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../lib/core/identity.ts';
import { MODES, open } from './helpers.ts';

const KEYS = ['photos/1.jpg', '../../escape', '/etc/passwd', '', '.', 'a\u0000b', 'ü'.repeat(500), 'a/b', 'a/b/c'];

describe.each(MODES)('the object store (%s)', (mode) => {
  test('stores bytes under any key', async () => {
    const { objects } = await open(mode);
    for (const key of KEYS) {
      const bytes = Buffer.from(`bytes of ${key}`);
      const reference = await objects.put(key, bytes, { contentType: 'text/plain' });
      const expected = { bucket: 'local', key, size: bytes.length, sha256: sha256(bytes), contentType: 'text/plain' };
      expect(reference).toEqual(expected);
    }
    for (const key of KEYS) {
      const bytes = await objects.get({ bucket: 'local', key, size: 2_000, sha256: '' });
      expect(Buffer.from(bytes).toString()).toBe(`bytes of ${key}`);
    }
  });

  test('gives back what it was given', async () => {
    const { objects } = await open(mode);
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.uint8Array(), async (key, bytes) => {
        const reference = await objects.put(key, bytes);
        expect('contentType' in reference).toBe(false);
        expect([...(await objects.get(reference))]).toEqual([...bytes]);
      }),
      { numRuns: 50 },
    );
  });

  test('replaces, and shares no bytes with its callers', async () => {
    const { objects } = await open(mode);
    const bytes = Uint8Array.of(1, 2);
    await objects.put('k', Uint8Array.of(9));
    const reference = await objects.put('k', bytes);
    bytes[0] = 7;
    (await objects.get(reference))[1] = 8;
    expect([...(await objects.get(reference))]).toEqual([1, 2]);
  });

  test('names bucket and key of an object that is missing', async () => {
    const { objects } = await open(mode);
    const reference = await objects.put('k', Uint8Array.of(1));
    await objects.delete([reference, reference, { ...reference, key: 'never' }]);
    const missing = { code: 'object-missing', details: { bucket: 'local', key: 'k' } };
    await expect(objects.get(reference)).rejects.toMatchObject(missing);
  });

  test('keeps to its own bucket', async () => {
    const { objects } = await open(mode);
    const foreign = { ...(await objects.put('k', Uint8Array.of(1))), bucket: 'elsewhere' };
    await expect(objects.get(foreign)).rejects.toMatchObject({ code: 'object-missing' });
    await objects.delete([foreign]);
    expect(await objects.get({ ...foreign, bucket: 'local' })).toHaveLength(1);
  });

  test('deletes what is older than asked, and nothing else', async () => {
    const { objects } = await open(mode);
    const old = await objects.put('old', Uint8Array.of(1));
    await sleep(20);
    const between = Date.now();
    await sleep(20);
    const young = await objects.put('young', Uint8Array.of(2));
    expect(await objects.deleteOlder(between)).toBe(1);
    expect(await objects.get(young)).toHaveLength(1);
    await expect(objects.get(old)).rejects.toMatchObject({ code: 'object-missing' });
  });

  test('holds one of many writes to one key, whole', async () => {
    const cloud = await open(mode);
    const writes = Array.from({ length: 30 }, (_, value) =>
      cloud.objects.put('k', new Uint8Array(100_000).fill(value)),
    );
    const [reference] = await Promise.all(writes);
    const bytes = await cloud.objects.get(reference!);
    expect(bytes.every((byte) => byte === bytes[0])).toBe(true);
    if (cloud.mode === 'durable') expect(readdirSync(`${cloud.dir}/objects/partial`)).toEqual([]);
  });
});
