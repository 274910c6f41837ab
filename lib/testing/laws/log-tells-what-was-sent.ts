import type { Decision } from '../../core/decision.ts';
import type { MessageFacts } from '../facts.ts';
import type { LawMaker, Problem } from './law.ts';

/**
 * A record tells what was received and what was sent for it: by the process that wrote the record, to that queue, with that score
 * and threshold. So the log alone tells the way of a flow.
 */
export const logTellsWhatWasSent: LawMaker = () => {
  /** By id: the same message may have been sent by several processes, and to several queues. */
  const sent = new Map<string, Sent[]>();
  /** Ids under which a record may name what was received. */
  const received = new Set<string>();
  /** Where a body was away when it was sent: nobody can tell its message by its id. */
  const unreadable = new Set<string>();
  return {
    name: 'the log tells what was sent',
    hears: {
      receive({ messages }) {
        for (const { id, queueId } of messages) received.add(id).add(queueId);
        return undefined;
      },
      send({ by, queue, message }) {
        const same = sent.get(message.id);
        if (same) same.push({ by, queue, message });
        else sent.set(message.id, [{ by, queue, message }]);
        if (message.kind === 'unreadable') unreadable.add(`${by} ${queue}`);
        return undefined;
      },
      log({ by, record }): Problem | undefined {
        const { decision, tier, flow, out = [], in: from } = record;
        const problem = (what: string): Problem => ({
          ...(flow !== null && { flow }),
          message: `${tier} logged "${decision}" ${what}`,
        });
        if (GOES_ON.includes(decision) && out.length === 0) return problem('and not where it goes');
        const unknown = from.find(({ id }) => !received.has(id));
        if (unknown) return problem(`of ${unknown.id}, which nobody had received`);
        for (const { id, to } of out) {
          const message = sent.get(id)?.findLast((one) => one.by === by && one.queue === to)?.message;
          if (!message && !unreadable.has(`${by} ${to}`)) return problem(`with ${id} to ${to}, which it had not sent`);
          const signal = message?.envelope?.signal;
          if (signal && (signal.score !== record.score || signal.threshold !== record.threshold))
            return problem(
              `with score ${record.score} of ${record.threshold}, and sent ${signal.score} of ${signal.threshold}`,
            );
        }
        return undefined;
      },
    },
  };
};

interface Sent {
  readonly by: string;
  readonly queue: string;
  readonly message: MessageFacts;
}

const GOES_ON: readonly Decision[] = ['accepted', 'escalated'];
