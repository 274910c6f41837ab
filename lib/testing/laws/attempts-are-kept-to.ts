import { type DestinationPlan, type TierPlan, timingOf, waitsHidden } from '../../core/plan.ts';
import type { World } from '../world.ts';
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
  /** Failures by the table's count, where receives are more, as a process was told it. */
  const tries = new Map<string, number>();
  return {
    name: 'attempts are kept to',
    hears: {
      write({ by, update, item, applied }) {
        if (applied && update.key.startsWith('tries#')) tries.set(`${by} ${update.key}`, Number(item?.tries));
        return undefined;
      },
      log({ by, record: { tier, flow, decision, code = '', in: messages } }, world) {
        const plan = planOf(by, tier);
        if (!plan || flow === null || (decision !== 'failed' && decision !== 'retried')) return undefined;
        if (decision === 'failed' && OF_STORES.test(code)) return { flow, message: `${tier} gave it up for ${code}` };
        // Where the latest signal counts, a message may go on with the signal of another one, and the record names that.
        if ('tier' in plan && plan.tier.joins?.signals === 'latest') return undefined;
        if (!OF_TASKS.test(code)) return undefined;
        const deliveries = deliveriesTo(by, new Set(messages.map(({ id }) => id)), world);
        if (deliveries.size === 0) return undefined;
        const counts = [...deliveries].map(([queueId, receives]) =>
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

/** How often what a process has had was received: by the queue's ids, as a flow may be sent twice. Failures are few, receives are many. */
function deliveriesTo(by: string, ids: ReadonlySet<string>, world: World): ReadonlyMap<string, number> {
  const received = new Map<string, number>();
  for (const fact of world.facts) {
    if (fact.did !== 'receive' || fact.by !== by) continue;
    for (const { id, queueId, receives } of fact.messages) if (ids.has(id)) received.set(queueId, receives);
  }
  return received;
}
