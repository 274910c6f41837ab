import type { Item, TableUpdate, UpdateResult } from '../core/table-update.ts';

/** The keyed table of partial flow state and settings: halves, claims, done-marks, pace, controls, tiers' own states. */
export interface FlowTable {
  /** One atomic conditional write; strongly consistent. */
  update(update: TableUpdate): Promise<UpdateResult>;
  get(key: string): Promise<Item | undefined>;
}
