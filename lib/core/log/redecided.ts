import { changedOf, countsOf, type FlowCounts, type Tally, without } from './tally.ts';
import { type LogTier, VERDICT } from './verdict.ts';

/** What other thresholds would have decided. */
export interface Redecided {
  /** Decisions on predictions, shadows included; of each flow one at each tier. */
  readonly verdicts: number;
  /** Verdicts that came again, and were left out. */
  readonly duplicates: number;
  /** Verdicts that do not follow from their own score and threshold: what wrote them was not this cascade as it is. */
  readonly contradictions: number;
  /** Flows that would take another way. */
  readonly changed: number;
  /** Flows that would come to a tier that never ran on them: the log cannot say how those end. */
  readonly unknown: number;
  /** Flows that a tier would no longer be sure of, where the log does not show what it does with such. */
  readonly undecided: number;
  /** From the first tier to the last of each cascade. */
  readonly tiers: readonly RedecidedTier[];
}

/** One tier under other thresholds. */
export interface RedecidedTier {
  readonly application: string;
  readonly tier: string;
  /** The tier after it, where the log shows one. */
  readonly next: string | undefined;
  /** The threshold asked for; where none was, each record's own counts. */
  readonly threshold: number | undefined;
  /** Decisions with a score: a threshold can change no other. */
  readonly scored: number;
  readonly logged: FlowCounts;
  /** The same under the thresholds asked for, as far as the log can say. */
  readonly now: FlowCounts;
  /** Flows that the tier was not sure of, and would be. */
  readonly spared: number;
  /** Flows that the tier was sure of, and would not be. */
  readonly woken: number;
  /** Flows that would come here and never did; they are not part of `now`. */
  readonly unknown: number;
}

/** What is known of one tier once a log has been read. */
export interface Account {
  readonly asked: number | undefined;
  scored: number;
  readonly all: Tally;
  /** Of flows that would not come here any more. */
  readonly gone: Tally;
  /** Shadows of flows that would come here now, by whether the tier was sure of them. */
  readonly shadows: { sure: number; unsure: number };
  /** Whether a verdict of it was read, and whether others are known to escalate to it. */
  met: boolean;
  later?: boolean;
  /** Places of the tiers before it, the nearest first. */
  before: readonly number[];
}

/** Adds up what the accounts of all tiers say. */
export function summarize(
  tiers: readonly LogTier[],
  accounts: readonly Account[],
): Pick<Redecided, 'changed' | 'unknown' | 'undecided' | 'tiers'> {
  const decided = inOrder(accounts).map((place) => {
    const account = accounts[place]!;
    const [from] = account.before.map((before) => accounts[before]!);
    return redecidedTier(tiers[place]!, account, from);
  });
  const sum = (of: (one: (typeof decided)[number]) => number): number =>
    decided.reduce((total, one) => total + of(one), 0);
  return {
    changed: sum(({ tier }) => tier.spared + tier.woken),
    unknown: sum(({ tier }) => tier.unknown),
    undecided: sum(({ undecided }) => undecided),
    tiers: decided.map(({ tier }) => tier),
  };
}

/** Each cascade from its first tier on, in the order in which the log names them. */
function inOrder(accounts: readonly Account[]): readonly number[] {
  const first = (place: number): number => accounts[place]!.before.at(-1) ?? place;
  const depth = (place: number): number => accounts[place]!.before.length;
  const isTier = (place: number): boolean => countsOf(accounts[place]!.all).flows > 0 || depth(place) > 0;
  return [...accounts.keys()].filter(isTier).sort((a, b) => first(a) - first(b) || depth(a) - depth(b));
}

function redecidedTier(
  { application, tier, next }: LogTier,
  { asked, scored, all, gone, shadows }: Account,
  from: Account | undefined,
): { readonly undecided: number; readonly tier: RedecidedTier } {
  const staying = without(all, gone);
  const spared = changedOf(staying, false);
  const woken = changedOf(staying, true);
  const ends = endsOf(all, next, woken + shadows.unsure);
  const shadowed = shadows.sure + shadows.unsure;
  return {
    undecided: ends.undecided,
    tier: {
      application,
      tier,
      next,
      threshold: asked,
      scored,
      logged: countsOf(all),
      now: countsOf(staying, {
        flows: shadowed,
        answered: spared + shadows.sure + ends.exhausted,
        exhausted: ends.exhausted,
        escalated: ends.escalated,
        deadLettered: ends.deadLettered,
      }),
      spared,
      woken,
      // A shadow goes no further than the tier that saw it.
      unknown: from ? changedOf(without(from.all, from.gone), true) + from.shadows.unsure - shadowed : 0,
    },
  };
}

/** What a tier does with flows that it is not sure of, as the log shows it. */
function endsOf(
  { logged }: Tally,
  next: string | undefined,
  flows: number,
): { escalated: number; exhausted: number; deadLettered: number; undecided: number } {
  const none = { escalated: 0, exhausted: 0, deadLettered: 0, undecided: 0 };
  if (next !== undefined) return { ...none, escalated: flows };
  const answers = logged[VERDICT.exhausted]! + logged[VERDICT.droppedExhausted]! > 0;
  const givesUp = logged[VERDICT.failed]! > 0;
  if (answers === givesUp) return { ...none, undecided: flows };
  return answers ? { ...none, exhausted: flows } : { ...none, deadLettered: flows };
}
