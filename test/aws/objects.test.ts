import type { S3Client } from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { s3Objects } from '../../lib/aws/objects.ts';

interface Command {
  readonly constructor: { readonly name: string };
  readonly input: { readonly Key?: string; readonly Delete?: { readonly Objects: { readonly Key: string }[] } };
}

/** A store whose S3 answers what the test says, and the calls made of it. */
function answering(answer: (command: Command) => unknown) {
  const calls: Command['input'][] = [];
  const client = {
    async send(command: Command) {
      calls.push(command.input);
      return answer(command);
    },
  } as unknown as S3Client;
  return { objects: s3Objects({ bucket: 'own', client }), calls };
}
const failing = (name: string) =>
  answering(() => {
    throw Object.assign(new Error('words of S3'), { name });
  }).objects;
const reference = (key: string, bucket = 'own') => ({ bucket, key, size: 1, sha256: '00' });

describe('an object store on S3', () => {
  test('puts bytes with the hash that S3 checks', async () => {
    const { objects, calls } = answering(() => ({}));
    expect(await objects.put('k', new TextEncoder().encode('abc'), { contentType: 'text/plain' })).toEqual({
      bucket: 'own',
      key: 'k',
      size: 3,
      sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
      contentType: 'text/plain',
    });
    const sent = { Bucket: 'own', Key: 'k', ContentType: 'text/plain' };
    expect(calls).toMatchObject([{ ...sent, ChecksumSHA256: 'ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=' }]);
  });

  test('deletes a thousand in a call, each once, and only its own', async () => {
    const { objects, calls } = answering(() => ({}));
    const many = Array.from({ length: 2_100 }, (_, n) => reference(`${n}`));
    await objects.delete([...many, ...many, reference('other', 'foreign')]);
    expect(calls.map(({ Delete }) => Delete!.Objects.length)).toEqual([1_000, 1_000, 100]);
    await objects.delete([reference('other', 'foreign')]);
    expect(calls).toHaveLength(3);
  });

  test('says which object could not be deleted', async () => {
    const { objects } = answering(() => ({ Errors: [{ Key: 'a', Code: 'AccessDenied', Message: 'no' }] }));
    await expect(objects.delete([reference('a')])).rejects.toMatchObject({
      code: 'object-failed',
      problem: expect.stringContaining('not allowed (a: no)'),
    });
  });

  test('tells a missing object from a failing store', async () => {
    await expect(failing('NoSuchKey').get(reference('k'))).rejects.toMatchObject({ code: 'object-missing' });
    for (const name of ['AccessDenied', 'SlowDown', 'NoSuchBucket', 'InternalError']) {
      const error = { code: 'object-failed', retry: 'always' };
      await expect(failing(name).get(reference('k'))).rejects.toMatchObject(error);
      await expect(failing(name).put('k', new Uint8Array(1))).rejects.toMatchObject(error);
    }
  });
});
