import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { LogFile } from '../../ports/decision-log.ts';

/**
 * Part of a file that ends with a line's end, whole until the next is asked for; `last` is what comes after the last newline,
 * or nothing where a packed file ends early.
 */
export interface LinesChunk {
  readonly bytes: Buffer;
  /** Where it begins in the file, unpacked. */
  readonly offset: number;
  readonly last: boolean;
}

/** No record is this long: what is has no lines at all, and must not fill the memory. */
const MOST_LINE = 64 * 2 ** 20;
const NEWLINE = 10;
const GZIP = 0x1f;
const UNPACKED = 2 ** 18;

/**
 * The lines of a file, chunk by chunk; one longer than `most` bytes in pieces. A gzipped file that ends early ends with what
 * could be unpacked.
 *
 * @throws whatever reading the file throws
 */
export async function* wholeLines(file: LogFile, most: number = MOST_LINE): AsyncGenerator<LinesChunk> {
  // The beginning of a line, in pieces: they are put together once, when its end is there.
  let begun: Buffer[] = [];
  let length = 0;
  let offset = 0;
  let isWhole = true;
  const onDamage = (): void => {
    isWhole = false;
  };
  for await (const chunk of unpacked(file, onDamage)) {
    let from = 0;
    if (length > 0) {
      const newline = chunk.indexOf(NEWLINE);
      from = newline === -1 ? chunk.length : newline + 1;
      // A copy, so that the chunk it lies in can go.
      begun.push(Buffer.from(chunk.subarray(0, from)));
      length += from;
      if (newline === -1 && length <= most) continue;
      yield { bytes: Buffer.concat(begun, length), offset, last: newline === -1 };
      offset += length;
    }
    const to = chunk.lastIndexOf(NEWLINE) + 1;
    if (to > from) yield { bytes: chunk.subarray(from, to), offset, last: false };
    offset += Math.max(to - from, 0);
    const rest = Buffer.from(chunk.subarray(Math.max(to, from)));
    [begun, length] = [[rest], rest.length];
  }
  if (length > 0 || !isWhole) yield { bytes: Buffer.concat(begun, length), offset, last: true };
}

async function* unpacked(file: LogFile, onDamage: () => void): AsyncGenerator<Buffer> {
  const chunks = file.bytes()[Symbol.asyncIterator]();
  let first = await chunks.next();
  while (!first.done && first.value.length === 0) first = await chunks.next();
  if (first.done) return;
  const all = startingWith(asBuffer(first.value), chunks);
  // No line begins with it, and a packed file's second byte may come later.
  if (first.value[0] !== GZIP) return yield* all;
  const gunzip = createGunzip({ chunkSize: UNPACKED });
  // Unpacking reads ahead, so each piece must outlive the next. The callback takes the error; whoever reads hears of it as well.
  pipeline(Readable.from(copied(all)), gunzip, () => undefined);
  try {
    for await (const chunk of gunzip) yield chunk as Buffer;
  } catch (error) {
    if (!isDamage(error)) throw error;
    onDamage();
  }
}

async function* startingWith(first: Buffer, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Buffer> {
  try {
    yield first;
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield asBuffer(next.value);
  } finally {
    // Whoever stops early lets go of the file.
    await rest.return?.();
  }
}

async function* copied(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const piece of pieces) yield Buffer.from(piece);
}

const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);

/** What zlib says of a packed file that was cut, or damaged. */
function isDamage(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return code === 'Z_BUF_ERROR' || code === 'Z_DATA_ERROR';
}
