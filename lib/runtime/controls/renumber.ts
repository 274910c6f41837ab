import { renumbered, toControlState } from '../../core/control/item.ts';
import { checkControlKey, controlKey } from '../../core/control/keys.ts';
import type { FlowTable } from '../../ports/flow-table.ts';

/**
 * Numbers the kept versions of a key from 1, without changing what counts; the number that counts then, or nothing where
 * nothing was ever set. It writes to the table itself, past the queue, whose messages could not get above the highest
 * version there is.
 */
export async function renumberControl(table: FlowTable, name: string, key: string): Promise<number | undefined> {
  const itemKey = controlKey(name, checkControlKey(name, key));
  let state = toControlState(await table.get(itemKey));
  while (state) {
    const set = renumbered(state);
    const { version } = state.current;
    const { applied, item } = await table.update({
      key: itemKey,
      set,
      when: [{ attribute: 'version', is: '=', value: version }],
    });
    if (applied) return set.version as number;
    state = toControlState(item);
  }
  return undefined;
}
