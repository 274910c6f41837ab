import type { LawMaker } from './law.ts';

/** A write that was on its way for longer says nothing about the time at which it lands. */
const STALE_MS = 60_000;

/** A paced tier predicts only in a turn of its own, and turns are an interval apart, as far as clocks agree. */
export const paceIsKept: LawMaker = (graph) => {
  const intervals = new Map(
    graph.tiers.flatMap(({ tier }) => (tier.timing.pace ? [[tier.name, tier.timing.pace.intervalMs] as const] : [])),
  );
  const each = new Set(graph.tiers.filter(({ tier }) => tier.predict).map(({ tier }) => tier.name));
  const last = new Map<string, number>();
  /** Turns that a process was given and has not used. */
  const turns = new Map<string, number>();
  return {
    name: 'pace is kept',
    hears: {
      write({ by, update, applied, at: writtenAt }, world) {
        const tier = /^pace#(.*)$/.exec(update.key)?.[1];
        const next = update.set?.next;
        const interval = tier === undefined ? undefined : intervals.get(tier);
        if (!applied || interval === undefined || typeof next !== 'number') return undefined;
        turns.set(by, (turns.get(by) ?? 0) + 1);
        const at = next - interval;
        const before = last.get(tier!);
        last.set(tier!, at);
        const isSound = world.clockAhead === 0 && writtenAt - at < STALE_MS;
        if (before === undefined || !isSound || at - before >= interval) return undefined;
        return {
          message: `${by} took a turn at ${tier} ${at - before} ms after the one before; ${interval} ms are due`,
        };
      },
      predict({ by, tier, flow }) {
        if (!intervals.has(tier) || !each.has(tier)) return undefined;
        const left = turns.get(by) ?? 0;
        turns.set(by, left - 1);
        return left > 0 ? undefined : { flow, message: `${by} predicted without having a turn` };
      },
    },
  };
};
