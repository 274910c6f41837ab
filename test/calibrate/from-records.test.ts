import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Columns } from '../../lib/calibrate/columns.ts';
import { type Gathered, type GatherOptions, gather } from '../../lib/calibrate/from-records.ts';
import { collectLabels } from '../../lib/calibrate/labels.ts';
import type { DecisionRecord } from '../../lib/core/decision.ts';
import { recordsOf, type Story } from './records.ts';

const tiers = ['thumb', 'small', 'deep'];

const story = fc.nat(2).chain((answeredBy) =>
  fc.record({
    answeredBy: fc.constant(answeredBy),
    tiers: fc.array(
      fc.record({ score: fc.double({ min: 0, max: 1, noNaN: true }), answer: fc.constantFrom('a', 'b', 'c') }),
      {
        minLength: answeredBy + 1,
        maxLength: 3,
      },
    ),
  }),
);
const stories = fc
  .array(story, { minLength: 1, maxLength: 30 })
  .map((all): readonly Story[] => all.map((one, i) => ({ ...one, flow: `flow-${i}` })));

function gathered(records: readonly DecisionRecord[], options: GatherOptions): Gathered {
  const { add, done } = gather(options);
  records.forEach(add);
  return done();
}

/** Columns flow by flow, whatever their order. */
function byLot(columns: Columns): readonly unknown[] {
  return Array.from({ length: columns.flows }, (_, i) => ({
    lot: columns.lot[i],
    scores: columns.scores.map((column) => column[i]),
    right: columns.right.map((column) => column[i]),
    answeredBy: columns.answeredBy[i],
    at: columns.at[i],
  })).sort((a, b) => a.lot! - b.lot!);
}

test('each flow becomes a row: scores, the tier that answered, and who agrees with the last tier', () => {
  fc.assert(
    fc.property(stories, (all) => {
      const { columns } = gathered(
        all.flatMap((one) => recordsOf(one, tiers)),
        { tiers },
      );
      expect(columns.flows).toBe(all.length);
      for (const [i, one] of all.entries()) {
        const last = one.tiers[2]?.answer;
        for (const tier of tiers.keys()) {
          const ran = one.tiers[tier];
          expect(columns.scores[tier]![i]).toBe(ran?.score ?? Number.NaN);
          expect(columns.right[tier]![i]).toBe(!ran || last === undefined ? 2 : ran.answer === last ? 1 : 0);
        }
        expect(columns.answeredBy[i]).toBe(one.answeredBy);
      }
    }),
  );
});

test('neither order nor repetition of records matters', () => {
  fc.assert(
    fc.property(stories, fc.infiniteStream(fc.nat()), (all, keys) => {
      const records = all.flatMap((one, i) => recordsOf(one, tiers, 100 * i));
      const mixed = [...records, ...records.slice(0, 10)]
        .map((record) => ({ record, key: keys.next().value as number }))
        .sort((a, b) => a.key - b.key)
        .map(({ record }) => record);
      const [one, other] = [gathered(records, { tiers }), gathered(mixed, { tiers })];
      expect(byLot(other.columns)).toEqual(byLot(one.columns));
    }),
  );
});

const two = ['cheap', 'dear'];
const log = (answers: readonly (readonly [cheap: string, dear: string])[]): readonly DecisionRecord[] =>
  answers.flatMap(([cheap, dear], i) =>
    recordsOf(
      {
        flow: `f${i}`,
        answeredBy: 1,
        tiers: [
          { score: 0.1, answer: cheap },
          { score: 0.9, answer: dear },
        ],
      },
      two,
    ),
  );

test('labels say who is right, flows without one are left out and counted', () => {
  const labels = new Map([
    ['f0', 'a'],
    ['f1', 'b'],
    ['nobody', 'a'],
  ]);
  const { columns, unlabelled, strayLabels } = gathered(
    log([
      ['a', 'a'],
      ['a', 'a'],
      ['a', 'b'],
    ]),
    { tiers: two, labels },
  );
  expect(columns.reference).toBe('labels');
  expect(columns.right.map((column) => [...column])).toEqual([
    [1, 0],
    [1, 0],
  ]);
  expect({ unlabelled, strayLabels }).toEqual({ unlabelled: 1, strayLabels: 1 });
});

test('flows without an accepted answer are left out and counted', () => {
  const records = log([
    ['a', 'a'],
    ['a', 'b'],
  ]).slice(0, 3);
  const { columns, unanswered } = gathered(records, { tiers: two });
  expect({ flows: columns.flows, unanswered }).toEqual({ flows: 1, unanswered: 1 });
});

test('model time is a mean by tier, thresholds the highest of the log', () => {
  const records = log([
    ['a', 'a'],
    ['a', 'b'],
  ]).map((record, i) => (i === 0 ? { ...record, threshold: 0.75 } : record));
  const { columns, modelMs } = gathered(records, { tiers: two });
  expect(modelMs).toEqual([1, 2]);
  expect(columns.logged).toEqual([0.75]);
});

test('without captured predictions the last tier is still right by its own measure', () => {
  const bare = log([['a', 'b']]).map(({ output: _, signal: __, ...record }) => record);
  const { columns } = gathered(bare, { tiers: two });
  expect(columns.right.map((column) => [...column])).toEqual([[2], [1]]);
});

test('a prediction whose answer cannot be told from the rest is refused, and taken with --answer', () => {
  const odd = log([['a', 'a']]).map((record) => ({
    ...record,
    output: { kind: 'a', sure: 0.5 },
    signal: { kind: 'a', sure: 0.1 },
  }));
  expect(() => gathered(odd, { tiers: two })).toThrow(
    expect.objectContaining({ code: 'option-invalid', fix: expect.stringContaining('kind, sure') }),
  );
  const { columns } = gathered(odd, { tiers: two, answer: 'kind' });
  expect([...columns.right[0]!]).toEqual([1]);
});

test('a log of other tiers is refused', () => {
  expect(() => gathered(log([['a', 'a']]), { tiers: ['x', 'y'] })).toThrow(
    expect.objectContaining({ code: 'option-invalid' }),
  );
});

test('labels that contradict each other are refused by name; the same label twice is not', () => {
  expect(
    collectLabels([
      { flowId: 'a', label: 1 },
      { flowId: 'a', label: 1 },
    ]).size,
  ).toBe(1);
  expect(() =>
    collectLabels([
      { flowId: 'a', label: 1 },
      { flowId: 'a', label: 2 },
    ]),
  ).toThrow(/1 flow.*"a"/);
  expect(() => collectLabels([])).toThrow(/no label/);
});
