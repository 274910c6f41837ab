import type { DecisionRecord } from '../core/decision.ts';
import type { Cloud } from '../ports/cloud.ts';

/** The same cloud for one invocation: told of every record that has been written, and of those that the log refused. */
export function observed(
  cloud: Cloud,
  onDecisions: (records: readonly DecisionRecord[]) => void,
  onRefused: (records: readonly DecisionRecord[], why: unknown) => void = () => undefined,
): Cloud {
  const { decisions } = cloud;
  return {
    queue: (name) => cloud.queue(name),
    table: cloud.table,
    objects: cloud.objects,
    clock: cloud.clock,
    random: cloud.random,
    decisions: {
      async write(records) {
        await decisions.write(records).catch((why: unknown) => {
          onRefused(records, why);
          throw why;
        });
        onDecisions(records);
      },
      flow: (flowId) => decisions.flow(flowId),
    },
  };
}
