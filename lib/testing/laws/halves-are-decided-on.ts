import type { DecisionRecord } from '../../core/decision.ts';
import type { Json } from '../../core/json.ts';
import { type Side, timeOf } from '../../core/step/half.ts';
import type { Item } from '../../core/table-update.ts';
import { holdsHalf } from '../memory-table.ts';
import { isFinal } from './final.ts';
import type { LawMaker } from './law.ts';

/** A half that was stored is joined, or its end is logged: none waits silently. */
export const halvesAreDecidedOn: LawMaker = (graph) => {
  const waiting = new Map<string, Waiting>();
  /** Ids of the halves that lie in the table. */
  const lying = new Map<string, string | undefined>();
  /** Items whose flow somebody went on with, or whose message the queue gave up. */
  const worked = new Set<string>();
  const givenUp = new Set<string>();
  /** What all records of skewed halves say, by the item: they name the half that is given up. */
  const skewed = new Map<string, string>();
  /** Halves that were taken out as too far from the other one, by item, side and time. */
  const takenOut = new Set<string>();
  /** Items as they were written last. */
  const items = new Map<string, Item>();
  /** Items that were deleted where a clock was wrong: perhaps as soon as a half was stored. */
  const sweptByClock = new Set<string>();
  /** Who wrote last of items in which both halves lie. */
  const seenBy = new Map<string, string>();
  let hasOutage = false;
  const tierOf = new Map(
    graph.tiers.flatMap(({ tier, mode, reads }) =>
      mode === 'join' ? reads.map(({ queue }) => [queue, { tier, reads }] as const) : [],
    ),
  );
  const halvesOf = (tier: string, flow: string | null): readonly (readonly [string, Waiting])[] =>
    SIDES.flatMap((side) => {
      const key = `${tier} ${side} ${flow}`;
      const half = waiting.get(key);
      return half ? [[key, half] as const] : [];
    });
  const isSkewed = (key: string, half: Json | undefined): boolean => {
    const id = idOf(half);
    return id !== undefined && skewed.get(key)?.includes(id) === true;
  };
  return {
    name: 'no half waits silently',
    hears: {
      write({ by, update, item, applied }) {
        const [, tier, flow] = /^join#([^#]+)#([\s\S]*)$/.exec(update.key) ?? [];
        if (!applied || tier === undefined || flow === undefined) return undefined;
        if (update.set?.owner !== undefined) worked.add(update.key);
        const before = items.get(update.key);
        items.set(update.key, item ?? {});
        for (const side of SIDES)
          if (before?.[side] !== undefined && item?.[side] === undefined && isSkewed(update.key, before[side]))
            takenOut.add(placeOf(update.key, side, before));
        if (item?.data !== undefined && item.signal !== undefined) seenBy.set(update.key, by);
        for (const side of SIDES) {
          const place = `${tier} ${side} ${flow}`;
          const id = idOf(item?.[side]);
          // A half that is delivered again and lies there already was not stored anew.
          if (id === lying.get(place)) continue;
          // Stored again by another delivery, it may still be given up by who stood still since it said so.
          if (id === undefined && item && skewed.get(update.key)?.includes(lying.get(place)!)) waiting.delete(place);
          lying.set(place, id);
          if (id !== undefined && item?.done === undefined) waiting.set(place, { flow, id, tier, isDone: false });
        }
        if (update.set?.done !== undefined) for (const [, half] of halvesOf(tier, flow)) half.isDone = true;
        return undefined;
      },
      log({ record }) {
        const { decision, tier, flow } = record;
        if (!['parked', 'duplicate', 'skewed'].includes(decision)) worked.add(`join#${tier}#${flow}`);
        // Another delivery may still be at work; whatever becomes of it, the flow lies among the dead letters.
        if (decision === 'failed') givenUp.add(`join#${tier}#${flow}`);
        if (decision === 'skewed') {
          const key = `join#${tier}#${flow}`;
          skewed.set(key, `${skewed.get(key) ?? ''} ${record.reason}`);
        }
        if (!isFinal(record)) return undefined;
        for (const [key, half] of halvesOf(record.tier, record.flow)) {
          // Where the process died between the done-mark and its record, a duplicate's record says that the flow is done.
          if (half.isDone || isAbout(record, half.id)) waiting.delete(key);
        }
        return undefined;
      },
      expire({ key, item }, world) {
        const [, tier, flow] = /^join#([^#]+)#([\s\S]*)$/.exec(key) ?? [];
        for (const side of SIDES) lying.delete(`${tier} ${side} ${flow}`);
        items.delete(key);
        if (world.clockAhead > 0) sweptByClock.add(key);
        const met = item.data !== undefined && item.signal !== undefined && item.done === undefined;
        // An outage or a clock may outlast what a half waits; otherwise whoever came second went on.
        if (!met || worked.has(key) || hasOutage || world.clockAhead > 0) return undefined;
        return { flow: flow ?? '', message: `both halves came to ${tier}, and nobody went on with them` };
      },
      // Its message comes back, perhaps when the time of the halves is over: their end is then logged as such.
      crash({ by }) {
        for (const [key, who] of seenBy) if (who === by) worked.add(key);
        return undefined;
      },
      fault({ kind }) {
        hasOutage ||= kind === 'outage';
        return undefined;
      },
      delete({ by, queue, message: { flow, id } }, world) {
        const join = tierOf.get(queue);
        const key = `join#${join?.tier.name}#${flow}`;
        const item = world.table.items.get(key) ?? {};
        const met = item.data !== undefined && item.signal !== undefined;
        if (!join || by !== 'event source' || !met || givenUp.has(key)) return undefined;
        if (item.done !== undefined || item.failed !== undefined) return undefined;
        // A slow delivery of a half that was given up may store it again: it has been decided on all the same.
        if (skewed.get(key)?.includes(id) || SIDES.some((side) => takenOut.has(placeOf(key, side, item))))
          return undefined;
        // What was parked is gone before its time, and comes back by a message that its first delivery acknowledges.
        if (sweptByClock.has(key)) return undefined;
        const left = join.reads.some((read) =>
          world.queues.get(read.queue)!.messages.some(({ facts }) => facts.flow === flow),
        );
        if (left) return undefined;
        return {
          flow: flow ?? '',
          message: `both halves came to ${join.tier.name}, and their last message was acknowledged`,
        };
      },
      'give up'({ message, queue }) {
        const tier = queue.split('.')[0]!;
        worked.add(`join#${tier}#${message.flow}`);
        givenUp.add(`join#${tier}#${message.flow}`);
        for (const [key] of halvesOf(tier, message.flow)) waiting.delete(key);
        return undefined;
      },
    },
    end: (world) => [
      ...[...waiting.values()].map(({ flow, id, tier }) => ({
        flow,
        message: `what became of the half ${id} at ${tier} is in no record`,
      })),
      ...graph.tiers.flatMap(({ tier }) =>
        [...world.table.items]
          .filter(([key, item]) => key.startsWith(`join#${tier.name}#`) && holdsHalf(item))
          .map(([key]) => ({ message: `a half waits for ever in ${key}` })),
      ),
    ],
  };
};

/** Of two skewed halves, the reason names the one that is given up; the other waits on. */
function isAbout({ decision, reason = '', in: messages }: DecisionRecord, half: string): boolean {
  return decision === 'skewed' ? reason.includes(half) : messages.some(({ id }) => id === half);
}

const SIDES = ['data', 'signal'] as const;

interface Waiting {
  readonly flow: string;
  readonly id: string;
  readonly tier: string;
  isDone: boolean;
}

const placeOf = (key: string, side: Side, item: Item): string => `${key} ${side} ${String(item[timeOf(side)])}`;

const idOf = (half: Json | undefined): string | undefined => (half as { id?: string } | null | undefined)?.id;
