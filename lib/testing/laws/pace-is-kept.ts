import type { LawMaker } from './law.ts';

/** A write that was on its way for longer says nothing about the time at which it lands. */
const STALE_MS = 60_000;

/**
 * A paced tier predicts only in a turn of its own, and turns are an interval apart, as far as clocks agree. Where the others
 * wait it drops none, and where the newest wins it drops no message but for a newer one.
 */
export const paceIsKept: LawMaker = (_, runs) => {
  const intervalOf = (by: string, tier: string): number | undefined =>
    runs.planOf(by, tier)?.tier.timing.pace?.intervalMs;
  /** The last turn at a tier, and when the next one may be. */
  const last = new Map<string, { readonly at: number; readonly next: number }>();
  /** Messages that came to a tier, by their event times. */
  const came = new Map<string, Map<string, number>>();
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
      receive({ by, messages }) {
        const tier = by.slice(0, by.lastIndexOf('#'));
        if (intervalOf(by, tier) === undefined) return undefined;
        const times = came.get(tier) ?? new Map<string, number>();
        came.set(tier, times);
        for (const { queueId, envelope } of messages) if (envelope) times.set(queueId, envelope.ts);
        return undefined;
      },
      log({ by, record: { tier, flow, decision, until, in: from } }) {
        const policy = runs.planOf(by, tier)?.tier.timing.pace?.onThrottle;
        if (decision !== 'throttled' || until !== undefined || policy === undefined) return undefined;
        const problem = { ...(flow !== null && { flow }) };
        if (policy === 'queue') return { ...problem, message: `${tier} dropped what should wait for its turn` };
        const ts = Math.max(...from.map((message) => message.ts ?? Number.NaN));
        // Of two as new as each other, and of two copies of one, either may go.
        const newest = [...(came.get(tier)?.values() ?? [])].filter((other) => other >= ts);
        if (policy === 'drop' || newest.length !== 1) return undefined;
        return { ...problem, message: `${tier} dropped the newest message for an older one` };
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
