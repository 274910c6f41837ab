import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type RedecideOptions, redecider } from '../../lib/core/log/redecide.ts';
import type { RedecidedTier } from '../../lib/core/log/redecided.ts';
import type { FlowCounts } from '../../lib/core/log/tally.ts';
import { logTiers, VERDICT, type Verdict } from '../../lib/core/log/verdict.ts';

/** What a log says of one flow at one tier. */
interface Said {
  readonly flow: number;
  readonly tier: string;
  readonly kind: keyof typeof VERDICT;
  readonly score?: number | undefined;
  readonly threshold?: number;
  readonly audit?: boolean;
  readonly next?: string | undefined;
  readonly application?: string;
}

/** Reads verdicts as often as it takes. */
function redecided(log: readonly Said[], options?: RedecideOptions) {
  const tiers = logTiers();
  const decider = redecider(tiers, options);
  const verdictOf = ({ flow, kind, tier, next, application = 'a', ...said }: Said): Verdict => {
    const place = tiers.place(application, tier);
    tiers.link(place, next);
    const { score = Number.NaN, threshold = Number.NaN, audit = false } = said;
    return { tier: place, kind: VERDICT[kind], flow: { high: flow, low: ~flow }, score, threshold, audit };
  };
  for (const said of log) decider.add(verdictOf(said));
  const again = decider.again();
  const wanted = tiers.all.flatMap(({ tier }, place) => (decider.isWanted(place) ? tier : []));
  if (again) {
    for (const said of log) decider.add(verdictOf(said));
    expect(decider.again()).toBe(false);
  }
  const isWanted = (tier: string) => decider.isWanted(tiers.place('a', tier));
  return {
    again,
    wanted,
    isWanted,
    result: decider.result(),
    changes: log.map((said) => decider.changeOf(verdictOf(said))),
  };
}

type Three<T> = readonly [T, T, T];
const NAMES = ['one', 'two', 'three'] as const;

interface Cascade {
  readonly thresholds: Three<number>;
  readonly last: 'exhausted' | 'failed' | 'droppedExhausted';
  /** Whether flows that the first tiers answer are audited. */
  readonly audited: boolean;
}

/** What a cascade of three writes about flows, by how sure each tier is of them. */
function logOf({ thresholds, last, audited }: Cascade, flows: readonly Three<number>[]): Said[] {
  return flows.flatMap((sures, flow) => {
    const at = (place: number): Said => {
      const [score, threshold] = [sures[place]!, thresholds[place]!];
      const said = { flow, tier: NAMES[place]!, score, threshold };
      if (score >= threshold) return { ...said, kind: 'accepted' };
      return place === 2 ? { ...said, kind: last } : { ...said, kind: 'escalated', next: NAMES[place + 1] };
    };
    const end = [0, 1, 2].findIndex((place) => at(place).kind !== 'escalated');
    const came = [0, 1, 2].slice(0, end + 1).map(at);
    if (!audited || end === 2) return came;
    const shadow = { ...at(end + 1), kind: 'audited', next: undefined } as const;
    return [...came.slice(0, -1), { ...came.at(-1)!, audit: true, next: NAMES[end + 1] }, shadow];
  });
}

const level = fc.integer({ min: 0, max: 4 }).map((n) => n / 4);
const three = fc.tuple(level, level, level);
const flows = fc.array(three, { minLength: 1, maxLength: 12 });
const last = fc.constantFrom('exhausted' as const, 'failed' as const, 'droppedExhausted' as const);
const cascade: fc.Arbitrary<Cascade> = fc.record({ thresholds: three, last, audited: fc.boolean() });
const asked = (thresholds: Three<number>): Record<string, number> =>
  Object.fromEntries(NAMES.map((name, i) => [name, thresholds[i]!]));

const counts = (tiers: readonly RedecidedTier[], which: 'logged' | 'now'): Record<string, FlowCounts> =>
  Object.fromEntries(tiers.filter((one) => one[which].flows > 0).map((one) => [one.tier, one[which]]));

const shuffled = <T>(log: readonly T[], seed: number): T[] =>
  log.toSorted((a, b) => ((log.indexOf(a) * seed) % 101) - ((log.indexOf(b) * seed) % 101));

describe('deciding verdicts again', () => {
  test('with the thresholds they had changes nothing', () => {
    fc.assert(
      fc.property(cascade, flows, (of, sures) => {
        const log = logOf(of, sures);
        for (const unchanged of [{}, asked(of.thresholds)]) {
          const { result, again, changes } = redecided(log, { with: unchanged, keep: 0 });
          expect(result).toMatchObject({ changed: 0, unknown: 0, undecided: 0, contradictions: 0, duplicates: 0 });
          expect(result.verdicts).toBe(log.length);
          expect(counts(result.tiers, 'now')).toEqual(counts(result.tiers, 'logged'));
          expect(again).toBe(false);
          expect(changes).toEqual(log.map(() => undefined));
        }
      }),
      { numRuns: 50 },
    );
  });

  test('with lower ones says what deciding with them would have said, in whatever order they come and however few are kept', () => {
    const seeds = fc.integer({ min: 1, max: 100 });
    fc.assert(
      fc.property(cascade, three, flows, fc.nat({ max: 12 }), seeds, (of, by, sures, keep, seed) => {
        const thresholds = of.thresholds.map((threshold, i) => Math.min(threshold, by[i]!)) as never;
        const really = redecided(logOf({ ...of, thresholds }, sures)).result;
        const { result } = redecided(shuffled(logOf(of, sures), seed), { with: asked(thresholds), keep });
        expect(counts(result.tiers, 'now')).toEqual(counts(really.tiers, 'logged'));
        expect(result).toMatchObject({ unknown: 0, undecided: 0 });
      }),
      { numRuns: 100 },
    );
  });

  test('accounts for every flow', () => {
    fc.assert(
      fc.property(cascade, three, flows, fc.nat({ max: 12 }), (of, after, sures, keep) => {
        const log = logOf(of, sures);
        const { result } = redecided(log, { with: asked(after), keep });
        const ended = result.tiers.reduce((sum, { now }) => sum + now.answered + now.dropped + now.deadLettered, 0);
        expect(ended + result.unknown + result.undecided).toBe(sures.length);
      }),
      { numRuns: 100 },
    );
  });

  test('with a higher one knows how flows end that the next tier saw in shadow', () => {
    fc.assert(
      fc.property(cascade, level, flows, fc.nat({ max: 12 }), (of, first, some, keep) => {
        const before = { ...of, audited: true };
        // One flow that no tier is sure of, so that the log shows what comes after each.
        const sures: Three<number>[] = [...some, [-1, -1, -1]];
        const [, second, third] = before.thresholds;
        const thresholds: Three<number> = [Math.max(before.thresholds[0], first), second, third];
        const { result } = redecided(logOf(before, sures), { with: asked(thresholds), keep });
        const really = redecided(logOf({ ...before, thresholds }, sures)).result;
        const [now, ran] = [counts(result.tiers, 'now'), counts(really.tiers, 'logged')];
        expect([now.one, now.two]).toEqual([ran.one, ran.two]);
        expect(now.three!.flows + result.unknown).toBe(ran.three!.flows);
        expect(result.tiers.map(({ unknown }) => unknown)).toEqual([0, 0, result.unknown]);
      }),
      { numRuns: 50 },
    );
  });
});

const [yes, no] = [
  { score: 0.75, threshold: 0.5 },
  { score: 0.25, threshold: 0.5 },
] as const;
const none: FlowCounts = {
  flows: 0,
  answered: 0,
  exhausted: 0,
  escalated: 0,
  dropped: 0,
  deadLettered: 0,
  escalationRate: 0,
};

describe('a log', () => {
  test('of several cascades is told of tier by tier, each cascade from its first tier on', () => {
    const { result } = redecided(
      [
        { flow: 1, tier: 'three', kind: 'exhausted', ...no },
        { flow: 9, tier: 'three', application: 'b', kind: 'accepted' },
        { flow: 1, tier: 'archive', kind: 'audited' },
        { flow: 1, tier: 'two', kind: 'escalated', ...no, next: 'three' },
        { flow: 3, tier: 'two', kind: 'droppedUnsatisfied', ...no },
        { flow: 4, tier: 'two', kind: 'droppedSatisfied', ...yes },
        { flow: 2, tier: 'one', kind: 'accepted', ...yes },
        { flow: 1, tier: 'one', kind: 'escalated', ...no, next: 'two' },
      ],
      { with: { one: 1, two: 0.25 } },
    );
    expect(result).toStrictEqual({
      verdicts: 8,
      duplicates: 0,
      contradictions: 0,
      changed: 3,
      unknown: 1,
      undecided: 0,
      tiers: [
        {
          application: 'b',
          tier: 'three',
          next: undefined,
          threshold: undefined,
          scored: 0,
          logged: { ...none, flows: 1, answered: 1 },
          now: { ...none, flows: 1, answered: 1 },
          spared: 0,
          woken: 0,
          unknown: 0,
        },
        {
          application: 'a',
          tier: 'one',
          next: 'two',
          threshold: 1,
          scored: 2,
          logged: { ...none, flows: 2, answered: 1, escalated: 1, escalationRate: 0.5 },
          now: { ...none, flows: 2, escalated: 2, escalationRate: 1 },
          spared: 0,
          woken: 1,
          unknown: 0,
        },
        {
          application: 'a',
          tier: 'two',
          next: 'three',
          threshold: 0.25,
          scored: 3,
          logged: { ...none, flows: 3, escalated: 1, dropped: 2, escalationRate: 1 / 3 },
          now: { ...none, flows: 3, answered: 2, dropped: 1 },
          spared: 2,
          woken: 0,
          unknown: 1,
        },
        {
          application: 'a',
          tier: 'three',
          next: undefined,
          threshold: undefined,
          scored: 1,
          logged: { ...none, flows: 1, answered: 1, exhausted: 1 },
          now: none,
          spared: 0,
          woken: 0,
          unknown: 0,
        },
      ],
    });
  });

  test('that shows a tier only in shadow tells of it where another escalates to it', () => {
    const shadow: Said = { flow: 1, tier: 'two', kind: 'audited', ...no };
    expect(redecided([shadow]).result).toMatchObject({ verdicts: 1, tiers: [] });
    const answered: Said = { flow: 1, tier: 'one', kind: 'accepted', ...yes, audit: true, next: 'two' };
    const { result } = redecided([shadow, answered], { with: { one: 1 } });
    expect(result.tiers).toMatchObject([
      { tier: 'one' },
      { tier: 'two', logged: none, now: { flows: 1, answered: 0 } },
    ]);
  });

  test('of two applications keeps tiers of the same name apart', () => {
    const { result } = redecided(
      [
        { flow: 1, tier: 'two', application: 'b', kind: 'accepted', ...yes },
        { flow: 1, tier: 'one', kind: 'escalated', ...no, next: 'two' },
        { flow: 1, tier: 'two', kind: 'accepted', ...yes },
      ],
      { with: { one: 0 } },
    );
    expect(result.tiers.map(({ application, tier, now }) => [application, tier, now.flows])).toEqual([
      ['b', 'two', 1],
      ['a', 'one', 1],
      ['a', 'two', 0],
    ]);
  });

  test('of tiers that escalate to each other comes to an end', () => {
    const circle: Said[] = [
      { flow: 1, tier: 'one', kind: 'escalated', ...no, next: 'two' },
      { flow: 2, tier: 'two', kind: 'escalated', ...no, next: 'one' },
      { flow: 3, tier: 'three', kind: 'escalated', ...no, next: 'three' },
      { flow: 4, tier: 'four', kind: 'accepted', ...yes },
      { flow: 4, tier: 'five', kind: 'escalated', ...no, next: 'one' },
    ];
    const { result } = redecided(circle, { with: { one: 0, two: 0 } });
    expect(result.tiers.map(({ tier, now, spared }) => [tier, now.flows, spared])).toEqual([
      ['two', 1, 1],
      ['one', 1, 1],
      ['three', 1, 0],
      ['four', 1, 0],
      ['five', 1, 0],
    ]);
  });

  test('that says things twice counts each once, at each reading', () => {
    const log: Said[] = [
      { flow: 1, tier: 'one', kind: 'escalated', ...no, next: 'two' },
      { flow: 1, tier: 'one', kind: 'escalated', ...no, next: 'two' },
      { flow: 1, tier: 'two', kind: 'accepted', ...yes },
      { flow: 1, tier: 'two', kind: 'accepted', ...yes },
      { flow: 1, tier: 'two', kind: 'accepted', ...yes },
    ];
    for (const keep of [0, 10]) {
      const { result, again } = redecided(log, { with: { one: 0 }, keep });
      expect(again).toBe(keep === 0);
      expect(result).toMatchObject({ verdicts: 2, duplicates: 3, changed: 1 });
      expect(result.tiers.map(({ now }) => now.flows)).toEqual([1, 0]);
    }
    // Further away than the window, what comes again counts again.
    expect(redecided(log, { window: 1 }).result).toMatchObject({ verdicts: 2, duplicates: 3 });
    expect(redecided([...log, ...log], { window: 1 }).result).toMatchObject({ verdicts: 4, duplicates: 6 });
  });

  test('whose verdicts do not follow from their scores says how many', () => {
    const contradictions = (log: readonly Said[]): number => redecided(log).result.contradictions;
    const wrong: Said[] = [
      { flow: 1, tier: 'one', kind: 'accepted', ...no },
      { flow: 2, tier: 'one', kind: 'escalated', ...yes },
      { flow: 3, tier: 'one', kind: 'exhausted', score: 0.5, threshold: 0.5 },
    ];
    const right: Said[] = [
      { flow: 4, tier: 'one', kind: 'accepted', score: 0.5, threshold: 0.5 },
      { flow: 5, tier: 'one', kind: 'accepted', score: 0.5 },
      { flow: 6, tier: 'one', kind: 'accepted', threshold: 0.5 },
      { flow: 7, tier: 'one', kind: 'audited', ...no },
      { flow: 8, tier: 'one', kind: 'escalated', score: 0.5 },
    ];
    expect([contradictions(wrong), contradictions(right), contradictions([...right, ...wrong])]).toEqual([3, 0, 3]);
  });

  test('is read again only where it has to be', () => {
    const first: Said[] = [
      { flow: 1, tier: 'one', kind: 'escalated', ...no, next: 'two' },
      { flow: 2, tier: 'one', kind: 'accepted', ...yes, audit: true },
      { flow: 3, tier: 'one', kind: 'accepted', ...yes, audit: true },
    ];
    const later: Said[] = [
      { flow: 1, tier: 'two', kind: 'accepted', ...yes },
      { flow: 2, tier: 'two', kind: 'audited', ...yes },
      { flow: 3, tier: 'two', kind: 'audited', ...no },
    ];
    const again = (log: readonly Said[], options: RedecideOptions) => redecided(log, options).again;
    const changing = { with: { one: 0 } };
    // What is kept are verdicts at tiers that others are known to escalate to.
    expect(again([...first, ...later], { ...changing, keep: 3 })).toBe(false);
    expect(again([...first, ...later], { ...changing, keep: 2 })).toBe(true);
    expect(again([...later, ...first], { ...changing, keep: 3 })).toBe(true);
    expect(again([later[0]!, ...first, ...later.slice(1)], changing)).toBe(true);
    // Nothing changes, so that nothing can change further on.
    expect(again([...later, ...first], {})).toBe(false);
    expect(again([...later, ...first], { with: { two: 0.5 } })).toBe(false);
    // Flows that nobody saw in shadow change nothing further on either.
    expect(again([...later.slice(0, 1), first[0]!, { ...first[1]!, audit: false }], { with: { one: 1 } })).toBe(false);
    // As many flows are answered now as are not any more.
    const both = { with: { one: 0.5 } };
    const crossed = [{ ...first[0]!, ...yes }, { ...first[1]!, ...no }, ...later];
    expect(redecided(crossed, both).result).toMatchObject({ changed: 2, tiers: [{}, { now: { flows: 1 } }] });
    // What follows a tier may turn up last of all.
    const [{ next: _, ...escalated }] = first as [Said];
    const late = redecided([escalated, ...first.slice(1), ...later, first[0]!], changing);
    expect([late.again, late.wanted]).toEqual([true, ['two']]);
    expect(late.result.tiers).toEqual(redecided([...first, ...later], changing).result.tiers);
    // A tier that turns up while it is read again was not part of it.
    expect(['one', 'two', 'new'].map(late.isWanted)).toEqual([false, true, false]);
    expect(redecided([...first, ...later]).wanted).toEqual(['one', 'two']);
  });

  test('shows what becomes of flows that a last tier is not sure of, or does not', () => {
    const ends = (...kinds: Said['kind'][]) => {
      const shown = kinds.map((kind, i): Said => ({ flow: i + 2, tier: 'one', kind, ...no }));
      const { result } = redecided([{ flow: 1, tier: 'one', kind: 'accepted', ...yes }, ...shown], {
        with: { one: 1 },
      });
      const [{ now }] = result.tiers as [RedecidedTier];
      const { answered, exhausted, deadLettered } = now;
      return { undecided: result.undecided, answered, exhausted, deadLettered };
    };
    expect(ends()).toEqual({ undecided: 1, answered: 0, exhausted: 0, deadLettered: 0 });
    expect(ends('failed')).toEqual({ undecided: 0, answered: 0, exhausted: 0, deadLettered: 2 });
    expect(ends('exhausted')).toEqual({ undecided: 0, answered: 2, exhausted: 2, deadLettered: 0 });
    expect(ends('droppedExhausted')).toEqual({ undecided: 0, answered: 1, exhausted: 1, deadLettered: 0 });
    // The tier changed its mind in between.
    expect(ends('failed', 'exhausted')).toEqual({ undecided: 1, answered: 1, exhausted: 1, deadLettered: 1 });
    expect(ends('failed', 'exhausted', 'droppedExhausted').undecided).toBe(1);
  });

  test('tells of each verdict how its flow goes on otherwise', () => {
    const { changes, result } = redecided(
      [
        { flow: 1, tier: 'one', kind: 'escalated', ...no, next: 'two' },
        { flow: 1, tier: 'two', kind: 'accepted', ...yes },
        { flow: 2, tier: 'one', kind: 'escalated', score: 0, threshold: 0.5, next: 'two' },
        { flow: 2, tier: 'two', kind: 'accepted', ...yes },
        { flow: 3, tier: 'one', kind: 'accepted', ...yes, audit: true },
        { flow: 3, tier: 'two', kind: 'audited', ...yes },
        { flow: 4, tier: 'two', kind: 'droppedSatisfied', ...yes },
        { flow: 5, tier: 'two', kind: 'accepted' },
      ],
      { with: { one: 0.25, two: 1 } },
    );
    const none = undefined;
    expect(result.changed).toBe(3);
    expect(result.tiers.map(({ spared, woken }) => [spared, woken])).toEqual([
      [1, 0],
      [0, 2],
    ]);
    expect(changes).toEqual(['spared', none, none, 'woken', none, none, 'woken', none]);
  });
});
