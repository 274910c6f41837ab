import type { DecisionRecord } from '../decision.ts';
import { type Hash, hashBytes } from './flow-hash.ts';

/** What a record says of a prediction; of anything else it says `none`. */
export const VERDICT = {
  none: 0,
  /** Satisfied: the answer went out. */
  accepted: 1,
  /** Not satisfied at the last tier, and answered all the same. */
  exhausted: 2,
  /** Not satisfied: went on to the next tier. */
  escalated: 3,
  /** Not satisfied at the last tier, and dead-lettered for it. */
  failed: 4,
  /** Satisfied, and dropped by the destination gate. */
  droppedSatisfied: 5,
  /** Not satisfied, and dropped by the escalate gate. */
  droppedUnsatisfied: 6,
  /** Not satisfied at the last tier, and dropped by the destination gate. */
  droppedExhausted: 7,
  /** Predicted in shadow: the flow was answered by the tier before. */
  audited: 8,
} as const;

export type VerdictKind = (typeof VERDICT)[keyof typeof VERDICT];

/** One record, as far as deciding again needs it. Made once and filled again for each record: a log has millions. */
export interface Verdict {
  /** Place of the tier in the reader's list of tiers. */
  tier: number;
  kind: VerdictKind;
  readonly flow: Hash;
  /** `NaN` where the record has none. */
  score: number;
  threshold: number;
  /** Accepted, and escalated in shadow as well. */
  audit: boolean;
}

export const emptyVerdict = (): Verdict => ({
  tier: 0,
  kind: VERDICT.none,
  flow: { high: 0, low: 0 },
  score: Number.NaN,
  threshold: Number.NaN,
  audit: false,
});

/** The tiers a log is about, in the order they turn up. */
export interface LogTiers {
  readonly all: readonly LogTier[];
  /** The place of a tier; a new one where it is not there yet. */
  place(application: string, tier: string): number;
  /** Learns what follows a tier; the first to say so counts. */
  link(place: number, next: string | undefined): void;
  /** Changes whenever a tier or what follows it becomes known. */
  links(): number;
}

/** One tier, and what the log gives away of its place in the cascade. */
export interface LogTier {
  readonly application: string;
  readonly tier: string;
  /** The queue that it escalates to, which has the next tier's name. */
  readonly next: string | undefined;
}

export function logTiers(): LogTiers {
  const all: { application: string; tier: string; next: string | undefined }[] = [];
  let links = 0;
  const places = new Map<string, number>();
  return {
    all,
    place(application, tier) {
      const key = JSON.stringify([application, tier]);
      const known = places.get(key);
      if (known !== undefined) return known;
      places.set(key, all.length);
      links += 1;
      return all.push({ application, tier, next: undefined }) - 1;
    },
    link(place, next) {
      if (all[place]!.next !== undefined || next === undefined) return;
      all[place]!.next = next;
      links += 1;
    },
    links: () => links,
  };
}

/** Takes from a whole record what deciding again needs; false where it is about no prediction. */
export function readVerdict(record: DecisionRecord, tiers: LogTiers, into: Verdict): boolean {
  const kind = kindOf(record);
  if (kind === VERDICT.none || record.flow === null) return false;
  into.tier = tiers.place(record.application, record.tier);
  into.kind = kind;
  into.score = record.score ?? Number.NaN;
  into.threshold = record.threshold ?? Number.NaN;
  into.audit = record.audit === true;
  hashBytes(Buffer.from(record.flow), into.flow);
  // An answer that goes on in shadow is sent first.
  if (kind === VERDICT.escalated || into.audit) tiers.link(into.tier, record.out?.at(-1)?.to);
  return true;
}

function kindOf({ decision, exhausted, code, score, threshold, reason }: DecisionRecord): VerdictKind {
  switch (decision) {
    case 'accepted':
      return exhausted ? VERDICT.exhausted : VERDICT.accepted;
    case 'escalated':
      return VERDICT.escalated;
    case 'audited':
      return VERDICT.audited;
    case 'failed':
      return code === 'exhausted' ? VERDICT.failed : VERDICT.none;
    case 'dropped':
      if (reason?.startsWith('the escalate gate ')) return VERDICT.droppedUnsatisfied;
      // A gate on the way in dropped it before there was a prediction.
      if (!reason?.startsWith('the destination gate ')) return VERDICT.none;
      return threshold === undefined || (score ?? Number.NaN) >= threshold
        ? VERDICT.droppedSatisfied
        : VERDICT.droppedExhausted;
    default:
      return VERDICT.none;
  }
}

/** Whether the prediction was satisfied when it was decided. */
export function wasSatisfied(kind: VerdictKind, score: number, threshold: number): boolean {
  if (kind === VERDICT.audited) return Number.isNaN(threshold) || score >= threshold;
  return kind === VERDICT.accepted || kind === VERDICT.droppedSatisfied;
}
