import { expect, test } from 'vitest';
import { readPhotos } from '../../functions/photos/model/photos.ts';
import { decodeThumbnail, encodeThumbnail, thumbnail } from '../../functions/photos/model/thumbnail.ts';

test('each pixel is the rounded mean of 2 × 2 pixels of the photo', () => {
  const pixels = new Uint8Array(784);
  pixels.set([255, 255], 0);
  pixels.set([255, 254], 28);
  pixels.set([1, 1], 26);
  pixels.set([9], 783);
  const small = thumbnail(pixels);
  expect(small).toHaveLength(196);
  expect([small[0], small[1], small[13], small[195]]).toEqual([255, 0, 1, 2]);
});

test('a thumbnail survives being sent as text', async () => {
  const [photo] = await readPhotos('photos');
  const small = thumbnail(photo!.pixels);
  const text = encodeThumbnail(small);
  expect(text).toHaveLength(264);
  expect(decodeThumbnail(text)).toEqual(small);
});

test('text of another length is refused', () => {
  expect(() => decodeThumbnail('AAAA')).toThrow('a thumbnail is 196 bytes, not 3');
});
