import type { Item, TableUpdate, UpdateResult } from '../core/table-update.ts';

/** The keyed table of partial flow state: halves, claims, done-marks, pace. */
export interface FlowTable {
  /** One atomic conditional write; strongly consistent. */
  update(update: TableUpdate): Promise<UpdateResult>;
  get(key: string): Promise<Item | undefined>;
}
