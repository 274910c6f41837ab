import type { DecisionRecord } from '../../core/decision.ts';
import { EXPIRES_AT } from '../../core/table-update.ts';
import type { LawMaker } from './law.ts';
import { markMs } from './mark.ts';

/** Where a tier claims its flows (`once`, joins, objects to delete), each is finished once while its done-mark lasts. */
export const finishedOnce: LawMaker = (_, runs) => {
  /** How long marks last, ms, as a process knows it of a tier that claims every flow. */
  const lastingMs = (by: string, tier: string): number | undefined => {
    const plan = runs.planOf(by, tier);
    return plan && (plan.mode === 'join' || plan.tier.delivery === 'once') ? markMs(plan) : undefined;
  };
  /** When the mark of a key ends, ms since the epoch. */
  const marks = new Map<string, number>();
  /** When a flow was marked at a tier, until when, and whether by somebody who marks every flow. */
  const finished = new Map<string, { readonly at: number; readonly until: number; readonly isEach: boolean }>();
  /** When a process received a message. */
  const received = new Map<string, Map<string, number>>();
  let hasStall = false;
  return {
    name: 'a claimed flow is finished once',
    hears: {
      write({ by, update, item, applied, at }, world) {
        if (!applied || update.set?.done === undefined) return undefined;
        const [, tier, flow = ''] = /^(?:once|join)#([^#]+)#([\s\S]*)$/.exec(update.key) ?? [];
        const until = Number(item?.[EXPIRES_AT] ?? 0) * 1_000;
        const before = marks.get(update.key);
        marks.set(update.key, until);
        finished.set(`${tier} ${flow}`, { at, until, isEach: lastingMs(by, tier ?? '') !== undefined });
        // A process whose clock is ahead takes a mark for over that is not.
        if (before === undefined || at + world.clockAhead >= before) return undefined;
        return { flow, message: `${by} finished the flow at ${tier} again` };
      },
      expire: ({ key }) => void marks.delete(key),
      fault({ kind }) {
        hasStall ||= kind === 'stall';
        return undefined;
      },
      receive({ by, messages, at }) {
        const times = received.get(by) ?? new Map<string, number>();
        received.set(by, times);
        for (const { id } of messages) times.set(id, at);
        return undefined;
      },
      log({ by, record, at }, world) {
        const place = `${record.tier} ${record.flow}`;
        const mark = finished.get(place);
        const lastsMs = lastingMs(by, record.tier);
        // The log tells of an end as well: there must have been a mark, unless somebody had lost the claim: by standing still, or to a clock that was ahead.
        if (!mark && lastsMs !== undefined && !hasStall && world.clockAhead === 0 && MARKED.includes(record.decision))
          finished.set(place, { at, until: at + lastsMs, isEach: true });
        if (!mark) return undefined;
        const times = received.get(by);
        const began = Math.min(...record.in.map(({ id }) => times?.get(id) ?? Number.POSITIVE_INFINITY));
        if (began === Number.POSITIVE_INFINITY || began <= mark.at) return undefined;
        // A deployment may take claims away: who asks for none does not see the mark.
        if (mark.isEach !== (lastsMs !== undefined)) return undefined;
        if (at + world.clockAhead >= mark.until || !isEnd(record)) return undefined;
        return {
          flow: record.flow ?? '',
          message: `${record.tier} decided "${record.decision}" on a flow it had finished before: ${record.reason ?? ''}`,
        };
      },
    },
  };
};

/** Ends that are logged once the mark is there. */
const MARKED: readonly string[] = ['accepted', 'escalated', 'audited'];

/** What a flow that is finished must not come to. Failures before the claim, of a store say, are the message's own. */
function isEnd({ decision, until }: DecisionRecord): boolean {
  if (decision === 'throttled') return until === undefined;
  return MARKED.includes(decision) || decision === 'expired' || decision === 'skewed';
}
