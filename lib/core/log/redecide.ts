import { flowKey } from './flow-hash.ts';
import { keySet, recently } from './key-set.ts';
import { type LaterVerdict, laterVerdicts } from './later.ts';
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
  /** Verdicts at later tiers that are kept; where a log has more, it is read twice. Default: 4 million, in 48 MB. */
  readonly keep?: number;
}

/** More than a cascade has under way between a message's two deliveries, and 6 MB at most. */
export const WINDOW = 100_000;
const KEEP = 4_000_000;

/**
 * Decides again under other thresholds, without a model. A change at one tier reaches what the log says of the flow at later
 * tiers; those verdicts are kept until all is read, or read again where they are too many.
 */
export function redecider(tiers: LogTiers, options: RedecideOptions = {}): Redecider {
  const { with: asked = {}, window = WINDOW, keep = KEEP } = options;
  const accounts: Account[] = [];
  /** Flows and tiers where they would be answered instead of escalating, */
  const stopped = keySet();
  /** or escalate instead of being answered, and the next tier has seen them in shadow. */
  const woken = keySet();
  const later = laterVerdicts(keep);
  const sums = { verdicts: 0, duplicates: 0, contradictions: 0 };
  let seen = recently(window);
  let reading = 1;
  let links = 0;
  /** False once a verdict at a later tier was not kept. */
  let kept = true;

  function accountOf(place: number): Account {
    const known = accounts[place];
    if (known) return known;
    const threshold = asked[tiers.all[place]!.tier];
    const account: Account = {
      asked: threshold,
      scored: 0,
      all: emptyTally(),
      gone: emptyTally(),
      shadows: { sure: 0, unsure: 0 },
      met: false,
      before: [],
    };
    accounts[place] = account;
    return account;
  }

  /** Takes in what the log has shown of the cascade since it was last asked. */
  function learnLinks(): void {
    links = tiers.links();
    for (const place of tiers.all.keys()) {
      const account = accountOf(place);
      account.before = tiersBefore(tiers, place);
      if (account.before.length > 0 && account.met && !account.later) kept = false;
      account.later = account.before.length > 0;
    }
  }

  function decide(verdict: Verdict, key: number): void {
    const { kind, score, threshold, tier, flow } = verdict;
    if (tiers.links() !== links) learnLinks();
    const account = accountOf(tier);
    const was = wasSatisfied(kind, score, threshold);
    const changes = changesOf(was, score, account);
    sums.verdicts += 1;
    if (contradicts(kind, score, threshold)) sums.contradictions += 1;
    if (!Number.isNaN(score)) account.scored += 1;
    account.met = true;
    if (account.later && kept) {
      kept = later.add({ tier, kind, high: flow.high, low: flow.low, changes, sure: was !== changes });
    }
    if (kind === VERDICT.audited) return;
    count(account.all, kind, changes);
    if (!changes) return;
    if (kind === VERDICT.escalated) stopped.add(key);
    else if (verdict.audit) woken.add(key);
  }

  /** Whether the flow would not come this far. */
  function isStopped(high: number, low: number, { before }: Account): boolean {
    return before.some((place) => stopped.has(flowKey(high, low, place)));
  }

  function correct({ tier, kind, high, low, changes, sure }: LaterVerdict): void {
    const account = accountOf(tier);
    const { before, gone, shadows } = account;
    const stops = isStopped(high, low, account);
    if (kind !== VERDICT.audited) {
      if (stops) count(gone, kind, changes);
    } else if (!stops && woken.has(flowKey(high, low, before[0]!))) {
      if (sure) shadows.sure += 1;
      else shadows.unsure += 1;
    }
  }

  function readAgain({ kind, score, threshold, tier, flow: { high, low } }: Verdict): void {
    const account = accountOf(tier);
    if (account.before.length === 0) return;
    const was = wasSatisfied(kind, score, threshold);
    const changes = changesOf(was, score, account);
    correct({ tier, kind, high, low, changes, sure: was !== changes });
  }

  return {
    add(verdict) {
      const key = flowKey(verdict.flow.high, verdict.flow.low, verdict.tier);
      if (seen(key)) {
        if (reading === 1) sums.duplicates += 1;
      } else if (reading === 1) decide(verdict, key);
      else readAgain(verdict);
    },
    again() {
      if (reading === 2) return false;
      learnLinks();
      if (stopped.size + woken.size === 0) return false;
      if (kept) {
        for (const verdict of later.all()) correct(verdict);
        return false;
      }
      reading = 2;
      seen = recently(window);
      return true;
    },
    changeOf({ kind, score, threshold, tier, flow }) {
      const account = accountOf(tier);
      const was = wasSatisfied(kind, score, threshold);
      if (kind === VERDICT.audited || !changesOf(was, score, account)) return undefined;
      if (isStopped(flow.high, flow.low, account)) return undefined;
      return was ? 'woken' : 'spared';
    },
    isWanted: (place) => reading === 1 || accountOf(place).before.length > 0,
    result: () => ({ ...sums, ...summarize(tiers.all, accounts) }),
  };
}

/** Whether a verdict would turn around. Without a score or another threshold it stays as it was. */
function changesOf(was: boolean, score: number, { asked }: Account): boolean {
  if (asked === undefined || Number.isNaN(score)) return false;
  return was !== score >= asked;
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
