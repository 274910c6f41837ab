import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { logitSample } from '../../lib/calibrate/logit-sample.ts';
import { confidenceAt, fitTemperature, type LogitRow } from '../../lib/calibrate/temperature.ts';
import { seeded } from './random.ts';

/** Rows whose truth is drawn from softmax at a temperature: that temperature is the right one. */
function drawn(temperature: number, seed: number): readonly LogitRow[] {
  const random = seeded(seed);
  return Array.from({ length: 4_000 }, () => {
    const logits = Array.from({ length: 4 }, () => 6 * random());
    const shares = logits.map((logit) => Math.exp(logit / temperature));
    const drawn = random() * shares.reduce((a, b) => a + b, 0);
    const truth = shares.findIndex((_, i) => shares.slice(0, i + 1).reduce((a, b) => a + b, 0) >= drawn);
    return { logits, truth: Math.max(0, truth) };
  });
}

test.each([0.5, 1, 2])('the temperature %s is found again', (temperature) => {
  expect(Math.abs(fitTemperature(drawn(temperature, 1)) / temperature - 1)).toBeLessThan(0.1);
});

test('no other temperature makes the truth more likely', () => {
  const rows = drawn(1.5, 2);
  const loss = (temperature: number): number =>
    rows.reduce((sum, { logits, truth }) => {
      const all = logits.reduce((total, logit) => total + Math.exp(logit / temperature), 0);
      return sum - logits[truth]! / temperature + Math.log(all);
    }, 0);
  const best = fitTemperature(rows);
  for (const other of [0.5, 0.9, 1.1, 2]) expect(loss(best)).toBeLessThanOrEqual(loss(best * other) + 1e-9);
});

test('a higher temperature is less sure, and never surer than 1', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -20, max: 20, noNaN: true }), { minLength: 2, maxLength: 10 }), (logits) => {
      expect(confidenceAt(logits, 2)).toBeLessThanOrEqual(confidenceAt(logits, 1) + 1e-12);
      expect(confidenceAt(logits, 1)).toBeLessThanOrEqual(1);
    }),
  );
});

test('without a row there is nothing to change', () => {
  expect(fitTemperature([])).toBe(1);
});

test('logits in a log are found by class name or by index, and matched with the reference', () => {
  const rows = drawn(2, 3);
  const named = logitSample('logits');
  const listed = logitSample('logits');
  for (const [row, { logits }] of rows.entries()) {
    named.add(row, { label: 'any', logits: Object.fromEntries(logits.map((logit, i) => [`class ${i}`, logit])) });
    listed.add(row, { logits: [...logits] });
    // What has none says nothing.
    named.add(rows.length + row, { label: 'any' });
  }
  const byName = named.fitted('thumb', (row, name) => name === `class ${rows[row]!.truth}`)!;
  const byIndex = listed.fitted('thumb', (row, name) => name === rows[row]!.truth)!;
  expect(byName).toEqual(byIndex);
  expect(byName.temperature).toBe(fitTemperature(rows));
  expect(byName.gap.after).toBeLessThan(byName.gap.before);
  expect(logitSample('logits').fitted('thumb', () => true)).toBeUndefined();
});
