import { defineDestination } from '../core/destination.ts';
import { ANSWERS, type DestinationPlan, limitsFor } from '../core/plan.ts';
import type { Answer } from '../core/tier-types.ts';

/** A destination for an application that defines none: it hears every answer. */
export function listenerPlan(
  application: string,
  handler: (answer: Answer) => void | Promise<void>,
  size = 10,
): DestinationPlan {
  const destination = defineDestination({ name: ANSWERS, handler, batch: { size } });
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
