import type { DecisionRecord } from '../../core/decision.ts';
import { EXPIRES_AT } from '../../core/table-update.ts';
import type { LawMaker } from './law.ts';
import { markMs } from './mark.ts';

/** Where a tier claims its flows (`once`, joins, objects to delete), each is finished once while its done-mark lasts. */
export const finishedOnce: LawMaker = (graph) => {
  /** How long marks last at tiers that claim every flow, ms. */
  const lasting = new Map(
    graph.tiers
      .filter(({ tier, mode }) => mode === 'join' || tier.delivery === 'once')
      .map((plan) => [plan.tier.name, markMs(plan)]),
  );
  /** When the mark of a key ends, ms since the epoch. */
  const marks = new Map<string, number>();
  /** When a flow was marked at a tier, and until when. */
  const finished = new Map<string, { readonly at: number; readonly until: number }>();
  /** When a message was received at a tier. */
  const received = new Map<string, number>();
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
        finished.set(`${tier} ${flow}`, { at, until });
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
        for (const { id } of messages) received.set(`${by} ${id}`, at);
        return undefined;
      },
      log({ by, record, at }, world) {
        const place = `${record.tier} ${record.flow}`;
        const mark = finished.get(place);
        const lastsMs = lasting.get(record.tier);
        // The log tells of an end as well: there must have been a mark, unless somebody had lost the claim: by standing still, or to a clock that was ahead.
        if (!mark && lastsMs !== undefined && !hasStall && world.clockAhead === 0 && MARKED.includes(record.decision))
          finished.set(place, { at, until: at + lastsMs });
        const began = Math.min(...record.in.map(({ id }) => received.get(`${by} ${id}`) ?? Number.POSITIVE_INFINITY));
        if (!mark || began === Number.POSITIVE_INFINITY || began <= mark.at) return undefined;
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
