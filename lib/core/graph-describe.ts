import type { Json } from './json.ts';
import type { Graph, TierPlan } from './plan.ts';

/** The application as data: what the picture shows, for other programs. */
export function describeGraph(graph: Graph): { readonly [key: string]: Json } {
  const { application, destination } = graph;
  return {
    application,
    tiers: graph.tiers.map(describeTier),
    destination: destination ? { name: destination.destination.name, file: destination.file } : null,
    ...(graph.controls && { controls: graph.controls.controls.map(({ name }) => name) }),
    queues: graph.queues.map((queue) => queue.name),
  };
}

function describeTier(plan: TierPlan): { readonly [key: string]: Json } {
  const { name, satisfied, exhausted, joins, workers, audit, delivery, timing, retired } = plan.tier;
  return {
    name,
    file: plan.file,
    version: plan.version,
    mode: plan.mode,
    reads: plan.reads.map((read) => read.queue),
    entries: entriesOf(plan),
    next: plan.next?.name ?? null,
    threshold: satisfied?.atLeast ?? null,
    exhausted: exhausted ?? null,
    join: joins
      ? {
          stream: joins.stream.name,
          maxTimeDiffMs: Number.isFinite(joins.maxTimeDiffMs) ? joins.maxTimeDiffMs : null,
          ttlMs: joins.ttlMs,
          signals: joins.signals,
        }
      : null,
    batch: timing.batchSize,
    workers: workers ?? 0,
    audit: audit ?? 0,
    delivery: delivery ?? 'at-least-once',
    retired: retired ?? false,
    deadLetters: plan.deadLetters,
    answers: plan.answers,
  };
}

/** The queues of a tier that clients send data to. */
export function entriesOf(plan: TierPlan): readonly string[] {
  return plan.mode === 'carry' ? [] : plan.reads.filter((read) => read.kind === 'data').map((read) => read.queue);
}
