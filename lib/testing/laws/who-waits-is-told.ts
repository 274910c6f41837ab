import { endingsIn } from '../ends.ts';
import { isOutsider } from '../outsiders.ts';
import type { LawMaker } from './law.ts';

/** Where a client asked to wait for its flow, the table is told how it ended; of skewed halves nobody hears. */
export const whoWaitsIsTold: LawMaker = (graph) => {
  const streams = new Set(graph.tiers.flatMap(({ mode, reads }) => (mode === 'join' ? [reads[1]!.queue] : [])));
  const waited = new Set<string>();
  const told = new Set<string>();
  const silent = new Set<string | null>();
  return {
    name: 'who waits is told',
    hears: {
      send({ by, queue, message: { flow, envelope } }) {
        if (isOutsider(by) && envelope?.reply && flow !== null && !streams.has(queue)) waited.add(flow);
        return undefined;
      },
      write({ update: { key }, applied }) {
        if (applied && key.startsWith('reply#')) told.add(key.slice('reply#'.length));
        return undefined;
      },
      // Where no code ran nobody could tell.
      'give up': ({ message }) => void silent.add(message.flow),
      forget: ({ message }) => void silent.add(message.flow),
      log: ({ record: { decision, flow } }) => (decision === 'skewed' ? void silent.add(flow) : undefined),
    },
    end(world) {
      const endings = endingsIn(world, graph);
      return [...waited]
        .filter((flow) => !told.has(flow) && !silent.has(flow) && endings.of(flow).length > 0)
        .map((flow) => ({ flow, message: 'it ended, and the client that waits for it was not told' }));
    },
  };
};
