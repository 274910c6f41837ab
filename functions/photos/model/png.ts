import { inflateSync } from 'node:zlib';
import { decode, encode } from 'fast-png';
import { side } from './photos.ts';

/** A photo's 28 × 28 grey levels as a PNG file. */
export function encodePng(pixels: Uint8Array): Uint8Array {
  return encode({ width: side, height: side, channels: 1, depth: 8, data: pixels });
}

/** The 28 × 28 grey levels of a PNG file, exactly as `encodePng` was given them. */
export function decodePng(file: Uint8Array): Uint8Array {
  checkBeforeDecoding(file);
  return new Uint8Array(decode(file).data);
}

/** More than the pixels of a photo take when inflated, whichever way their rows are filtered and interlaced. */
const MOST_INFLATED = 2 * side * side;
/** What a PNG file begins with, before its header. */
const SIGNATURE_BYTES = 8;
/** Channels by colour type (PNG specification, IHDR). */
const CHANNELS = new Map([
  [0, 1],
  [2, 3],
  [3, 1],
  [4, 2],
  [6, 4],
]);

/** Refuses what is no photo by its header, and what inflates to more than one, before it takes any memory. */
function checkBeforeDecoding(file: Uint8Array): void {
  const data: Uint8Array[] = [];
  for (const { type, bytes } of chunksOf(file)) {
    if (type === 'IHDR') checkHeader(bytes);
    else if (type === 'IDAT') data.push(bytes);
    // Colour profiles are compressed as well, and a grey photo needs none.
    else if (type === 'iCCP') throw new TypeError('the photo must have no colour profile');
  }
  try {
    inflateSync(Buffer.concat(data), { maxOutputLength: MOST_INFLATED });
  } catch (cause) {
    throw new TypeError('the pixels of the photo cannot be inflated, or are more than its header says', { cause });
  }
}

// The models know one size and one channel: any other image would be classified as noise.
function checkHeader(bytes: Uint8Array): void {
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [width, height, depth] = [header.getUint32(0), header.getUint32(4), header.getUint8(8)];
  const channels = CHANNELS.get(header.getUint8(9));
  if (width === side && height === side && channels === 1 && depth === 8) return;
  throw new TypeError(
    `the photo must be ${side} × ${side} pixels of 8-bit grey, not ${width} × ${height} of ${channels} × ${depth} bits`,
  );
}

/** The parts of a PNG file: each says its length and type, and ends in a checksum. */
function* chunksOf(file: Uint8Array): Generator<{ readonly type: string; readonly bytes: Uint8Array }> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  for (let at = SIGNATURE_BYTES; at + 12 <= file.byteLength; ) {
    const length = view.getUint32(at);
    const type = String.fromCharCode(...file.subarray(at + 4, at + 8));
    yield { type, bytes: file.subarray(at + 8, at + 8 + length) };
    at += 12 + length;
  }
}
