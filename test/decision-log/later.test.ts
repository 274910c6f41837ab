import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type LaterVerdict, laterVerdicts } from '../../lib/core/log/later.ts';
import { VERDICT } from '../../lib/core/log/verdict.ts';

const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const verdict: fc.Arbitrary<LaterVerdict> = fc.record({
  tier: fc.integer({ min: 0, max: 255 }),
  kind: fc.constantFrom(...Object.values(VERDICT)),
  high: int32,
  low: int32,
  changes: fc.boolean(),
  sure: fc.boolean(),
});

test('verdicts come back as they went in, as many as there is room for', () => {
  fc.assert(
    fc.property(fc.array(verdict, { maxLength: 8 }), fc.nat({ max: 6 }), (verdicts, most) => {
      const later = laterVerdicts(most);
      expect(verdicts.map(later.add)).toEqual(verdicts.map((_, i) => i < most));
      expect([...later.all()]).toEqual(verdicts.slice(0, most));
    }),
    { numRuns: 50 },
  );
});

test.each([4_095, 4_096, 4_097, Number.POSITIVE_INFINITY])('of %d verdicts that many are kept', (most) => {
  const later = laterVerdicts(most);
  const [one] = fc.sample(verdict, { numRuns: 1, seed: 1 });
  let kept = 0;
  while (kept < 4_098 && later.add({ ...one!, high: kept, low: kept })) kept += 1;
  expect(kept).toBe(Math.min(most, 4_098));
  const all = [...later.all()];
  expect(all.length).toBe(kept);
  expect(all.every(({ tier, high, low }, i) => tier === one!.tier && high === i && low === i)).toBe(true);
});

test('a tier too many to be named ends the keeping, for those named before as well', () => {
  const [one] = fc.sample(verdict, { numRuns: 1, seed: 1 });
  const later = laterVerdicts(10);
  expect([255, 256, 0].map((tier) => later.add({ ...one!, tier }))).toEqual([true, false, false]);
  expect([...later.all()]).toEqual([{ ...one!, tier: 255 }]);
});
