import { sha256 } from '../core/identity.ts';
import type { ObjectReference } from '../core/object-reference.ts';
import { codeOf, equal, holds } from './assert.ts';
import { type Backend, checksOf } from './check.ts';

const newKey = (backend: Backend): string => `conformance/${backend.cloud.random.id()}`;
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const same = (actual: Uint8Array, expected: Uint8Array, what: string): void =>
  equal(
    { size: actual.byteLength, sha256: sha256(actual) },
    { size: expected.byteLength, sha256: sha256(expected) },
    what,
  );

async function roundTrip(backend: Backend, bytes: Uint8Array): Promise<void> {
  const { objects } = backend.cloud;
  const key = newKey(backend);
  const reference = await objects.put(key, bytes);
  equal(reference, { bucket: objects.bucket, key, size: bytes.byteLength, sha256: sha256(bytes) }, 'the reference');
  same(await objects.get(reference), bytes, 'the bytes');
}

/** Bytes of which no two runs are alike, so that nothing cut or doubled goes unnoticed. */
function noise(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let state = 1;
  for (let i = 0; i < size; i += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

const ODD_KEYS = [
  'a b',
  'a+b%20c%2Fd',
  '&?#=;:,@$!*\'()"<>\\^`{|}~[]',
  'é 日本語 🪣',
  'e\u0301',
  'É',
  '../../up',
  './here',
  'here',
  'a/../b',
  'b',
  'a//b',
  'a/b',
  'trailing/',
  'trailing',
  '.',
  '..',
  'nul \u0000 \u0001 \n \uffff',
  'x'.repeat(255),
  'long'.repeat(300),
  '日'.repeat(500),
];

/** What an object store keeps. */
export const objectChecks = checksOf('objects', {
  'returns what was put, under a reference that says bucket, key, size and SHA-256': (backend) =>
    roundTrip(
      backend,
      Uint8Array.from({ length: 256 }, (_, i) => i),
    ),

  'takes an empty object': (backend) => roundTrip(backend, new Uint8Array(0)),

  'takes an object of 5 MB': (backend) => roundTrip(backend, noise(5_000_000)),

  'says the content type in the reference': async (backend) => {
    const { objects } = backend.cloud;
    const reference = await objects.put(newKey(backend), text('{}'), { contentType: 'application/json' });
    equal(reference.contentType, 'application/json', 'content type');
    same(await objects.get(reference), text('{}'), 'the bytes');
  },

  'stores bytes, not the memory they lie in': async (backend) => {
    const { objects } = backend.cloud;
    const memory = text('..inside..');
    const reference = await objects.put(newKey(backend), memory.subarray(2, 8));
    memory.fill(0);
    const first = await objects.get(reference);
    same(first, text('inside'), 'the bytes');
    first.fill(0);
    same(await objects.get(reference), text('inside'), 'the bytes, got again');
  },

  'replaces what lies under a key': async (backend) => {
    const { objects } = backend.cloud;
    const key = newKey(backend);
    await objects.put(key, text('first, and longer'));
    const second = await objects.put(key, text('second'));
    same(await objects.get(second), text('second'), 'the bytes');
  },

  'tells keys apart, whatever they are': async (backend) => {
    const { objects } = backend.cloud;
    const base = newKey(backend);
    const keys = [...ODD_KEYS.map((key) => `${base}/${key}`), ...ODD_KEYS.map((key) => `${key}-${base}`), `/${base}`];
    const references = [];
    for (const key of keys) references.push(await objects.put(key, text(key)));
    for (const [at, reference] of references.entries()) {
      equal(reference.key, keys[at], 'the key in the reference');
      same(await objects.get(reference), text(keys[at]!), `the bytes of ${JSON.stringify(keys[at]!.slice(0, 60))}`);
    }
    await objects.delete(references);
    for (const reference of references) {
      equal(
        await codeOf(objects.get(reference)),
        'object-missing',
        `deleting ${JSON.stringify(reference.key.slice(0, 60))}`,
      );
    }
  },

  'misses what was never put': async (backend) => {
    const { objects } = backend.cloud;
    const reference = { bucket: objects.bucket, key: newKey(backend), size: 1, sha256: sha256(text('x')) };
    equal(await codeOf(objects.get(reference)), 'object-missing', 'code of the error');
  },

  'deletes objects, and passes over such that are not there': async (backend) => {
    const { objects } = backend.cloud;
    const put = (n: number) => objects.put(`${newKey(backend)}/${n}`, text(`${n}`));
    const references = await Promise.all(Array.from({ length: 12 }, (_, n) => put(n)));
    const kept = await put(99);
    await objects.delete([]);
    await objects.delete(references.slice(0, 1));
    await objects.delete([...references, ...references]);
    for (const reference of references) equal(await codeOf(objects.get(reference)), 'object-missing', 'deleted object');
    same(await objects.get(kept), text('99'), 'the object that was not deleted');
  },

  'lets a reference tell what was written over, cut short or deleted since it was fetched': async (backend) => {
    const { objects } = backend.cloud;
    const put = (name: string, bytes: string) => objects.put(name, text(bytes));
    const names = ['untouched', 'over', 'cut', 'gone'].map((name) => `${newKey(backend)}/${name}`);
    const sent = await Promise.all(names.map((name) => put(name, 'as sent')));
    const [untouched, over, cut, gone] = sent as [ObjectReference, ObjectReference, ObjectReference, ObjectReference];
    const intact = async (reference: ObjectReference): Promise<boolean> => {
      const bytes = await objects.get(reference);
      return bytes.byteLength === reference.size && sha256(bytes) === reference.sha256;
    };
    for (const reference of sent) equal(await intact(reference), true, 'intact as sent');
    await put(over.key, 'as lies');
    await put(cut.key, 'as');
    await objects.delete([gone]);
    const found = [await intact(untouched), await intact(over), await intact(cut)];
    equal(found, [true, false, false], 'intact: untouched, written over, cut short');
    equal(await codeOf(intact(gone)), 'object-missing', 'code of the error, deleted');
  },

  'reads no further than a reference promises': async (backend) => {
    const { objects } = backend.cloud;
    const large = await objects.put(newKey(backend), noise(300_000));
    for (const size of [0, 1, 299_999]) {
      equal(
        await codeOf(objects.get({ ...large, size })),
        'object-corrupt',
        `code of the error, ${size} bytes promised`,
      );
    }
    same(await objects.get(large), noise(300_000), 'the bytes of an honest reference');
  },

  'deletes nothing outside its bucket': async (backend) => {
    const { objects } = backend.cloud;
    const reference = await objects.put(newKey(backend), text('own'));
    await objects.delete([{ ...reference, bucket: 'another-bucket' }]);
    same(await objects.get(reference), text('own'), 'the bytes');
  },

  'has nothing of a bucket that does not exist': async (backend) => {
    const { objects } = backend.cloud;
    const reference = await objects.put(newKey(backend), text('own'));
    const code = await codeOf(objects.get({ ...reference, bucket: 'conformance-no-such-bucket' }));
    holds(code === 'object-missing' || code === 'object-failed', `code of the error: ${code}`);
  },

  'never shows half an object': async (backend) => {
    const { objects } = backend.cloud;
    const key = newKey(backend);
    const versions = ['a', 'b'].map((letter) => text(letter.repeat(200_000)));
    const reference = await objects.put(key, versions[0]!);
    const known = versions.map(sha256);
    const writing = Promise.all(Array.from({ length: 6 }, (_, i) => objects.put(key, versions[i % 2]!)));
    for (let i = 0; i < 6; i += 1) holds(known.includes(sha256(await objects.get(reference))), 'bytes of two versions');
    await writing;
  },
});
