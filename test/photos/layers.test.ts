import { expect, test } from 'vitest';
import { conv3x3, dense, globalAverage, maxPool2, softmax } from '../../functions/photos/model/layers.ts';

const noise = (length: number) => Float32Array.from({ length }, (_, i) => Math.sin(i * i + 1));

test('a convolution is what its definition says, borders included', () => {
  const [channels, side, outputs] = [3, 5, 8];
  const values = noise(channels * side * side);
  const weights = noise(outputs * channels * 9);
  const bias = noise(outputs);
  const pixel = (channel: number, y: number, x: number) =>
    y < 0 || x < 0 || y >= side || x >= side ? 0 : values[(channel * side + y) * side + x]!;

  const result = conv3x3({ channels, side, values }, { weights, bias });

  expect(result).toMatchObject({ channels: outputs, side });
  for (let at = 0; at < outputs * side * side; at++) {
    const o = Math.floor(at / (side * side));
    const y = Math.floor(at / side) % side;
    let sum = bias[o]!;
    for (let k = 0; k < channels * 9; k++) {
      const channel = Math.floor(k / 9);
      sum +=
        weights[o * channels * 9 + k]! * pixel(channel, y + (Math.floor(k / 3) % 3) - 1, (at % side) + (k % 3) - 1);
    }
    expect(result.values[at]).toBeCloseTo(Math.max(0, sum), 5);
  }
});

test('max pooling keeps the largest of 2 × 2 and drops an odd edge', () => {
  const values = Float32Array.of(1, 2, 9, 4, 3, 9, 9, 9, 9, -1, -2, 9, -4, -3, 9, 9, 9, 9);
  expect(maxPool2({ channels: 2, side: 3, values })).toEqual({ channels: 2, side: 1, values: Float32Array.of(4, -1) });
});

test('the global average has one number a plane', () => {
  const values = Float32Array.of(1, 2, 3, 6, 0, 0, 0, -4);
  expect(globalAverage({ channels: 2, side: 2, values }).values).toEqual(Float32Array.of(3, -1));
});

test('a dense layer weighs every input for every output', () => {
  const input = { channels: 1, side: 1, values: Float32Array.of(2, 3) };
  const learned = { weights: Float32Array.of(1, 10, -1, 0), bias: Float32Array.of(0.5, 1) };
  expect(dense(input, learned).values).toEqual(Float32Array.of(32.5, -1));
});

test('softmax sums to 1, survives large logits, and is less sure at a higher temperature', () => {
  const logits = Float32Array.of(1000, 999, -1000);
  const [cool, warm] = [softmax(logits, 1), softmax(logits, 2)];
  expect(cool.reduce((sum, value) => sum + value)).toBeCloseTo(1, 6);
  expect(cool[0]).toBeCloseTo(1 / (1 + Math.exp(-1)), 6);
  expect(warm[0]).toBeCloseTo(1 / (1 + Math.exp(-0.5)), 6);
});
