import type { Json } from '../../core/json.ts';
import type { Item } from '../../core/table-update.ts';
import type { LawMaker } from './law.ts';

/**
 * Two halves that fit each other join, whatever came before them: none is turned away for one that is to be given up, and then
 * waited for in vain.
 */
export const fittingHalvesJoin: LawMaker = (_, runs) => {
  /** Halves by the item from which they were turned away, each with the one that waits for its like. */
  const turnedAway = new Map<string, { readonly mine: Half; readonly other: Half }>();
  let hasOutage = false;
  return {
    name: 'halves that fit each other join',
    hears: {
      write({ by, update, item, applied }) {
        const tier = /^join#([^#]+)#/.exec(update.key)?.[1];
        const joins = tier === undefined ? undefined : runs.planOf(by, tier)?.tier.joins;
        if (!joins || !applied || !item) return undefined;
        const away = turnedAway.get(update.key);
        // It came again, or the flow went on without it.
        if (
          away &&
          (item.owner !== undefined || item.done !== undefined || SIDES.some((s) => isHalf(item, s, away.mine)))
        )
          turnedAway.delete(update.key);
        const side = SIDES.find((one) => update.setIfAbsent?.[one] !== undefined);
        if (side === undefined || item.owner !== undefined || item.done !== undefined) return undefined;
        const mine = halfIn(update.setIfAbsent![side])!;
        const other = halfIn(item[side === 'data' ? 'signal' : 'data']);
        const inItsPlace = halfIn(item[side])!;
        const isNear = (half: Half, to: Half): boolean => Math.abs(half.ts - to.ts) <= joins.maxTimeDiffMs;
        if (!other || isNear(inItsPlace, other) || inItsPlace.ts > other.ts || !isNear(mine, other)) return undefined;
        turnedAway.set(update.key, { mine, other });
        return undefined;
      },
      fault({ kind }) {
        hasOutage ||= kind === 'outage';
        return undefined;
      },
      log({ record: { decision, tier, flow } }) {
        if (decision === 'failed') turnedAway.delete(`join#${tier}#${flow}`);
        return undefined;
      },
      'give up'({ queue, message: { flow } }) {
        turnedAway.delete(`join#${queue.split('.')[0]}#${flow}`);
        return undefined;
      },
      expire({ key, item }, world) {
        const away = turnedAway.get(key);
        turnedAway.delete(key);
        // A tier that is away, or a clock, may let the time of both be over before they are looked at again.
        if (
          hasOutage ||
          world.clockAhead > 0 ||
          !away ||
          item.done !== undefined ||
          !SIDES.some((side) => isHalf(item, side, away.other))
        )
          return undefined;
        const flow = key.split('#').slice(2).join('#');
        return { flow, message: `${away.other.id} waited in vain, and ${away.mine.id} that fits it was turned away` };
      },
    },
  };
};

const SIDES = ['data', 'signal'] as const;

interface Half {
  readonly id: string;
  readonly ts: number;
}

const halfIn = (half: Json | undefined): Half | undefined => half as Half | undefined;

/** Half of one id may come at several times. */
function isHalf(item: Item, side: (typeof SIDES)[number], { id, ts }: Half): boolean {
  const half = halfIn(item[side]);
  return half?.id === id && half.ts === ts;
}
