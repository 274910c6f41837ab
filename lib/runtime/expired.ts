import type { Graph } from '../core/plan.ts';
import { expireItem } from '../core/step/expire.ts';
import type { Item } from '../core/table-update.ts';
import type { Cloud } from '../ports/cloud.ts';
import { keepReply } from './reply.ts';

/** Decides on table items whose time is over, before or while the table deletes them: logs, and tells waiting clients. */
export async function settleExpired(
  graph: Graph,
  cloud: Cloud,
  items: readonly { readonly key: string; readonly item: Item }[],
): Promise<void> {
  const at = cloud.clock.now();
  const expiries = items.map(({ key, item }) => expireItem(graph, key, item, at));
  const records = expiries.flatMap((expiry) => expiry.records);
  if (records.length > 0) await cloud.decisions.write(records);
  for (const { reply } of expiries) if (reply) await keepReply(cloud, reply.flow, reply.status);
}
