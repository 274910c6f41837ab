import type { Graph, QueueSpec } from '../../core/plan.ts';
import type { CloudFacts, QueueFacts } from './facts.ts';

/** What a checkup found, and what to do about it. */
export interface Finding {
  /** `error`: flows are, or will be, lost or stuck. `warning`: look at it. `note`: good to know. */
  readonly severity: 'error' | 'warning' | 'note';
  /** Stable, for programs. */
  readonly code: FindingCode;
  readonly tier?: string;
  readonly queue?: string;
  readonly problem: string;
  readonly fix: string;
}

/** Every kind of finding. */
export type FindingCode =
  | 'not-deployed'
  | 'queue-gone'
  | 'unread'
  | 'not-running'
  | 'visibility-short'
  | 'no-dead-letters'
  | 'receives-few'
  | 'dead-letters-expire-first'
  | 'time-to-live-off'
  | 'dead-letters'
  | 'dead-letters-expiring'
  | 'old-messages'
  | 'deep-queue'
  | 'version-differs'
  | 'retired-busy'
  | 'retired-done'
  | 'leftover-busy'
  | 'leftover-done';

/** What the tier files say, and what there is. */
export interface Checked {
  readonly graph: Graph;
  readonly facts: CloudFacts;
  /** The same, seen some seconds before, where anything waits. */
  readonly before: CloudFacts | undefined;
  /** Options that lead a command to this cascade, such as ` --application photos`: its hints end with them. */
  readonly at: string;
}

/** One check of a cascade. */
export type Check = (checked: Checked) => readonly Finding[];

/** A queue that the tier files declare, together with what is there of it. */
export interface Pair {
  readonly spec: QueueSpec;
  readonly there: QueueFacts;
}

/** The declared queues that are there. */
export function pairs({ graph, facts }: Checked): readonly Pair[] {
  return graph.queues.flatMap((spec) => {
    const there = facts.queues.find(({ name, depth }) => name === spec.name && depth);
    return there ? [{ spec, there }] : [];
  });
}

/** Messages in a queue, whatever they are doing. */
export function messagesIn(queue: QueueFacts | undefined): number {
  const { ready, delayed, inFlight } = queue?.depth ?? { ready: 0, delayed: 0, inFlight: 0 };
  return ready + delayed + inFlight;
}

/** The tier, or the destination's `answers`, that a queue is named after. */
export const ownerOf = (queue: string): string => queue.split('.')[0]!;
