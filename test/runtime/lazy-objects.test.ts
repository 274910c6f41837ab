import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SluiceError } from '../../lib/core/errors.ts';
import { sha256 } from '../../lib/core/identity.ts';
import type { ObjectReference } from '../../lib/core/object-reference.ts';
import type { ObjectStore } from '../../lib/ports/object-store.ts';
import { fetchBody } from '../../lib/runtime/bodies.ts';
import { lazyObjects, objectReader, objectStoreFailed } from '../../lib/runtime/objects.ts';

const BYTES = Buffer.from('a payload');
const reference = (change: Partial<ObjectReference> = {}): ObjectReference => ({
  bucket: 'own',
  key: 'objects/f/photo',
  size: BYTES.byteLength,
  sha256: sha256(BYTES),
  ...change,
});

/** A store that holds one payload under every key, and counts how often it is asked. */
function storeOf(bytes: Uint8Array | Error = BYTES) {
  const asked: string[] = [];
  const store = {
    bucket: 'own',
    async get({ bucket, key }: ObjectReference) {
      asked.push(`${bucket}/${key}`);
      if (bytes instanceof Error) throw bytes;
      return bytes;
    },
  } as unknown as ObjectStore;
  return { store, asked };
}

describe('an object reader', () => {
  test('fetches an object once, however often and by whomever it is asked for', async () => {
    const { store, asked } = storeOf();
    const reader = objectReader(store);
    const all = await Promise.all([1, 2, 3].map(() => reader.fetch(reference(), ['objects/'])));
    for (const bytes of all) expect(Buffer.from(bytes)).toEqual(BYTES);
    expect(asked).toEqual(['own/objects/f/photo']);
    await reader.fetch(reference({ key: 'objects/f/other' }), ['objects/']);
    expect(asked).toHaveLength(2);
  });

  test('reads of its own bucket only what lies where it may', async () => {
    const { store, asked } = storeOf();
    const reader = objectReader(store);
    const refused = { code: 'object-foreign', retry: 'never', details: { bucket: 'own', key: 'halves/x' } };
    await expect(reader.fetch(reference({ key: 'halves/x' }), ['objects/', 'produced/'])).rejects.toMatchObject({
      ...refused,
      message:
        'the object reference points to "halves/x", which is no such object\n' +
        '  → Send objects with the client, or store them under objects/ or produced/.',
    });
    expect(asked).toEqual([]);
    // Known is not allowed: another place asks under another prefix.
    await reader.fetch(reference(), ['objects/']);
    await expect(reader.fetch(reference(), ['messages/'])).rejects.toMatchObject({ code: 'object-foreign' });
    expect(asked).toHaveLength(1);
  });

  test('shows no more of a foreign key than fits a line', async () => {
    const key = 'k'.repeat(300);
    await expect(objectReader(storeOf().store).fetch(reference({ key }), ['objects/'])).rejects.toThrow(
      `points to "${'k'.repeat(200)}", which`,
    );
  });

  test('reads of other buckets those that are allowed, wherever the object lies', async () => {
    const { store, asked } = storeOf();
    const elsewhere = reference({ bucket: 'theirs', key: 'any/where' });
    await objectReader(store, ['theirs']).fetch(elsewhere, ['objects/']);
    expect(asked).toEqual(['theirs/any/where']);
    await expect(objectReader(store, ['others']).fetch(elsewhere, ['objects/'])).rejects.toMatchObject({
      code: 'object-foreign',
      message:
        'the object reference points to bucket "theirs", which this cascade may not read\n' +
        '  → Send objects with the client, or add the bucket to allowedBuckets (now: own, others).',
      details: { bucket: 'theirs', key: 'any/where' },
      retry: 'never',
    });
  });

  test('hands out nothing but what was promised', async () => {
    const { store } = storeOf();
    const fetched = (change: Partial<ObjectReference>) => objectReader(store).fetch(reference(change), ['objects/']);
    await expect(fetched({ size: 3 })).rejects.toThrow('has 9 bytes instead of 3');
    await expect(fetched({ sha256: '0' })).rejects.toThrow('does not have the SHA-256 it was sent with');
    await expect(fetched({ size: 3 })).rejects.toMatchObject({ code: 'object-corrupt', retry: 'never' });
  });

  test('tells a store that is away from an object that is gone', async () => {
    const missing = new SluiceError('object-missing', 'it is gone');
    await expect(objectReader(storeOf(missing).store).fetch(reference(), ['objects/'])).rejects.toBe(missing);
    await expect(
      objectReader(storeOf(new Error('no route')).store).fetch(reference(), ['objects/']),
    ).rejects.toMatchObject({
      code: 'object-failed',
      message:
        'fetching own/objects/f/photo failed: no route\n' +
        '  → See that the object store can be reached and may be used; the flow waits for it.',
      retry: 'always',
      cause: { message: 'no route' },
    });
  });
});

test('a store’s own error keeps what it says about trying again, and gets it where it says nothing', () => {
  const never = new SluiceError('object-too-large', 'too large', { retry: 'never' });
  expect(objectStoreFailed('storing', never)).toBe(never);
  const silent = new SluiceError('object-failed', 'broken');
  expect(objectStoreFailed('storing', silent)).toMatchObject({ code: 'object-failed', retry: 'always', cause: silent });
  expect(objectStoreFailed('storing', 'a text').problem).toBe('storing failed: a text');
});

describe('lazy objects', () => {
  const lazy = (bytes: Uint8Array | Error = BYTES) => {
    const { store, asked } = storeOf(bytes);
    return { asked, set: lazyObjects(objectReader(store), { photo: reference() }, ['objects/']) };
  };

  test('cost nothing until they are touched, and then once', async () => {
    const { asked, set } = lazy();
    const { photo } = set.objects;
    expect(photo!.reference).toEqual(reference());
    expect(set.fetched).toEqual({ bytes: 0, calls: 0 });
    expect(asked).toEqual([]);
    expect(Buffer.from(await photo!.bytes())).toEqual(BYTES);
    expect(await photo!.text()).toBe('a payload');
    const chunks: Uint8Array[] = [];
    for await (const chunk of photo!.stream()) chunks.push(chunk);
    expect(Buffer.concat(chunks)).toEqual(BYTES);
    expect(set.fetched).toEqual({ bytes: 9, calls: 1 });
    expect(asked).toHaveLength(1);
  });

  test('are files for who reads files, each its own, until they are disposed of', async () => {
    const { set } = lazy();
    const [one, two] = [await set.objects.photo!.file(), await set.objects.photo!.file()];
    expect(await readFile(one)).toEqual(BYTES);
    expect(await readFile(two)).toEqual(BYTES);
    expect(one).not.toBe(two);
    expect(dirname(one)).toBe(dirname(two));
    await set.dispose();
    expect(existsSync(dirname(one))).toBe(false);
    await lazy().set.dispose();
  });

  test('fail where they are touched, the stream included', async () => {
    const { set } = lazy(new Error('no route'));
    const { photo } = set.objects;
    await expect(photo!.bytes()).rejects.toMatchObject({ code: 'object-failed' });
    await expect(photo!.text()).rejects.toMatchObject({ code: 'object-failed' });
    await expect(photo!.stream().getReader().read()).rejects.toMatchObject({ code: 'object-failed' });
    expect(set.fetched).toEqual({ bytes: 0, calls: 1 });
  });

  test('may have any name that a message can give them', () => {
    const { store } = storeOf();
    const named = JSON.parse(`{"__proto__":${JSON.stringify(reference())}}`) as Record<string, ObjectReference>;
    const { objects } = lazyObjects(objectReader(store), named, ['objects/']);
    expect(Object.keys(objects)).toEqual(['__proto__']);
    expect(objects.toString).toBeUndefined();
  });
});

describe('a message in the object store', () => {
  const LARGEST = 64 * 1024 * 1024;

  test('is text, and lies where messages lie', async () => {
    const { store } = storeOf();
    const lies = reference({ key: 'messages/m/1' });
    expect(await fetchBody(store, lies, ['messages/'])).toBe('a payload');
    await expect(fetchBody(store, lies, ['halves/'])).rejects.toMatchObject({ code: 'object-foreign' });
  });

  test('is not fetched where it says it is larger than any may be', async () => {
    const { store, asked } = storeOf();
    await expect(fetchBody(store, reference({ size: LARGEST + 1 }), ['objects/'])).rejects.toMatchObject({
      code: 'message-too-large',
      message:
        'the message says it has 67108865 bytes; at most 67108864 are allowed\n' +
        '  → Send the large part as an object: it is then fetched only where it is read.',
      retry: 'never',
    });
    expect(asked).toEqual([]);
    // As large as may be is fetched, and found out.
    await expect(fetchBody(store, reference({ size: LARGEST }), ['objects/'])).rejects.toMatchObject({
      code: 'object-corrupt',
    });
  });
});
