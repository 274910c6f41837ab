import type { DecisionRecord } from '../core/decision.ts';
import type { Cloud } from '../ports/cloud.ts';

/** The same cloud for one invocation: `onDecisions` is told of every record that has been written. */
export function observed(cloud: Cloud, onDecisions: (records: readonly DecisionRecord[]) => void): Cloud {
  const { decisions } = cloud;
  return {
    queue: (name) => cloud.queue(name),
    table: cloud.table,
    objects: cloud.objects,
    clock: cloud.clock,
    random: cloud.random,
    decisions: {
      async write(records) {
        await decisions.write(records);
        onDecisions(records);
      },
      flow: (flowId) => decisions.flow(flowId),
    },
  };
}
