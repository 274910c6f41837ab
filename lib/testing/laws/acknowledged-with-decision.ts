import { isFinal } from './final.ts';
import type { LawMaker } from './law.ts';

/** No message is acknowledged before the log says what was decided on it. */
export const acknowledgedWithDecision: LawMaker = (graph) => {
  const readers = new Map(
    graph.tiers.flatMap((plan) => plan.reads.map(({ queue }) => [queue, plan.tier.name] as const)),
  );
  if (graph.controls) readers.set(graph.controls.reads[0]!.queue, graph.controls.name);
  /** Ids by who decided. */
  const decided = new Map<string, Set<string>>();
  return {
    name: 'acknowledged with a decision',
    hears: {
      log({ record }) {
        if (!isFinal(record) && record.decision !== 'parked') return undefined;
        const ids = decided.get(record.tier) ?? new Set();
        decided.set(record.tier, ids);
        for (const { id } of record.in) ids.add(id);
        return undefined;
      },
      delete({ by, queue, message }) {
        const reader = readers.get(queue) ?? graph.destination?.destination.name ?? 'answers';
        const ids = decided.get(reader);
        if (by !== 'event source' || ids?.has(message.id) || ids?.has(message.queueId)) return undefined;
        return {
          ...flowOf(message.flow),
          message: `${queue} was told that ${message.id} is done, and no record says how`,
        };
      },
    },
  };
};

const flowOf = (flow: string | null): { readonly flow?: string } => (flow === null ? {} : { flow });
