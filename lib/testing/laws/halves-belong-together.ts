import type { TierPlan } from '../../core/plan.ts';
import { EXPIRES_AT, type Item, type TableUpdate } from '../../core/table-update.ts';
import type { LawMaker } from './law.ts';

/** Longer than a call is on its way where nobody stands still. */
const ON_ITS_WAY_MS = 1_000;

/**
 * What joins belongs together: near enough in event time, neither half past its time, and the signal that the policy asks for.
 * Of two halves too far apart the older one goes, of two near enough none; two that are claimed are kept until their message
 * can come back.
 */
export const halvesBelongTogether: LawMaker = (_, runs) => {
  const items = new Map<string, Item>();
  /** An item as a delivery saw it when it stored its half: that is what it joins, whatever comes before its claim. */
  const seen = new Map<string, Item>();
  let hasStall = false;
  return {
    name: 'halves that join belong together',
    hears: {
      fault({ kind }) {
        hasStall ||= kind === 'stall';
        return undefined;
      },
      expire: ({ key }) => void items.delete(key),
      write({ by, at, update, item, applied }, world) {
        const [, tier = '', flow = ''] = /^join#([^#]+)#([\s\S]*)$/.exec(update.key) ?? [];
        const plan = runs.planOf(by, tier);
        const owner = update.set?.owner;
        const delivery = tier === '' ? undefined : deliveryOf(update);
        if (delivery !== undefined && item) seen.set(delivery, item);
        if (!applied || !item || !plan?.tier.joins) return undefined;
        const before = items.get(update.key) ?? {};
        items.set(update.key, item);
        // Who stood still, or has a wrong clock, takes what is over for what is not.
        const times = hasStall || world.clockAhead > 0 ? undefined : at;
        const problem =
          owner === undefined
            ? changeProblem(plan, before, item, times)
            : claimProblem(plan, seen.get(String(owner)) ?? item, item, times);
        return problem === undefined ? undefined : { flow, message: `${tier} ${problem}` };
      },
    },
  };
};

function claimProblem({ tier, limits }: TierPlan, met: Item, item: Item, at: number | undefined): string | undefined {
  const apart = Math.abs(timeOf(met, 'data') - timeOf(met, 'signal'));
  if (apart > tier.joins!.maxTimeDiffMs)
    return `joined halves ${apart} ms apart; ${tier.joins!.maxTimeDiffMs} are allowed`;
  if (at === undefined || endOf(item) >= at + limits.visibilityMs) return undefined;
  return 'claimed halves that expire before their message can come back';
}

function changeProblem({ tier }: TierPlan, before: Item, item: Item, at: number | undefined): string | undefined {
  const isOver = at !== undefined && endOf(before) < at - ON_ITS_WAY_MS;
  if (isOver && endOf(before) === endOf(item) && isPair(item) && !isPair(before))
    return 'joined a half whose time was over';
  if (item.done !== undefined || endOf(before) !== endOf(item)) return undefined;
  if (isPair(before) && !isPair(item)) {
    const [gone, left] = item.data === undefined ? (['data', 'signal'] as const) : (['signal', 'data'] as const);
    const aheadMs = timeOf(before, gone) - timeOf(before, left);
    if (Math.abs(aheadMs) <= tier.joins!.maxTimeDiffMs)
      return `gave up the ${gone} of two halves that are ${Math.abs(aheadMs)} ms apart`;
    return aheadMs > 0 ? `gave up the newer of two halves, the ${gone}` : undefined;
  }
  const [old, now] = [timeOf(before, 'signal'), timeOf(item, 'signal')];
  if (tier.joins!.signals === 'first' ? old !== now && !Number.isNaN(old) && !Number.isNaN(now) : old > now)
    return `replaced a signal of ${old} by one of ${now}; the ${tier.joins!.signals} counts`;
  return undefined;
}

/** Which delivery stores its half with this write. */
function deliveryOf({ set, setIfAbsent }: TableUpdate): string | undefined {
  const half = set?.data ?? set?.signal ?? setIfAbsent?.data ?? setIfAbsent?.signal;
  return (half as { delivery?: string } | undefined)?.delivery;
}

const isPair = (item: Item): boolean => item.data !== undefined && item.signal !== undefined;

/** ms since the epoch. */
const endOf = (item: Item): number => Number(item[EXPIRES_AT] ?? Number.NaN) * 1_000;

/** Event time of a half, ms since the epoch; not a number where it is not there. */
const timeOf = (item: Item, side: 'data' | 'signal'): number => Number((item[side] as { ts?: number } | undefined)?.ts);
