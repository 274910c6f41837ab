import type { DestinationPlan, Graph } from '../core/plan.ts';
import type { Answer } from '../core/tier-types.ts';
import { listenerPlan } from '../runtime/listener.ts';

/** Nothing is predicted here, so that the embedded cloud may hand over many at once. */
const BATCH = 100;

/** The graph's destination with a listener before it; without a destination, the listener is one. */
export function tapAnswers(graph: Graph, listener: (answer: Answer) => void | Promise<void>): DestinationPlan {
  const own = graph.destination;
  if (!own) return listenerPlan(graph.application, listener, BATCH);
  const { destination } = own;
  const handler = async (answer: Answer): Promise<void> => {
    await listener(answer);
    await destination.handler(answer);
  };
  return { ...own, destination: { ...destination, handler } };
}
