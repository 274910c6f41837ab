import type { BeforeControl } from '../../core/control/definition.ts';
import type { DecisionRecord } from '../../core/decision.ts';
import type { LawMaker } from './law.ts';

/** Buffered data looks again after this time at most, ms. */
const LOOKS_WITHIN_MS = 360_000;
/** What is buffered may be given up after so long, ms. */
const BUFFERED_MS = 3 * 86_400_000;

/** Data that asks for what nothing is set for does what the control's `beforeControl` says, and leads to no output. */
export const missingControls: LawMaker = (graph) => {
  const tiers = new Set(graph.tiers.map(({ tier }) => tier.name));
  /** Flows whose latest prediction in a process ended for want of a control. */
  const missed = new Map<string, BeforeControl>();
  const sentAt = new Map<string, number>();
  return {
    name: 'without its control data does what it must',
    hears: {
      predict: ({ by, flow }) => void missed.delete(`${by} ${flow}`),
      miss: ({ by, flow, policy }) => void missed.set(`${by} ${flow}`, policy),
      receive({ by, messages }) {
        for (const { flow } of messages) missed.delete(`${by} ${flow}`);
        return undefined;
      },
      send({ by, at, message: { id, flow, kind } }) {
        if (!sentAt.has(id)) sentAt.set(id, at);
        if (!missed.has(`${by} ${flow}`) || flow === null || (kind !== 'answer' && kind !== 'signal')) return undefined;
        return { flow, message: `${by} sent a ${kind}, and a control that it needs is not set` };
      },
      log({ by, at, record }) {
        const { flow, tier, decision, reason = '' } = record;
        const policy = missed.get(`${by} ${flow}`);
        if (policy === undefined || flow === null || !tiers.has(tier)) return undefined;
        const waited = at - Math.min(...record.in.map(({ id }) => sentAt.get(id) ?? at));
        // Data that is worked again was decided on when it came.
        const isAgain = record.in.some(({ kind }) => kind === 'control');
        if (isAsSaid(isAgain ? 'drop' : policy, record, waited)) return undefined;
        return { flow, message: `${tier} decided "${decision}" (${reason}), and the control says ${policy}` };
      },
    },
  };
};

function isAsSaid(policy: BeforeControl, { decision, code, at, until }: DecisionRecord, waitedMs: number): boolean {
  switch (decision) {
    case 'retried': // A store was away meanwhile.
    case 'duplicate':
      return true;
    case 'dropped':
      return policy === 'drop';
    case 'throttled':
      return policy === 'buffer' && until !== undefined && until - at <= LOOKS_WITHIN_MS;
    case 'failed':
      // What failed for something else as well may be given up for that.
      return code !== 'control-missing' || policy === 'deadLetter' || (policy === 'buffer' && waitedMs >= BUFFERED_MS);
    default:
      return false;
  }
}
