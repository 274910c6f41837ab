import { expect, test } from 'vitest';
import { readPhotos } from '../../functions/photos/model/photos.ts';
import { calibrate } from '../../lib/calibrate/calibrate.ts';
import { answersTo, keptAnswers, MULTIPLY_ADDS, outcomeOf, photoColumns } from './photo-answers.ts';

const answers = keptAnswers();

test.each([
  ['last', 0.97],
  ['last', 0.98],
  ['last', 0.99],
  ['labels', 0.92],
] as const)(
  'against %s, target %s: thresholds from validation photos keep it on the demo photos, at a quarter of the work',
  (reference, target) => {
    const result = calibrate({
      columns: photoColumns(answers.validation, reference),
      target,
      delta: 0.05,
      cost: MULTIPLY_ADDS,
    });
    if (!result.ok) throw new Error(result.message);
    const { accuracy, costRatio } = outcomeOf(photoColumns(answers.demo, reference), result.chosen.thresholds);
    expect(accuracy).toBeGreaterThanOrEqual(target);
    expect(costRatio).toBeLessThanOrEqual(0.25);
  },
);

test('what 4,000 photos cannot show is refused, with the number that could', () => {
  const result = calibrate({
    columns: photoColumns(answers.validation, 'last'),
    target: 0.9995,
    delta: 0.05,
    cost: MULTIPLY_ADDS,
  });
  expect(result).toMatchObject({ ok: false, reason: 'too-few' });
  if (!result.ok) expect(result.needed!.atLeast).toBeGreaterThan(4_000);
});

test('labels that no tier could match are found out before any threshold is', () => {
  const result = calibrate({
    columns: photoColumns(answers.validation, 'labels'),
    target: 0.99,
    delta: 0.05,
    cost: MULTIPLY_ADDS,
  });
  expect(result).toMatchObject({ ok: false, reason: 'out-of-reach' });
  expect(result.diagnoses.map(({ code }) => code)).toContain('last-below-target');
});

test('the kept answers are those of the models', async () => {
  const few = (await readPhotos('validation')).slice(0, 10);
  const { truth, models } = await answersTo(few);
  expect(answers.validation.truth.slice(0, 10)).toEqual(truth);
  for (const [i, { label, confidence }] of models.entries()) {
    expect(answers.validation.models[i]!.label.slice(0, 10)).toEqual(label);
    for (const [j, sure] of confidence.entries())
      expect(answers.validation.models[i]!.confidence[j]).toBeCloseTo(sure, 5);
  }
});
