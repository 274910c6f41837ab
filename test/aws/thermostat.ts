import { expect } from 'vitest';
import type { Graph } from '../../lib/core/plan.ts';
import type { Cloud } from '../../lib/ports/cloud.ts';
import { controlReader } from '../../lib/runtime/controls/reader.ts';
import { type BatchHandler, tierHandler } from '../../lib/runtime/handler.ts';
import { createPredictor } from '../../lib/runtime/predictor.ts';

/** An instance of a graph's first tier: a reader and a model of its own. */
export function instanceOf(graph: Graph, cloud: Cloud): BatchHandler {
  const plan = graph.tiers[0]!;
  const controls = controlReader(cloud.table, cloud.clock, plan.controls!);
  const predictor = createPredictor({ tier: plan.tier, version: plan.version, objects: cloud.objects, controls });
  return tierHandler(plan, plan.tier.name, cloud, predictor, { controls });
}

/** Hands what lies in a queue to each of these handlers at the same time, then deletes it. */
export async function deliver(cloud: Cloud, name: string, handlers: readonly BatchHandler[]): Promise<void> {
  const queue = cloud.queue(name);
  const messages = await queue.receive({ max: 10, visibilityMs: 60_000, waitMs: 5_000 });
  expect(messages.length).toBeGreaterThan(0);
  await Promise.all(handlers.map((handle) => handle(messages)));
  await queue.delete(messages.map(({ receipt }) => receipt));
}
