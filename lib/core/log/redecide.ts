import { flowKey } from './flow-hash.ts';
import { keySet, recently } from './key-set.ts';
import { type Account, type Redecided, summarize } from './redecided.ts';
import { count, emptyTally } from './tally.ts';
import { type LogTiers, VERDICT, type Verdict, type VerdictKind, wasSatisfied } from './verdict.ts';

/** Decides verdicts again. All go in once; where `again` says so, all go in a second time in the same order. */
export interface Redecider {
  add(verdict: Verdict): void;
  /** Ends a reading. False: what the log can say is known. */
  again(): boolean;
  /** Whether the verdicts of a tier, by its place, matter to this reading. */
  isWanted(place: number): boolean;
  result(): Redecided;
  /** Once all is read: how a flow's way changes at this verdict, if it does. */
  changeOf(verdict: Verdict): 'spared' | 'woken' | undefined;
}

/** What is decided with. */
export interface RedecideOptions {
  /** Thresholds by tier; the other tiers keep those in their records. */
  readonly with?: Readonly<Record<string, number>>;
  /** Verdicts within which one that comes again is noticed. Default: 100,000. */
  readonly window?: number;
}

/** More than a cascade has under way between a message's two deliveries, and 6 MB at most. */
export const WINDOW = 100_000;

/**
 * Decides again under other thresholds, without a model. A change at one tier reaches what the log says of the flow at later
 * tiers; that is corrected in a second reading, so that memory holds the changed flows alone: 16 to 32 bytes each.
 */
export function redecider(tiers: LogTiers, options: RedecideOptions = {}): Redecider {
  const { with: asked = {}, window = WINDOW } = options;
  const accounts: Account[] = [];
  /** Flows and tiers where they would be answered instead of escalating, */
  const stopped = keySet();
  /** or escalate instead of being answered, and the next tier has seen them in shadow. */
  const woken = keySet();
  const sums = { verdicts: 0, duplicates: 0, contradictions: 0 };
  let seen = recently(window);
  let reading = 1;

  function accountOf(place: number): Account {
    const known = accounts[place];
    if (known) return known;
    const threshold = asked[tiers.all[place]!.tier];
    const account = {
      asked: threshold,
      scored: 0,
      all: emptyTally(),
      gone: emptyTally(),
      shadows: { sure: 0, unsure: 0 },
      before: [],
    };
    accounts[place] = account;
    return account;
  }

  function decide(verdict: Verdict, key: number): void {
    const { kind, score, threshold } = verdict;
    sums.verdicts += 1;
    if (contradicts(kind, score, threshold)) sums.contradictions += 1;
    const account = accountOf(verdict.tier);
    if (!Number.isNaN(score)) account.scored += 1;
    if (kind === VERDICT.audited) return;
    const changes = changesOf(verdict, account);
    count(account.all, kind, changes);
    if (!changes) return;
    if (kind === VERDICT.escalated) stopped.add(key);
    else if (verdict.audit) woken.add(key);
  }

  /** Whether the flow would not come this far. */
  function isStopped({ flow }: Verdict, { before }: Account): boolean {
    return before.some((place) => stopped.has(flowKey(flow.high, flow.low, place)));
  }

  function correct(verdict: Verdict): void {
    const { kind, flow } = verdict;
    const account = accountOf(verdict.tier);
    const { before, gone, shadows } = account;
    if (before.length === 0) return;
    const stops = isStopped(verdict, account);
    if (kind !== VERDICT.audited) {
      if (stops) count(gone, kind, changesOf(verdict, account));
    } else if (!stops && woken.has(flowKey(flow.high, flow.low, before[0]!))) {
      if (wasSatisfied(kind, verdict.score, verdict.threshold) !== changesOf(verdict, account)) shadows.sure += 1;
      else shadows.unsure += 1;
    }
  }

  return {
    add(verdict) {
      const key = flowKey(verdict.flow.high, verdict.flow.low, verdict.tier);
      if (seen(key)) {
        if (reading === 1) sums.duplicates += 1;
      } else if (reading === 1) decide(verdict, key);
      else correct(verdict);
    },
    again() {
      if (reading === 2) return false;
      reading = 2;
      seen = recently(window);
      for (const place of tiers.all.keys()) accountOf(place).before = tiersBefore(tiers, place);
      return stopped.size + woken.size > 0;
    },
    changeOf(verdict) {
      const account = accountOf(verdict.tier);
      const { kind, score, threshold } = verdict;
      if (kind === VERDICT.audited || !changesOf(verdict, account) || isStopped(verdict, account)) return undefined;
      return wasSatisfied(kind, score, threshold) ? 'woken' : 'spared';
    },
    isWanted: (place) => reading === 1 || accountOf(place).before.length > 0,
    result: () => ({ ...sums, ...summarize(tiers.all, accounts) }),
  };
}

/** Whether a verdict would turn around. Without a score or another threshold it stays as it was. */
function changesOf({ kind, score, threshold }: Verdict, { asked }: Account): boolean {
  if (asked === undefined || Number.isNaN(score)) return false;
  return wasSatisfied(kind, score, threshold) !== score >= asked;
}

function contradicts(kind: VerdictKind, score: number, threshold: number): boolean {
  if (Number.isNaN(score) || Number.isNaN(threshold)) return false;
  return wasSatisfied(kind, score, threshold) !== score >= threshold;
}

function tiersBefore({ all }: LogTiers, place: number): readonly number[] {
  const before: number[] = [];
  for (let at = place; ; before.push(at)) {
    const { application, tier } = all[at]!;
    at = all.findIndex((one) => one.application === application && one.next === tier);
    if (at === -1 || at === place || before.includes(at)) return before;
  }
}
