import { isFinal } from './final.ts';
import type { LawMaker } from './law.ts';

/** No message is acknowledged before the log says what was decided on it. */
export const acknowledgedWithDecision: LawMaker = (graph) => {
  const readers = new Map(
    graph.tiers.flatMap((plan) => plan.reads.map(({ queue }) => [queue, plan.tier.name] as const)),
  );
  if (graph.controls) readers.set(graph.controls.reads[0]!.queue, graph.controls.name);
  const decided = new Set<string>();
  return {
    name: 'acknowledged with a decision',
    hears: {
      log({ record }) {
        if (!isFinal(record) && record.decision !== 'parked') return undefined;
        for (const { id } of record.in) decided.add(`${record.tier} ${id}`);
        return undefined;
      },
      delete({ by, queue, message }) {
        const reader = readers.get(queue) ?? graph.destination?.destination.name ?? 'answers';
        if (
          by !== 'event source' ||
          decided.has(`${reader} ${message.id}`) ||
          decided.has(`${reader} ${message.queueId}`)
        )
          return undefined;
        return {
          ...flowOf(message.flow),
          message: `${queue} was told that ${message.id} is done, and no record says how`,
        };
      },
    },
  };
};

const flowOf = (flow: string | null): { readonly flow?: string } => (flow === null ? {} : { flow });
