import { defineDestination } from '../core/destination.ts';
import { ANSWERS, type DestinationPlan, type Graph, limitsFor } from '../core/plan.ts';
import type { Answer } from '../core/tier-types.ts';

const BATCH = 100;

/** The graph's destination with a listener before it; without a destination, the listener is one. */
export function tapAnswers(graph: Graph, listener: (answer: Answer) => void | Promise<void>): DestinationPlan {
  const own = graph.destination;
  if (!own) return listenerAlone(graph.application, listener);
  const { destination } = own;
  const handler = async (answer: Answer): Promise<void> => {
    await listener(answer);
    await destination.handler(answer);
  };
  return { ...own, destination: { ...destination, handler } };
}

function listenerAlone(application: string, handler: (answer: Answer) => void | Promise<void>): DestinationPlan {
  const destination = defineDestination({ name: ANSWERS, handler, batch: { size: BATCH } });
  return {
    application,
    destination,
    version: '1',
    file: '',
    reads: [{ queue: ANSWERS, kind: 'answer' }],
    deadLetters: `${ANSWERS}.dlq`,
    limits: limitsFor(destination.timing),
  };
}
