import type { DecisionRecord } from '../decision.ts';

/** What was decided about one flow at one tier. */
export interface TierDecision {
  /** `accepted`, `accepted, exhausted`, `escalated`, `audited`, `dropped`, `expired` or `failed`. */
  readonly decision: string;
  readonly score?: number;
  /** Of a failure. */
  readonly code?: string;
}

/** Decisions of one flow by tier. */
export type FlowDecisions = ReadonlyMap<string, TierDecision>;

/** How one flow went another way. */
export interface DecisionChange {
  readonly flow: string;
  readonly tier: string;
  /** Left out where the flow did not come there. */
  readonly logged?: TierDecision;
  readonly now?: TierDecision;
}

/** Two decisions of each flow at one tier, side by side. */
export interface TierComparison {
  readonly tier: string;
  /** Flows that came here both times. */
  readonly compared: number;
  readonly same: number;
  readonly changed: number;
  /** Flows that came here the first time alone, or the second time alone. */
  readonly onlyLogged: number;
  readonly onlyNow: number;
  /** Scores that are both there, their differences without a sign; 0 where there are none. */
  readonly meanScoreDelta: number;
  readonly maxScoreDelta: number;
}

/** Two sets of decisions side by side. */
export interface Comparison {
  readonly flows: number;
  /** Flows that went the same way, tier by tier. */
  readonly same: number;
  readonly changed: number;
  readonly tiers: readonly TierComparison[];
  readonly changes: readonly DecisionChange[];
}

const DECISIVE = new Set(['accepted', 'escalated', 'audited', 'dropped', 'expired', 'failed']);

/** What a record decides about its flow at its tier; undefined for what the flow only waits for, or was told twice. */
export function decisionIn({ decision, exhausted, score, code }: DecisionRecord): TierDecision | undefined {
  if (!DECISIVE.has(decision)) return undefined;
  return {
    decision: exhausted ? `${decision}, exhausted` : decision,
    ...(score !== undefined && { score }),
    ...(decision === 'failed' && code !== undefined && { code }),
  };
}

/** Takes a record into the decisions of its flow. The first decision at a tier counts, as for deciding again. */
export function collect(into: Map<string, Map<string, TierDecision>>, record: DecisionRecord): void {
  const decision = decisionIn(record);
  if (!decision || record.flow === null) return;
  const tiers = into.get(record.flow) ?? new Map<string, TierDecision>();
  if (!tiers.has(record.tier)) tiers.set(record.tier, decision);
  into.set(record.flow, tiers);
}

/** Compares what was decided about flows with what is decided now, tier by tier. */
export function compare(
  flows: Iterable<string>,
  logged: ReadonlyMap<string, FlowDecisions>,
  now: ReadonlyMap<string, FlowDecisions>,
): Comparison {
  const tiers = new Map<string, Sums>();
  const changes: DecisionChange[] = [];
  const none: FlowDecisions = new Map();
  let all = 0;
  let changed = 0;
  for (const flow of flows) {
    all += 1;
    const [before, after] = [logged.get(flow) ?? none, now.get(flow) ?? none];
    const own = [...new Set([...before.keys(), ...after.keys()])].flatMap((tier) => {
      const change = changeAt(flow, tier, before.get(tier), after.get(tier));
      add(tiers, tier, before.get(tier), after.get(tier));
      return change ? [change] : [];
    });
    changes.push(...own);
    if (own.length > 0) changed += 1;
  }
  return { flows: all, same: all - changed, changed, tiers: [...tiers].map(comparison), changes };
}

function changeAt(
  flow: string,
  tier: string,
  logged: TierDecision | undefined,
  now: TierDecision | undefined,
): DecisionChange | undefined {
  if (logged?.decision === now?.decision) return undefined;
  return { flow, tier, ...(logged && { logged }), ...(now && { now }) };
}

interface Sums {
  same: number;
  changed: number;
  onlyLogged: number;
  onlyNow: number;
  scored: number;
  sum: number;
  most: number;
}

function add(
  tiers: Map<string, Sums>,
  tier: string,
  logged: TierDecision | undefined,
  now: TierDecision | undefined,
): void {
  const sums = tiers.get(tier) ?? { same: 0, changed: 0, onlyLogged: 0, onlyNow: 0, scored: 0, sum: 0, most: 0 };
  tiers.set(tier, sums);
  if (!now) sums.onlyLogged += 1;
  else if (!logged) sums.onlyNow += 1;
  else {
    if (logged.decision === now.decision) sums.same += 1;
    else sums.changed += 1;
    if (logged.score === undefined || now.score === undefined) return;
    const delta = Math.abs(now.score - logged.score);
    sums.scored += 1;
    sums.sum += delta;
    sums.most = Math.max(sums.most, delta);
  }
}

function comparison([tier, sums]: readonly [string, Sums]): TierComparison {
  const { same, changed, onlyLogged, onlyNow, scored, sum, most } = sums;
  return {
    tier,
    compared: same + changed,
    same,
    changed,
    onlyLogged,
    onlyNow,
    meanScoreDelta: scored === 0 ? 0 : sum / scored,
    maxScoreDelta: most,
  };
}
