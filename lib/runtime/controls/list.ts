import { toControlState } from '../../core/control/item.ts';
import { controlKey } from '../../core/control/keys.ts';
import type { ControlVersion } from '../../core/control/message.ts';
import type { KeyedItem } from '../../core/table-list.ts';
import type { FlowTable } from '../../ports/flow-table.ts';

/** What is set for one key of one control. */
export interface ListedControl {
  readonly control: string;
  readonly key: string;
  readonly current: ControlVersion;
}

/**
 * What is set for the keys that begin so, of one control or of all, a page of the table at a time; in no order. Keys whose
 * control was deleted are left out.
 */
export async function* listControls(
  table: FlowTable,
  { control, prefix = '' }: { readonly control?: string | undefined; readonly prefix?: string | undefined },
): AsyncGenerator<ListedControl> {
  const start = control === undefined ? ALL : controlKey(control, prefix);
  let after: string | undefined;
  do {
    const page = await table.list({
      prefix: start,
      attributes: ['version', 'history'],
      ...(after !== undefined && { after }),
    });
    for (const item of page.items) {
      const listed = toListed(item);
      if (listed?.key.startsWith(prefix)) yield listed;
    }
    after = page.next;
  } while (after !== undefined);
}

const ALL = 'control#';

function toListed({ key: itemKey, item }: KeyedItem): ListedControl | undefined {
  const current = toControlState(item)?.current;
  if (!current || current.deleted) return undefined;
  const at = itemKey.indexOf('#', ALL.length);
  return { control: itemKey.slice(ALL.length, at), key: itemKey.slice(at + 1), current };
}
