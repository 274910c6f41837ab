import type { LawMaker } from './law.ts';

/** A write that was on its way for longer says nothing about the time at which it lands. */
const STALE_MS = 60_000;

/** A paced tier predicts only in a turn of its own, and turns are an interval apart, as far as clocks agree. */
export const paceIsKept: LawMaker = (_, runs) => {
  const intervalOf = (by: string, tier: string): number | undefined =>
    runs.planOf(by, tier)?.tier.timing.pace?.intervalMs;
  /** The last turn at a tier, and when the next one may be. */
  const last = new Map<string, { readonly at: number; readonly next: number }>();
  /** Turns that a process was given and has not used. */
  const turns = new Map<string, number>();
  return {
    name: 'pace is kept',
    hears: {
      write({ by, update, applied, at: writtenAt }, world) {
        const tier = /^pace#(.*)$/.exec(update.key)?.[1];
        const next = update.set?.next;
        const interval = tier === undefined ? undefined : intervalOf(by, tier);
        if (!applied || interval === undefined || typeof next !== 'number') return undefined;
        turns.set(by, (turns.get(by) ?? 0) + 1);
        const at = next - interval;
        const before = last.get(tier!);
        last.set(tier!, { at, next });
        const isSound = world.clockAhead === 0 && writtenAt - at < STALE_MS;
        if (before === undefined || !isSound || at >= before.next) return undefined;
        return {
          message: `${by} took a turn at ${tier} ${at - before.at} ms after the one before; ${before.next - before.at} ms are due`,
        };
      },
      predict({ by, tier, flow }) {
        if (intervalOf(by, tier) === undefined || !runs.planOf(by, tier)?.tier.predict) return undefined;
        const left = turns.get(by) ?? 0;
        turns.set(by, left - 1);
        return left > 0 ? undefined : { flow, message: `${by} predicted without having a turn` };
      },
    },
  };
};
