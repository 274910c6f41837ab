import { expect, test } from 'vitest';
import { calibrate } from '../../lib/calibrate/calibrate.ts';
import type { Columns } from '../../lib/calibrate/columns.ts';
import { flowsNeeded } from '../../lib/calibrate/needed.ts';
import { worlds } from './worlds.ts';

const { twoLast, twoLabels, threeLast } = worlds;
const asked = { target: 0.95, delta: 0.05, cost: twoLast.cost };

function changed(columns: Columns, change: Partial<Columns>): Columns {
  return { ...columns, ...change };
}

test.each([
  [{ delta: 0 }, /delta is 0: no log of any size/],
  [{ delta: 1 }, /delta is 1/],
  [{ delta: Number.NaN }, /delta is NaN/],
  [{ target: 1 }, /target is 1: a log without one error/],
  [{ target: 0 }, /target is 0/],
  [{ cost: [1] }, /cost is/],
  [{ cost: [0, 1] }, /cost is/],
  [{ shares: [0, 1] }, /share of first is 0/],
])('%o is refused', (wrong, message) => {
  expect(() => calibrate({ columns: twoLast.log(100, 1), ...asked, ...wrong })).toThrow(message);
});

test('columns of different lengths are refused', () => {
  const columns = twoLast.log(10, 1);
  expect(() => calibrate({ columns: changed(columns, { at: new Float64Array(3) }), ...asked })).toThrow(
    /3 entries for 10 flows/,
  );
});

test('too few flows are refused with the number that would do, and so many do', () => {
  const refused = calibrate({ columns: twoLast.log(50, 1), ...asked });
  if (refused.ok || !refused.needed) throw new Error('50 flows were enough');
  expect(refused.reason).toBe('too-few');
  // No error in n flows shows 95 % once 0.95ⁿ ≤ 0.05.
  expect(refused.needed.atLeast).toBe(Math.ceil(Math.log(0.05) / Math.log(0.95)));
  expect(calibrate({ columns: twoLast.log(refused.needed.likely, 2), ...asked }).ok).toBe(true);
});

test.each([twoLast, threeLast])('no flow at all is too few: $name', (world) => {
  const refused = calibrate({ columns: world.log(0, 1), target: 0.95, delta: 0.05, cost: world.cost });
  expect(refused).toMatchObject({ ok: false, reason: 'too-few', needed: { atLeast: expect.any(Number) } });
  if (!refused.ok) expect(refused.needed!.atLeast).toBeGreaterThanOrEqual(59);
});

test('a tier without a score never answers', () => {
  const columns = twoLast.log(1_000, 1);
  const unscored = changed(columns, { scores: columns.scores.map((column) => column.map(() => Number.NaN)) });
  expect(calibrate({ columns: unscored, ...asked })).toMatchObject({ ok: false, reason: 'confidence' });
});

test('a log without audits is refused: nobody knows how good its accepted answers are', () => {
  const written = { thresholds: [0.8], audit: 0, captured: true };
  const refused = calibrate({ columns: twoLast.log(5_000, 1, written), ...asked });
  expect(refused).toMatchObject({ ok: false, reason: 'unaudited', message: expect.stringContaining('first') });
});

test('where no answer happened to be audited, it says of how many, and what share shows some', () => {
  const written = { thresholds: [0.97], audit: 0, captured: true };
  const columns = twoLast.log(3_000, 1, written);
  const answered = columns.answeredBy.filter((tier) => tier === 0).length;
  const refused = calibrate({ columns, ...asked });
  if (refused.ok) throw new Error('nothing was known');
  expect(refused.message).toBe(
    `what the last tier makes of the ${answered} flows that first answered is known for none of them`,
  );
  const share = Number(/audit: ([\d.]+) on first/.exec(refused.fix)![1]);
  expect(share * answered).toBeGreaterThanOrEqual(10);
  expect(share * answered).toBeLessThan(30);
  expect(refused.needed!.atLeast).toBeGreaterThan(flowsNeeded(0.05, 0.025, 1, 0.05).atLeast);
});

test('a share of audits that the log contradicts is refused', () => {
  const written = { thresholds: [0.8], audit: 0.1, captured: true };
  const columns = twoLast.log(5_000, 1, written);
  expect(calibrate({ columns, ...asked, shares: [0.1, 1] }).ok).toBe(true);
  expect(() => calibrate({ columns, ...asked, shares: [0.2, 1] })).toThrow(/does not explain/);
});

test('scores that are all equal cannot carry the decision', () => {
  const columns = twoLast.log(5_000, 1);
  const equal = changed(columns, { scores: [new Float64Array(5_000).fill(0.5), columns.scores[1]!] });
  const refused = calibrate({ columns: equal, ...asked });
  expect(refused).toMatchObject({ ok: false, reason: 'confidence' });
  expect(refused.diagnoses.map(({ code }) => code)).toContain('score-constant');
});

test('a first tier that is always wrong is never asked to answer', () => {
  const columns = twoLast.log(5_000, 1);
  const wrong = changed(columns, { right: [new Uint8Array(5_000), columns.right[1]!] });
  const result = calibrate({ columns: wrong, ...asked });
  expect(result.diagnoses.map(({ code }) => code)).toContain('one-class');
  if (result.ok) expect(result.chosen.accuracy.expected).toBeGreaterThanOrEqual(0.95);
});

test('a first tier that is always right answers everything', () => {
  const columns = twoLast.log(5_000, 1);
  const result = calibrate({ columns: changed(columns, { right: [columns.right[1]!, columns.right[1]!] }), ...asked });
  if (!result.ok) throw new Error(result.message);
  expect(result.tiers.map(({ answers }) => answers)).toEqual([1, 0]);
});

test('a target above what the last tier reaches is out of reach', () => {
  const columns = twoLabels.log(10_000, 1);
  const refused = calibrate({ columns, ...asked, target: 0.9999 });
  expect(refused).toMatchObject({ ok: false, reason: 'out-of-reach' });
});

test('a log that captured nothing lowers no threshold', () => {
  const written = { thresholds: [0.9], audit: 0.2, captured: false };
  const result = calibrate({ columns: twoLast.log(20_000, 1, written), ...asked, target: 0.9 });
  if (!result.ok) throw new Error(result.message);
  expect(result.chosen.thresholds[0]).toBeGreaterThanOrEqual(0.9);
  expect(result.diagnoses.map(({ code }) => code)).toEqual(['thresholds-floored']);
});

test('a result adds up', () => {
  const result = calibrate({ columns: threeLast.log(10_000, 1), target: 0.97, delta: 0.05, cost: threeLast.cost });
  if (!result.ok) throw new Error(result.message);
  const { tiers, chosen, curve } = result;
  expect(tiers.reduce((sum, { answers }) => sum + answers, 0)).toBeCloseTo(1, 9);
  expect(tiers[0]!.reached).toBeCloseTo(1, 9);
  for (const [i, { reached, escalates }] of tiers.slice(0, -1).entries()) {
    expect(tiers[i + 1]!.reached).toBeLessThan(reached);
    expect(escalates.low).toBeLessThanOrEqual(escalates.expected);
    expect(escalates.high).toBeGreaterThanOrEqual(escalates.expected);
  }
  expect(chosen.accuracy.low).toBeGreaterThanOrEqual(0.97);
  expect(curve).toContainEqual({ ...chosen, accuracy: expect.anything() });
  for (let i = 1; i < curve.length; i++) expect(curve[i]!.costRatio).toBeLessThanOrEqual(curve[i - 1]!.costRatio);
});

test('the number of flows needed grows as the risk comes near its limit, and is none at the limit', () => {
  const likely = [0, 0.01, 0.03, 0.045].map((expected) => flowsNeeded(0.05, expected, 1, 0.05).likely);
  expect(likely).toEqual(likely.toSorted((a, b) => a - b));
  expect(flowsNeeded(0.05, 0.05, 1, 0.05).likely).toBe(Number.POSITIVE_INFINITY);
  expect(flowsNeeded(0.05, 0.01, 10, 0.05).likely).toBeGreaterThan(5 * likely[1]!);
});
