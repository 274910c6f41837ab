import { EXPIRES_AT } from '../../core/table-update.ts';
import { holdsHalf } from '../memory-table.ts';
import type { LawMaker } from './law.ts';

/** Times in the table are whole seconds, rounded up. */
const SECOND_MS = 1_000;

/**
 * A half waits for the other one no longer than its ttl. Two that have met wait for their message instead, and so does what is
 * left of them.
 */
export const halvesWaitTheirTime: LawMaker = (_, runs) => {
  /** When the time of an item is over, as it was before. */
  const known = new Map<string, unknown>();
  const met = new Set<string>();
  return {
    name: 'no half waits longer than its ttl',
    hears: {
      expire({ key }) {
        known.delete(key);
        met.delete(key);
        return undefined;
      },
      write({ by, at, update, item, applied }, world) {
        const [, tier = '', flow = ''] = /^join#([^#]+)#([\s\S]*)$/.exec(update.key) ?? [];
        const joins = runs.planOf(by, tier)?.tier.joins;
        if (!applied || !item || !joins) return undefined;
        const before = known.get(update.key);
        known.set(update.key, item[EXPIRES_AT]);
        if (item.data !== undefined && item.signal !== undefined) met.add(update.key);
        if (before === item[EXPIRES_AT] || met.has(update.key) || !holdsHalf(item)) return undefined;
        const waitsMs = Number(item[EXPIRES_AT]) * SECOND_MS - at;
        if (waitsMs <= joins.ttlMs + SECOND_MS + world.clockAhead) return undefined;
        return { flow, message: `a half waits ${Math.round(waitsMs)} ms at ${tier}; its ttl is ${joins.ttlMs} ms` };
      },
    },
  };
};
