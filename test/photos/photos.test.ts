import { expect, test } from 'vitest';
import { labelAt, labels } from '../../functions/photos/model/labels.ts';
import { readPhotos } from '../../functions/photos/model/photos.ts';

test('the demo has 2,000 photos, 200 of each product', async () => {
  const photos = await readPhotos('photos');
  expect(photos).toHaveLength(2000);
  for (const label of labels) expect(photos.filter((photo) => photo.label === label)).toHaveLength(200);
});

test('there are 4,000 validation photos, none of which is a photo of the demo', async () => {
  const key = (pixels: Uint8Array) => Buffer.from(pixels).toString('latin1');
  const demo = new Set((await readPhotos('photos')).map(({ pixels }) => key(pixels)));
  const validation = await readPhotos('validation');
  expect(validation).toHaveLength(4000);
  expect(validation.filter(({ pixels }) => pixels.length !== 784 || demo.has(key(pixels)))).toEqual([]);
});

test('only 0 to 9 are labels', () => {
  expect(labelAt(9)).toBe('Ankle boot');
  expect(() => labelAt(10)).toThrow('no label has the index 10');
});
