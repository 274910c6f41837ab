import type { DecisionRecord } from '../core/decision.ts';

/** How a flow of this run stands; `answered` is final. */
type Standing = 'open' | 'answered' | 'dropped' | 'expired' | 'deadLettered';

/** Dead letters of one tier with one code. */
export interface ReasonCount {
  readonly tier: string;
  readonly code: string;
  readonly reason: string;
  readonly flow: string | null;
  count: number;
}

/** How the flows of a run ended. */
export interface Totals {
  readonly flows: number;
  readonly answered: number;
  readonly dropped: number;
  readonly expired: number;
  readonly deadLettered: number;
  /** Ended nowhere: half of a join that the other half never came to. */
  readonly unanswered: number;
}

/** Keeps account of the flows of one run. */
export interface Ledger {
  open(flow: string): void;
  /** It could not be sent. */
  withdraw(flow: string): void;
  decided(records: readonly DecisionRecord[]): void;
  answered(flow: string): void;
  totals(): Totals;
  /** The flows that are unanswered so far, at most so many, in the order they were sent. */
  unanswered(most: number): readonly string[];
  /** Decisions by tier. */
  tiers(): ReadonlyMap<string, ReadonlyMap<string, number>>;
  reasons(): readonly ReasonCount[];
}

/**
 * A new ledger. Ended flows are only remembered where `remember` says that a second message of a flow may follow its
 * end, as it may with joins: otherwise memory holds no more than the flows under way.
 */
export function newLedger(remember: boolean): Ledger {
  const standings = new Map<string, Standing>();
  const ended = { answered: 0, dropped: 0, expired: 0, deadLettered: 0 };
  const tiers = new Map<string, Map<string, number>>();
  const reasons = new Map<string, ReasonCount>();
  let flows = 0;

  function end(flow: string, as: Exclude<Standing, 'open'>): void {
    const now = standings.get(flow);
    if (now === undefined || now === as || now === 'answered' || (now !== 'open' && as !== 'answered')) return;
    if (now !== 'open') ended[now] -= 1;
    ended[as] += 1;
    if (remember) standings.set(flow, as);
    else standings.delete(flow);
  }
  function decide({ tier, decision, flow, until, shadow, code = 'unknown', reason = '' }: DecisionRecord): void {
    const counts = tiers.get(tier) ?? new Map<string, number>();
    tiers.set(tier, counts.set(decision, (counts.get(decision) ?? 0) + 1));
    if (decision === 'failed') {
      const known = reasons.get(`${tier} ${code}`);
      if (known) known.count += 1;
      else reasons.set(`${tier} ${code}`, { tier, code, reason, flow, count: 1 });
    }
    if (flow === null || shadow) return;
    if (decision === 'failed') end(flow, 'deadLettered');
    else if (decision === 'expired') end(flow, 'expired');
    // A throttled message without a time to come back at has been given up.
    else if (decision === 'dropped' || (decision === 'throttled' && until === undefined)) end(flow, 'dropped');
  }
  return {
    open(flow) {
      if (standings.has(flow)) return;
      standings.set(flow, 'open');
      flows += 1;
    },
    withdraw(flow) {
      if (standings.get(flow) === 'open' && standings.delete(flow)) flows -= 1;
    },
    decided: (records) => records.forEach(decide),
    answered: (flow) => end(flow, 'answered'),
    totals() {
      const { answered, dropped, expired, deadLettered } = ended;
      return { flows, ...ended, unanswered: flows - answered - dropped - expired - deadLettered };
    },
    unanswered(most) {
      const open: string[] = [];
      for (const [flow, standing] of standings) {
        if (open.length >= most) break;
        if (standing === 'open') open.push(flow);
      }
      return open;
    },
    tiers: () => tiers,
    reasons: () => [...reasons.values()],
  };
}
