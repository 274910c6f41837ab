import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync, gzipSync } from 'node:zlib';
import { encode } from 'fast-png';
import { expect, test } from 'vitest';
import { decodePng, encodePng } from '../../functions/photos/model/png.ts';
import type { LogFile } from '../../lib/ports/decision-log.ts';
import { wholeLines } from '../../lib/runtime/log/whole-lines.ts';

const photo = encodePng(Uint8Array.from({ length: 784 }, (_, i) => i % 256));

/** One part of a PNG file; its checksum is left out, as the decoder does not look at it. */
function chunk(type: string, bytes: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, Buffer.from(type), bytes, Buffer.alloc(4)]);
}

/** The signature and header of a photo as it must be. */
const head = Buffer.from(photo.subarray(0, 33));
const end = chunk('IEND', Buffer.alloc(0));
const bomb = deflateSync(Buffer.alloc(64 * 2 ** 20));

const growth = (work: () => void): number => {
  const before = process.memoryUsage().arrayBuffers;
  work();
  return process.memoryUsage().arrayBuffers - before;
};

test.each<[string, Uint8Array]>([
  ['pixels that inflate to 64 MiB under an honest header', Buffer.concat([head, chunk('IDAT', bomb), end])],
  [
    'a colour profile that inflates to 64 MiB',
    Buffer.concat([head, chunk('iCCP', Buffer.concat([Buffer.from('p\0\0'), bomb])), end]),
  ],
  ['a header of 2³¹ × 2³¹ pixels', huge()],
  ['a header cut short', photo.subarray(0, 20)],
  ['a chunk that says it has 4 GiB', Buffer.concat([head, Buffer.from([255, 255, 255, 255]), Buffer.from('IDAT')])],
])('%s is refused before it takes memory', (_, file) => {
  expect(file.byteLength).toBeLessThan(70_000); // It would pass the tier's maxBytes.
  const grown = growth(() => expect(() => decodePng(file)).toThrow());
  expect(grown).toBeLessThan(2 ** 20);
});

function huge(): Uint8Array {
  const file = Buffer.from(encode({ width: 28, height: 28, channels: 1, data: new Uint8Array(784) }));
  file.writeUInt32BE(2 ** 31 - 1, 16);
  file.writeUInt32BE(2 ** 31 - 1, 20);
  return file;
}

test('a log that unpacks to one endless line is read in pieces of bounded size', async () => {
  const packed = gzipSync(Buffer.alloc(200 * 2 ** 20, 'x'));
  const file: LogFile = {
    name: 'bomb.ndjson.gz',
    async *bytes() {
      yield packed;
    },
  };
  let [most, all] = [0, 0];
  for await (const { bytes } of wholeLines(file)) {
    most = Math.max(most, bytes.length);
    all += bytes.length;
  }
  expect(packed.length).toBeLessThan(2 ** 18);
  expect(all).toBe(200 * 2 ** 20);
  expect(most).toBeLessThanOrEqual(65 * 2 ** 20);
});

test('nothing else that reads messages inflates anything', () => {
  const inflating = ['lib', 'functions', 'infra'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((name) => join(folder, name))
      .filter((file) => file.endsWith('.ts'))
      .filter((file) =>
        /node:zlib|gunzip|inflate|brotliDecompress|DecompressionStream/.test(readFileSync(file, 'utf8')),
      ),
  );
  // `photos.ts` reads files that lie beside it, `pack.ts` only packs; the others are what the tests above are about.
  expect(inflating.sort()).toEqual([
    'functions/photos/model/photos.ts',
    'functions/photos/model/png.ts',
    'lib/aws/pack.ts',
    'lib/runtime/log/whole-lines.ts',
  ]);
});
