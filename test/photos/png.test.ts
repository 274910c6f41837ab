import { encode } from 'fast-png';
import { expect, test } from 'vitest';
import { readPhotos } from '../../functions/photos/model/photos.ts';
import { decodePng, encodePng } from '../../functions/photos/model/png.ts';

test('a photo survives being written as PNG and read again, pixel by pixel', async () => {
  const photos = await readPhotos('photos');
  for (const { pixels } of photos.slice(0, 200)) expect(decodePng(encodePng(pixels))).toEqual(pixels);
});

test('so does a picture of every grey level', () => {
  const pixels = Uint8Array.from({ length: 784 }, (_, i) => i % 256);
  expect(decodePng(encodePng(pixels))).toEqual(pixels);
});

test('an image of another size or with colours is refused', () => {
  const wide = encode({ width: 29, height: 28, channels: 1, data: new Uint8Array(29 * 28) });
  const coloured = encode({ width: 28, height: 28, channels: 3, data: new Uint8Array(3 * 784) });
  expect(() => decodePng(wide)).toThrow('must be 28 × 28 pixels of 8-bit grey, not 29 × 28');
  expect(() => decodePng(coloured)).toThrow('not 28 × 28 of 3 × 8 bits');
});

test('a file that is no PNG is refused', () => {
  expect(() => decodePng(new Uint8Array(100))).toThrow();
});
