import { type DestinationPlan, type TierPlan, timingOf, waitsHidden } from '../../core/plan.ts';
import type { LawMaker } from './law.ts';

/** Failures of a task: tried again, and given up after `maxAttempts`. */
const OF_TASKS =
  /^(predict-failed|predict-timeout|prediction-invalid|score-invalid|gate-failed|load-failed|destination-failed)$/;
/** Failures of what sluice runs on: no flow is given up for them. */
const OF_STORES = /^(queue|table|object|log)-failed$/;

/** A task that fails is tried as often as its tier says, and a store that is away costs no flow an attempt too many. */
export const attemptsAreKeptTo: LawMaker = (_, runs) => {
  const planOf = (by: string, name: string): TierPlan | DestinationPlan | undefined => {
    const { destination } = runs.graphOf(by);
    return runs.planOf(by, name) ?? (destination?.destination.name === name ? destination : undefined);
  };
  /** How often what a process has had was received: by message id, and by the queue's, as a flow may be sent twice. */
  const received = new Map<string, Map<string, number>>();
  /** Failures by the table's count, where receives are more, as a process was told it. */
  const tries = new Map<string, number>();
  return {
    name: 'attempts are kept to',
    hears: {
      receive({ by, messages }) {
        for (const { id, queueId, receives } of messages) {
          const known = received.get(`${by} ${id}`) ?? new Map<string, number>();
          received.set(`${by} ${id}`, known.set(queueId, receives));
        }
        return undefined;
      },
      write({ by, update, item, applied }) {
        if (applied && update.key.startsWith('tries#')) tries.set(`${by} ${update.key}`, Number(item?.tries));
        return undefined;
      },
      log({ by, record: { tier, flow, decision, code = '', in: messages } }) {
        const plan = planOf(by, tier);
        if (!plan || flow === null || (decision !== 'failed' && decision !== 'retried')) return undefined;
        if (decision === 'failed' && OF_STORES.test(code)) return { flow, message: `${tier} gave it up for ${code}` };
        // Where the latest signal counts, a message may go on with the signal of another one, and the record names that.
        if ('tier' in plan && plan.tier.joins?.signals === 'latest') return undefined;
        const deliveries = messages.flatMap(({ id }) => [...(received.get(`${by} ${id}`) ?? [])]);
        if (!OF_TASKS.test(code) || deliveries.length === 0) return undefined;
        const counts = deliveries.map(([queueId, receives]) =>
          waitsHidden(plan) ? (tries.get(`${by} tries#${tier}#${queueId}`) ?? 0) : receives,
        );
        const most = timingOf(plan).maxAttempts;
        const isEnough = (count: number): boolean => count >= most;
        // A joined flow is decided on by one of two messages, and the record does not say which.
        if (decision === 'failed' ? counts.some(isEnough) : !counts.every(isEnough)) return undefined;
        const word = decision === 'failed' ? 'gave it up' : 'tries it again';
        return { flow, message: `${tier} ${word} after ${counts.join(' or ')} of ${most} attempts (${code})` };
      },
    },
  };
};
