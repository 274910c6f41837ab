import type { Clock } from './clock.ts';
import type { DecisionLog } from './decision-log.ts';
import type { FlowTable } from './flow-table.ts';
import type { ObjectStore } from './object-store.ts';
import type { Queue } from './queue.ts';
import type { Random } from './random.ts';

/** Everything a cascade runs on: the embedded cloud, AWS and the simulator each are one. */
export interface Cloud {
  /** A queue of the application by its logical name, such as `small`, `small.photos`, `small.dlq` or `answers`. */
  queue(name: string): Queue;
  readonly table: FlowTable;
  readonly objects: ObjectStore;
  readonly decisions: DecisionLog;
  readonly clock: Clock;
  readonly random: Random;
}
