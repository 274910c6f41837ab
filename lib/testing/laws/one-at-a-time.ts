import type { LawMaker } from './law.ts';

/**
 * While somebody works on a claimed flow nobody else does: a claim holds for as long as a function may run, and only who has it
 * gives it back.
 */
export const oneAtATime: LawMaker = (_, runs) => {
  const claims = new Map<string, { readonly by: string; readonly at: number }>();
  let hasStall = false;
  return {
    name: 'one at a time works on a claimed flow',
    hears: {
      fault({ kind }) {
        hasStall ||= kind === 'stall';
        return undefined;
      },
      expire: ({ key }) => void claims.delete(key),
      write({ by, at, update, item, applied }, world) {
        const [, tier = '', flow = ''] = /^(?:once|join)#([^#]+)#([\s\S]*)$/.exec(update.key) ?? [];
        if (!applied || flow === '') return undefined;
        const before = claims.get(update.key);
        if (item?.owner === undefined) claims.delete(update.key);
        // Whoever replaces halves that are over replaces their claim as well.
        const replaces = update.set?.data !== undefined || update.set?.signal !== undefined;
        if (before && before.by !== by && update.remove?.includes('owner') && !replaces)
          return { flow, message: `${by} gave back ${tier}'s claim, which ${before.by} had` };
        if (update.set?.owner === undefined) return undefined;
        claims.set(update.key, { by, at });
        // A claim that was on its way for long holds for less, and a clock that is ahead takes it for over.
        if (!before || hasStall || world.clockAhead > 0) return undefined;
        const heldMs = at - before.at;
        if (heldMs >= (runs.planOf(before.by, tier)?.limits.functionMs ?? 0)) return undefined;
        return {
          flow,
          message: `${by} took ${tier}'s claim ${Math.round(heldMs)} ms after ${before.by}, which still had it`,
        };
      },
    },
  };
};
