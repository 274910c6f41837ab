import { describe, expect, test } from 'vitest';
import type { DecisionRecord } from '../../lib/core/decision.ts';
import { hashBytes } from '../../lib/core/log/flow-hash.ts';
import { emptyVerdict, logTiers, readVerdict, VERDICT, wasSatisfied } from '../../lib/core/log/verdict.ts';
import { verdictRecord } from './logs.ts';

/** What a record says, and the tiers it names. */
function said(over: Partial<DecisionRecord>) {
  const tiers = logTiers();
  const into = emptyVerdict();
  const isVerdict = readVerdict({ ...verdictRecord(), ...over }, tiers, into);
  return { verdict: isVerdict ? into : undefined, tiers: tiers.all };
}
const kindOf = (over: Partial<DecisionRecord>) => said(over).verdict?.kind;
const dropped = (gate: string, over: Partial<DecisionRecord> = {}): Partial<DecisionRecord> => ({
  decision: 'dropped',
  reason: `the ${gate} gate dropped it`,
  ...over,
});

describe('a record of a prediction', () => {
  test.each<[keyof typeof VERDICT, Partial<DecisionRecord>]>([
    ['accepted', {}],
    ['exhausted', { exhausted: true }],
    ['escalated', { decision: 'escalated' }],
    ['audited', { decision: 'audited' }],
    ['failed', { decision: 'failed', code: 'exhausted' }],
    ['droppedUnsatisfied', dropped('escalate')],
    ['droppedUnsatisfied', dropped('escalate', { score: 1, threshold: 0.5 })],
    ['droppedSatisfied', dropped('destination', { score: 1, threshold: 0.5 })],
    ['droppedSatisfied', dropped('destination', { score: 0.5, threshold: 0.5 })],
    ['droppedSatisfied', dropped('destination', { score: 1, threshold: undefined as never })],
    ['droppedSatisfied', dropped('destination', { score: undefined as never, threshold: undefined as never })],
    ['droppedExhausted', dropped('destination', { score: 0.25, threshold: 0.5 })],
    ['droppedExhausted', dropped('destination', { score: undefined as never, threshold: 0.5 })],
  ])('says %s', (kind, over) => {
    expect(kindOf(over)).toBe(VERDICT[kind]);
  });

  test('says its tier, its score and its threshold, where it has them, and whether it was audited', () => {
    const record = { decision: 'audited' as const, score: 0.25, threshold: 0.5 };
    expect(said(record).verdict).toMatchObject({ tier: 0, score: 0.25, threshold: 0.5, audit: false });
    const { score: _, threshold: __, ...bare } = verdictRecord({ audit: true });
    const into = emptyVerdict();
    expect(readVerdict(bare, logTiers(), into)).toBe(true);
    expect(into).toMatchObject({ score: Number.NaN, threshold: Number.NaN, audit: true });
  });

  test('says its flow as the hash of its bytes', () => {
    for (const flow of ['', 'f', 'größe']) {
      const hash = { high: 0, low: 0 };
      hashBytes(Buffer.from(flow), hash);
      expect(said({ flow }).verdict?.flow).toEqual(hash);
    }
  });

  test('says what follows its tier, where it went on, be it in shadow', () => {
    const out = [
      { id: '1', to: 'answers' },
      { id: '2', to: 'deep' },
    ];
    const next = (over: Partial<DecisionRecord>) => said(over).tiers[0]!.next;
    expect(next({ decision: 'escalated', out })).toBe('deep');
    expect(next({ audit: true, out })).toBe('deep');
    expect(next({ decision: 'escalated', out: out.slice(1) })).toBe('deep');
    expect(next({ out })).toBeUndefined();
    expect(next({ decision: 'escalated', out: [] })).toBeUndefined();
    expect(next({ decision: 'escalated', out: undefined as never })).toBeUndefined();
  });
});

test.each<Partial<DecisionRecord>>([
  { decision: 'parked' },
  { decision: 'delivered' },
  { decision: 'failed' },
  { decision: 'failed', code: 'predict-failed' },
  { decision: 'dropped' },
  dropped('data'),
  dropped('signal'),
  { decision: 'dropped', reason: 'not the destination gate dropped it' },
  { decision: 'dropped', reason: 'not the escalate gate dropped it' },
  { decision: 'accepted', flow: null },
])('no prediction is %j, and names no tier', (over) => {
  expect(said(over)).toEqual({ verdict: undefined, tiers: [] });
});

test('the tiers of a log are found again, and whatever is new changes the count of what is known', () => {
  const tiers = logTiers();
  const counts = [tiers.links()];
  /** Whether a step taught something. */
  const taught = (step: () => void): boolean => {
    step();
    const isNew = !counts.includes(tiers.links());
    if (isNew) counts.push(tiers.links());
    else expect(tiers.links()).toBe(counts.at(-1));
    return isNew;
  };
  const places: number[] = [];
  const place = (application: string, tier: string) => taught(() => places.push(tiers.place(application, tier)));
  const link = (at: number, next: string | undefined) => taught(() => tiers.link(at, next));
  expect([place('a', 'one'), link(0, undefined), link(0, 'two'), link(0, 'three')]).toEqual([true, false, true, false]);
  expect([place('a', 'two'), place('b', 'one'), place('a', 'one'), place('b', 'one')]).toEqual([
    true,
    true,
    false,
    false,
  ]);
  expect([link(2, 'two'), link(1, 'three')]).toEqual([true, true]);
  expect(places).toEqual([0, 1, 2, 0, 2]);
  expect(tiers.all).toEqual([
    { application: 'a', tier: 'one', next: 'two' },
    { application: 'a', tier: 'two', next: 'three' },
    { application: 'b', tier: 'one', next: 'two' },
  ]);
});

test('a prediction was satisfied where it was answered for it, and a shadow where its score says so', () => {
  const satisfied = Object.entries(VERDICT).filter(([, kind]) => wasSatisfied(kind, 0.25, 0.5));
  expect(satisfied.map(([name]) => name)).toEqual(['accepted', 'droppedSatisfied']);
  const shadow = (score: number, threshold: number): boolean => wasSatisfied(VERDICT.audited, score, threshold);
  expect([shadow(0.5, 0.5), shadow(0.75, 0.5), shadow(0.25, 0.5)]).toEqual([true, true, false]);
  expect([shadow(0.25, Number.NaN), shadow(Number.NaN, Number.NaN), shadow(Number.NaN, 0.5)]).toEqual([
    true,
    true,
    false,
  ]);
});
