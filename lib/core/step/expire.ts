import type { DecisionRecord } from '../decision.ts';
import type { Graph, TierPlan } from '../plan.ts';
import type { Item } from '../table-update.ts';
import type { ReplyStatus } from './effects.ts';
import { halfOf, otherSide } from './half.ts';

/** What an expired table item means: one record for each half that waited in vain, none for marks that served their time. */
export interface Expiry {
  readonly records: readonly DecisionRecord[];
  /** The flow that a client waits for, and will not be answered. */
  readonly reply?: { readonly flow: string; readonly status: ReplyStatus };
}

const NEVER_FINISHED = 'both halves came, and the flow was not finished in time';

/** Decides on an item whose time is over. */
export function expireItem(graph: Graph, key: string, item: Item, at: number): Expiry {
  const match = /^join#([^#]+)#(.*)/s.exec(key);
  if (!match) return { records: [] };
  const name = match[1]!;
  const flow = match[2]!;
  // While tiers are added or removed the graph at hand may not know one whose halves lie here: their end is told all the same.
  const plan = graph.tiers.find((t) => t.tier.name === name);
  return expiredHalves(plan ?? { application: graph.application, tier: { name }, version: 'unknown' }, flow, item, at);
}

/** What a record says of the tier it is about. */
type Named = Pick<TierPlan, 'application' | 'version'> & { readonly tier: Pick<TierPlan['tier'], 'name'> };

/** Decides on the halves of one flow that waited in vain at a tier that joins. */
export function expiredHalves(plan: Named, flow: string, item: Item, at: number): Expiry {
  // A flow that was dead-lettered has its record; its halves stayed for a redrive that did not come.
  if (item.done !== undefined || item.failed !== undefined) return { records: [] };
  const met = item.data !== undefined && item.signal !== undefined;
  const records = (['data', 'signal'] as const).flatMap((side) => {
    const half = halfOf(item, side);
    if (!half) return [];
    return {
      v: 1,
      at,
      application: plan.application,
      tier: plan.tier.name,
      version: plan.version,
      flow,
      decision: 'expired',
      reason: met ? NEVER_FINISHED : `its ${otherSide(side)} did not come in time`,
      in: [{ id: half.id, kind: side, ts: half.ts }],
      attempt: 1,
      ...(half.audit && { shadow: true }),
      calls: { queue: 0, table: 0, object: 0 },
    } satisfies DecisionRecord;
  });
  const signal = halfOf(item, 'signal');
  if (!signal?.reply || signal.audit) return { records };
  const reason = met ? NEVER_FINISHED : 'its data did not come in time';
  return { records, reply: { flow, status: { status: 'expired', reason, tier: plan.tier.name } } };
}
