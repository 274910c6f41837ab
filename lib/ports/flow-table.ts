import type { ListPage, TableList } from '../core/table-list.ts';
import type { Item, TableUpdate, UpdateResult } from '../core/table-update.ts';

/** The keyed table of partial flow state and settings: halves, claims, done-marks, pace, controls, tiers' own states. */
export interface FlowTable {
  /** One atomic conditional write; strongly consistent. */
  update(update: TableUpdate): Promise<UpdateResult>;
  get(key: string): Promise<Item | undefined>;
  /**
   * One page of the items whose keys begin so, in any order; strongly consistent. Over all pages, an item that was there before the
   * first and is there after the last is listed. It may read the whole table: no message of a flow calls it.
   */
  list(list: TableList): Promise<ListPage>;
}
