import { expect, test } from 'vitest';
import { loadNetwork } from '../../functions/photos/model/network.ts';
import { type NetworkName, networks } from '../../functions/photos/model/networks.ts';
import { readPhotos } from '../../functions/photos/model/photos.ts';
import { accuracy, scorePhotos } from '../../functions/photos/model/scores.ts';
import { thumbnail } from '../../functions/photos/model/thumbnail.ts';

const photos = await readPhotos('photos');

/** The logits of the first two photos from a plain implementation in double precision, written apart from this one. */
const expected: Readonly<Record<NetworkName, readonly (readonly number[])[]>> = {
  linear14: [
    [-2.5176, -3.7291, 4.8691, -3.631, 4.9422, -6.7218, 3.3003, -8.4977, -1.8906, -5.1301],
    [-4.1778, -7.043, -3.7099, -4.7678, -4.0069, 1.2924, -3.1139, 1.981, -0.4865, 6.8001],
  ],
  'small-cnn': [
    [-4.2331, -9.3195, 2.6257, -8.4022, 8.0216, -11.1324, 4.026, -13.6089, -7.8629, -7.3133],
    [-3.9195, -12.5418, -6.3457, -3.7963, -9.074, -4.1819, -7.9585, -0.2844, -4.2481, 8.9416],
  ],
  'deep-cnn': [
    [-6.1372, -10.5179, -1.0533, -12.0656, 8.3534, -12.6266, 2.8074, -13.0015, -7.7902, -9.7169],
    [-8.0033, -8.377, -11.7839, -12.4147, -14.6949, -3.1307, -11.3204, -0.4191, -9.9914, 10.6296],
  ],
};

const means = (pixels: Uint8Array) =>
  Float32Array.from({ length: 196 }, (_, i) => {
    const at = 56 * Math.floor(i / 14) + 2 * (i % 14);
    return (pixels[at]! + pixels[at + 1]! + pixels[at + 28]! + pixels[at + 29]!) / 4;
  });

test.for(['linear14', 'small-cnn', 'deep-cnn'] as const)('%s computes the logits it should', async (name) => {
  const network = await loadNetwork(networks[name]);
  expected[name].forEach((logits, index) => {
    const { pixels } = photos[index]!;
    const found = network.logits(network.side === 14 ? means(pixels) : pixels);
    logits.forEach((logit, output) => {
      expect(found[output]).toBeCloseTo(logit, 3);
    });
  });
});

test('the first photos get the labels and confidences they always got', async () => {
  const [linear, deep] = [await loadNetwork(networks.linear14), await loadNetwork(networks['deep-cnn'])];
  const [coat, boot] = [photos[0]!.pixels, photos[1]!.pixels];
  expect(linear.classify(thumbnail(coat))).toEqual({ label: 'Coat', confidence: expect.closeTo(0.4943, 3) });
  expect(linear.classify(thumbnail(boot))).toEqual({ label: 'Ankle boot', confidence: expect.closeTo(0.9977, 3) });
  expect(deep.classify(coat)).toEqual({ label: 'Coat', confidence: expect.closeTo(0.9948, 3) });
});

test.for([
  { name: 'linear14', count: 2000, right: 0.8095 },
  { name: 'small-cnn', count: 2000, right: 0.929 },
] as const)('$name is as accurate as its README says', async ({ name, count, right }) => {
  expect(accuracy(await scorePhotos(name, photos.slice(0, count)))).toBeCloseTo(right, 3);
});

test('deep-cnn is as accurate as its README says, as far as 100 photos can tell', async () => {
  const found = accuracy(await scorePhotos('deep-cnn', photos.slice(0, 100)));
  expect(Math.abs(found - 0.9415)).toBeLessThan(0.05);
});

test('each model costs what its README says', async () => {
  const costs = { linear14: 1_960, 'small-cnn': 947_072, 'deep-cnn': 29_128_448 };
  for (const [name, cost] of Object.entries(costs)) {
    expect((await loadNetwork(networks[name as NetworkName])).multiplyAdds).toBe(cost);
  }
});

test('a photo of the wrong size is refused', async () => {
  const network = await loadNetwork(networks.linear14);
  expect(() => network.classify(photos[0]!.pixels)).toThrow('linear14 takes 14 × 14 pixels, not 784 of them');
});
