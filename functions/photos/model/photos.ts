import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { type Label, labelAt } from './labels.ts';

/** Width and height of a photo, in pixels. */
export const side = 28;

/** A product photo and what it really shows. */
export interface Photo {
  readonly label: Label;
  /** 28 × 28 grey levels, 0 to 255, row by row. */
  readonly pixels: Uint8Array;
}

/** `photos`: 2,000 to run the demo on. `validation`: 4,000 others, the only ones thresholds may be chosen on. */
export type PhotoSet = 'photos' | 'validation';

/** Reads a whole set of photos, in the order of its file. */
export async function readPhotos(set: PhotoSet): Promise<readonly Photo[]> {
  const bytes = gunzipSync(await readFile(new URL(`./data/${set}.bin.gz`, import.meta.url)));
  const count = bytes.readUInt32BE(0);
  const size = bytes.readUInt32BE(4);
  const pixelsAt = 8 + count;
  // A file cut short would otherwise give photos of too few pixels, and a wrong accuracy instead of an error.
  if (size !== side * side || bytes.length !== pixelsAt + count * size) {
    throw new Error(`${set}.bin.gz is damaged: ${bytes.length} bytes cannot be ${count} photos of ${size} pixels`);
  }
  return Array.from({ length: count }, (_, index) => ({
    label: labelAt(bytes.readUInt8(8 + index)),
    // A copy, so that keeping one photo does not keep the whole file in memory.
    pixels: new Uint8Array(bytes.subarray(pixelsAt + index * size, pixelsAt + (index + 1) * size)),
  }));
}
