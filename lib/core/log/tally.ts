import { VERDICT, type VerdictKind } from './verdict.ts';

/** Flows of one tier by what was decided about them, and those of them that would be decided otherwise. */
export interface Tally {
  readonly logged: Float64Array;
  readonly changed: Float64Array;
}

/** What becomes of flows at one tier. */
export interface FlowCounts {
  /** Flows that the tier decides on, shadows left out. */
  readonly flows: number;
  /** Answered here, `exhausted` ones included. */
  readonly answered: number;
  /** Answered here although the tier is not satisfied: no tier follows. */
  readonly exhausted: number;
  readonly escalated: number;
  /** By the gates behind the prediction. */
  readonly dropped: number;
  /** Given up because the last tier is not satisfied. */
  readonly deadLettered: number;
  /** The part of the flows that escalates; 0 where there are none. */
  readonly escalationRate: number;
}

const KINDS = Object.values(VERDICT);
const DROPPED: readonly VerdictKind[] = [
  VERDICT.droppedSatisfied,
  VERDICT.droppedUnsatisfied,
  VERDICT.droppedExhausted,
];

export const emptyTally = (): Tally => ({
  logged: new Float64Array(KINDS.length),
  changed: new Float64Array(KINDS.length),
});

export function count(tally: Tally, kind: VerdictKind, changes: boolean): void {
  tally.logged[kind]! += 1;
  if (changes) tally.changed[kind]! += 1;
}

/** The flows of a tally without those of another. */
export function without(all: Tally, gone: Tally): Tally {
  return {
    logged: all.logged.map((flows, kind) => flows - gone.logged[kind]!),
    changed: all.changed.map((flows, kind) => flows - gone.changed[kind]!),
  };
}

/** Flows whose verdict changes, by whether they were satisfied. */
export function changedOf({ changed }: Tally, satisfied: boolean): number {
  const kinds = KINDS.filter((kind) => isSatisfiedKind(kind) === satisfied);
  return kinds.reduce<number>((sum, kind) => sum + changed[kind]!, 0);
}

const isSatisfiedKind = (kind: VerdictKind): boolean => kind === VERDICT.accepted || kind === VERDICT.droppedSatisfied;

/** What was decided, or, with `changed`, what of it stays; `more` is what comes in place of that. */
export function countsOf(tally: Tally, more?: Partial<FlowCounts>): FlowCounts {
  const of = (...kinds: readonly VerdictKind[]): number =>
    kinds.reduce<number>((sum, kind) => sum + tally.logged[kind]! - (more ? tally.changed[kind]! : 0), 0);
  const flows = tally.logged.reduce((sum, n) => sum + n, 0) + (more?.flows ?? 0);
  const escalated = of(VERDICT.escalated) + (more?.escalated ?? 0);
  return {
    flows,
    answered: of(VERDICT.accepted, VERDICT.exhausted) + (more?.answered ?? 0),
    exhausted: of(VERDICT.exhausted) + (more?.exhausted ?? 0),
    escalated,
    dropped: of(...DROPPED),
    deadLettered: of(VERDICT.failed) + (more?.deadLettered ?? 0),
    escalationRate: flows === 0 ? 0 : escalated / flows,
  };
}
