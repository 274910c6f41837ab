import { decode, encode } from 'fast-png';
import { side } from './photos.ts';

/** A photo's 28 × 28 grey levels as a PNG file. */
export function encodePng(pixels: Uint8Array): Uint8Array {
  return encode({ width: side, height: side, channels: 1, depth: 8, data: pixels });
}

/** The 28 × 28 grey levels of a PNG file, exactly as `encodePng` was given them. */
export function decodePng(file: Uint8Array): Uint8Array {
  const { width, height, channels, depth, data } = decode(file);
  // The models know one size and one channel: any other image would be classified as noise.
  if (width !== side || height !== side || channels !== 1 || depth !== 8) {
    throw new TypeError(
      `the photo must be ${side} × ${side} pixels of 8-bit grey, not ${width} × ${height} of ${channels} × ${depth} bits`,
    );
  }
  return new Uint8Array(data);
}
