import type { Json } from '../json.ts';
import type { Item } from '../table-update.ts';
import type { ControlVersion } from './message.ts';

/** An item of DynamoDB may have 400 KB; the history gives way before the current value does. */
const MAX_HISTORY_CHARS = 96 * 1_024;

/** What is set for a key now, its history behind it. */
export interface ControlState {
  readonly current: ControlVersion;
  /** Oldest first, the current one last. */
  readonly history: readonly ControlVersion[];
}

/** Reads a control's item. */
export function toControlState(item: Item | undefined): ControlState | undefined {
  if (item?.version === undefined) return undefined;
  const history = item.history as unknown as readonly ControlVersion[];
  return { current: history.at(-1)!, history };
}

/** How a change stands to what is there: new, there already, or too late. */
export function standing(state: ControlState | undefined, change: ControlVersion): 'new' | 'duplicate' | 'stale' {
  if (!state || change.version > state.current.version) return 'new';
  return state.history.some(({ version, id }) => version === change.version && id === change.id)
    ? 'duplicate'
    : 'stale';
}

/** The item after a change: its version is what later writes are measured against. */
export function afterChange(state: ControlState | undefined, change: ControlVersion, keep: number): Item {
  const history = [...(state?.history ?? []), change].slice(-keep);
  while (history.length > 1 && JSON.stringify(history).length > MAX_HISTORY_CHARS) history.shift();
  return { version: change.version, history: history as unknown as Json };
}

/** The version a rollback goes back to: the one before the current one, or before the one that the current one restored. */
export function versionBefore({ current, history }: ControlState): ControlVersion | undefined {
  const from = current.restores ?? current.version;
  return history.findLast(({ version }) => version < from);
}
