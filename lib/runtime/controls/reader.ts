import { toControlState } from '../../core/control/item.ts';
import { checkControlKey, controlKey, keysFor } from '../../core/control/keys.ts';
import type { ControlValue } from '../../core/control/types.ts';
import { isSluiceError, SluiceError, toError } from '../../core/errors.ts';
import { type Awaitable, isPromise } from '../../core/json.ts';
import type { ControlUse } from '../../core/plan.ts';
import type { ControlFound } from '../../core/step/effects.ts';
import type { Item } from '../../core/table-update.ts';
import type { Clock } from '../../ports/clock.ts';
import type { FlowTable } from '../../ports/flow-table.ts';

/** Finds what is set for keys, as far as it is known within each control's staleness. */
export interface ControlReader {
  readonly uses: readonly ControlUse[];
  /**
   * What a control says to a key; at once where all that was asked is known still. `initial` counts where nothing is set
   * and the policy is `'default'`.
   *
   * @throws SluiceError `control-invalid`, `table-failed`
   */
  find(name: string, key: string): Awaitable<ControlFound>;
  /** Forgets what is remembered of exactly this key, unless it is of that version or a later one: deleted ones have theirs, too. */
  renew?(name: string, key: string, version: number): void;
}

/** How a reader is made: what needs none need not even load it. */
export type OpenControls = typeof controlReader;

interface Known {
  /** When the read began, ms since the epoch: what was written since may not be in it. */
  readonly at: number;
  readonly found: Awaitable<ControlValue | undefined>;
  /** The version of the item, once it is read: of a value, or of its deletion. */
  readonly version?: number;
}

/** Keys a warm instance remembers; beyond it, those it learnt first are forgotten. */
const MOST_KEYS = 100_000;

/**
 * A reader over the table that remembers what it read: within a control's `maxStaleness`, data costs no table call. What is
 * not set is remembered too.
 */
export function controlReader(table: FlowTable, clock: Clock, uses: readonly ControlUse[]): ControlReader {
  const known = new Map<string, Known>();

  /** What is set for exactly this key, and whether it took a read. */
  function lookUp(use: ControlUse, key: string): { readonly found: Known['found']; readonly reads: number } {
    const itemKey = controlKey(use.name, key);
    const now = clock.now();
    const before = known.get(itemKey);
    // A clock that was set back must not make it last longer.
    if (before && now >= before.at && now - before.at < use.maxStalenessMs) return { found: before.found, reads: 0 };
    const found: Promise<ControlValue | undefined> = readValue(table, itemKey, key, use).then(
      ({ value, version }) => {
        const latest = known.get(itemKey);
        // A read that comes back after a later one began must not take the instance back.
        if (latest && latest.found !== found) return latest.found;
        if (latest) remember(itemKey, { at: now, found: value, version });
        return value;
      },
      (error: unknown) => {
        if (known.get(itemKey)?.found === found) known.delete(itemKey);
        throw error;
      },
    );
    remember(itemKey, { at: now, found });
    return { found, reads: 1 };
  }
  function remember(itemKey: string, what: Known): void {
    known.delete(itemKey);
    known.set(itemKey, what);
    if (known.size > MOST_KEYS) known.delete(known.keys().next().value!);
  }
  function useOf(name: string): ControlUse {
    const use = uses.find((one) => one.name === name);
    if (use) return use;
    throw new SluiceError('option-invalid', `control "${name}" is not among those given here`, {
      fix: 'Name it under controls of the tier that reads it.',
    });
  }
  return {
    uses,
    find(name, key) {
      const use = useOf(name);
      const keys = keysFor(checkControlKey(name, key));
      let reads = 0;
      for (const [i, one] of keys.entries()) {
        const looked = lookUp(use, one);
        reads += looked.reads;
        if (isPromise(looked.found)) return findOn(use, keys.slice(i + 1), looked.found, reads);
        if (looked.found) return { found: looked.found, reads };
      }
      return { found: initialOf(use), reads };
    },
    renew(name, key, version) {
      const itemKey = controlKey(name, key);
      const before = known.get(itemKey);
      if (before && (before.version ?? 0) < version) known.delete(itemKey);
    },
  };

  async function findOn(
    use: ControlUse,
    rest: readonly string[],
    first: Promise<ControlValue | undefined>,
    read: number,
  ): Promise<ControlFound> {
    let reads = read;
    let found = await first;
    for (const key of rest) {
      if (found) break;
      const looked = lookUp(use, key);
      reads += looked.reads;
      found = await looked.found;
    }
    return { found: found ?? initialOf(use), reads };
  }
}

function initialOf({ beforeControl, initial }: ControlUse): ControlValue | undefined {
  return beforeControl === 'default' && initial !== undefined ? { value: initial, version: 0, key: '*' } : undefined;
}

async function readValue(
  table: FlowTable,
  itemKey: string,
  key: string,
  { withHistory }: ControlUse,
): Promise<{ readonly value: ControlValue | undefined; readonly version: number }> {
  let item: Item | undefined;
  try {
    item = await table.get(itemKey);
  } catch (thrown) {
    const cause = toError(thrown);
    if (isSluiceError(cause) && cause.retry !== undefined) throw cause;
    throw new SluiceError('table-failed', `reading a control failed: ${cause.message}`, { cause, retry: 'always' });
  }
  const state = toControlState(item);
  if (!state) return { value: undefined, version: 0 };
  const { value, version, deleted } = state.current;
  if (deleted) return { value: undefined, version };
  const before = withHistory && { before: state.history.slice(0, -1) };
  return { value: { value, version, key, ...before }, version };
}
