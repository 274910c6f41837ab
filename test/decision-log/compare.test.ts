import { describe, expect, test } from 'vitest';
import { collect, compare, decisionIn, type TierDecision } from '../../lib/core/log/compare.ts';
import { verdictRecord } from './logs.ts';

const { score: _, ...unscored } = verdictRecord();

describe('what a record decides', () => {
  test('is its decision with its score, and whether the tier was exhausted', () => {
    expect(decisionIn(verdictRecord())).toStrictEqual({ decision: 'accepted', score: 0.9375 });
    expect(decisionIn({ ...unscored, exhausted: true })).toStrictEqual({ decision: 'accepted, exhausted' });
    for (const decision of ['escalated', 'audited', 'dropped', 'expired', 'failed'] as const) {
      expect(decisionIn({ ...unscored, decision })).toStrictEqual({ decision });
    }
  });

  test.each(['parked', 'throttled', 'retried', 'duplicate', 'skewed', 'delivered', 'applied'] as const)(
    'is nothing where it is %s',
    (decision) => {
      expect(decisionIn(verdictRecord({ decision }))).toBeUndefined();
    },
  );
});

test('of each flow the first decision at a tier is collected', () => {
  const into = new Map<string, Map<string, TierDecision>>();
  for (const record of [
    verdictRecord({ flow: 'a', decision: 'escalated', score: 0.25 }),
    verdictRecord({ flow: 'a', decision: 'accepted', score: 0.75 }),
    verdictRecord({ flow: 'a', tier: 'deep', decision: 'parked' }),
    verdictRecord({ flow: 'a', tier: 'deep', decision: 'failed', score: 0.5 }),
    verdictRecord({ flow: null, decision: 'failed' }),
    verdictRecord({ flow: 'b', decision: 'parked' }),
  ]) {
    collect(into, record);
  }
  const thumb = { decision: 'escalated', score: 0.25 };
  expect(into).toEqual(new Map([['a', new Map(Object.entries({ thumb, deep: { decision: 'failed', score: 0.5 } }))]]));
});

test('two sets of decisions are compared flow by flow and tier by tier', () => {
  const flows = (of: Record<string, Record<string, TierDecision>>) =>
    new Map(Object.entries(of).map(([flow, tiers]) => [flow, new Map(Object.entries(tiers))]));
  const [accepted, escalated] = [{ decision: 'accepted' }, { decision: 'escalated' }];
  const logged = flows({
    same: { one: { ...escalated, score: 0.5 }, two: accepted },
    surer: { one: { ...escalated, score: 0.25 }, two: accepted },
    less: { one: { ...accepted, score: 0.75 } },
    unscored: { one: { ...accepted, score: 0.75 } },
    gone: { one: accepted },
    other: { one: { ...accepted, score: 0.75 } },
  });
  const now = flows({
    same: { one: { ...escalated, score: 0.375 }, two: accepted },
    surer: { one: { ...accepted, score: 0.75 } },
    less: { one: { ...escalated, score: 0.5 }, two: accepted },
    unscored: { one: accepted },
    scored: { one: { ...accepted, score: 0.5 } },
  });
  const asked = ['same', 'surer', 'less', 'unscored', 'gone', 'scored', 'neither'];
  expect(compare(asked, logged, now)).toStrictEqual({
    flows: 7,
    same: 3,
    changed: 4,
    tiers: [
      {
        tier: 'one',
        compared: 4,
        same: 2,
        changed: 2,
        onlyLogged: 1,
        onlyNow: 1,
        meanScoreDelta: (0.125 + 0.5 + 0.25) / 3,
        maxScoreDelta: 0.5,
      },
      {
        tier: 'two',
        compared: 1,
        same: 1,
        changed: 0,
        onlyLogged: 1,
        onlyNow: 1,
        meanScoreDelta: 0,
        maxScoreDelta: 0,
      },
    ],
    changes: [
      { flow: 'surer', tier: 'one', logged: { ...escalated, score: 0.25 }, now: { ...accepted, score: 0.75 } },
      { flow: 'surer', tier: 'two', logged: accepted },
      { flow: 'less', tier: 'one', logged: { ...accepted, score: 0.75 }, now: { ...escalated, score: 0.5 } },
      { flow: 'less', tier: 'two', now: accepted },
      { flow: 'gone', tier: 'one', logged: accepted },
      { flow: 'scored', tier: 'one', now: { ...accepted, score: 0.5 } },
    ],
  });
  // A score that only the new run has says nothing of how scores moved.
  const unscoredBefore = compare(
    ['f'],
    flows({ f: { one: accepted } }),
    flows({ f: { one: { ...accepted, score: 1 } } }),
  );
  expect(unscoredBefore.tiers).toMatchObject([{ same: 1, meanScoreDelta: 0, maxScoreDelta: 0 }]);
});
