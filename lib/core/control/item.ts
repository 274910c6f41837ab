import type { Json } from '../json.ts';
import { fromLines, type JsonLines, lastLine, toLines } from '../json-lines.ts';
import type { Item } from '../table-update.ts';
import type { ControlVersion } from './message.ts';

/** Data pays for the whole item when it reads the current value, by the 4 KB; so does each message, by the KB. */
const MAX_HISTORY_CHARS = 96 * 1_024;
/** An item of DynamoDB may have 400 KB, its key and names among them. */
const MAX_ITEM_BYTES = 396 * 1_024;

/** What is set for a key now, its history behind it. */
export interface ControlState {
  readonly current: ControlVersion;
  /** Oldest first, the current one last. */
  readonly history: readonly ControlVersion[];
  /** The same as text. */
  readonly lines: JsonLines;
}

/** Reads a control's item; its history only when it is asked for, as data never does. */
export function toControlState(item: Item | undefined): ControlState | undefined {
  if (item?.version === undefined) return undefined;
  return new StoredControl(item.history);
}

class StoredControl implements ControlState {
  readonly current: ControlVersion;
  readonly #kept: Json | undefined;

  constructor(kept: Json | undefined) {
    this.current = toVersion(lastLine(kept));
    this.#kept = kept;
  }

  get lines(): JsonLines {
    return toLines(this.#kept);
  }

  get history(): readonly ControlVersion[] {
    return this.lines.map(toVersion);
  }
}

const toVersion = (line: string): ControlVersion => JSON.parse(line) as ControlVersion;

/** How a change stands to what is there: new, there already, or too late. */
export function standing(state: ControlState | undefined, change: ControlVersion): 'new' | 'duplicate' | 'stale' {
  if (!state || change.version > state.current.version) return 'new';
  return state.history.some(({ version, id }) => version === change.version && id === change.id)
    ? 'duplicate'
    : 'stale';
}

/** The item after a change: its version is what later writes are measured against. */
export function afterChange(state: ControlState | undefined, change: ControlVersion, keep: number): Item {
  const lines = [...(state?.lines ?? []), JSON.stringify(change)];
  return { version: change.version, history: historyOf(lines, keep) };
}

/** How many versions an item keeps after a change, where that is fewer than its control says, for their size. */
export function shortenedTo(state: ControlState | undefined, after: Item, keep: number): number | undefined {
  const kept = toLines(after.history).length;
  return kept < Math.min((state?.lines.length ?? 0) + 1, keep) ? kept : undefined;
}

/** The last versions that have room; with the current one the one before it, if at all, so that a bad one can be taken back. */
function historyOf(lines: JsonLines, keep: number): string {
  const pair = lines.slice(-Math.min(2, keep)).join('\n');
  const chars = pair.length + 1;
  // As a store counts that keeps items as JSON.
  const fits = chars > MAX_HISTORY_CHARS && Buffer.byteLength(JSON.stringify(pair)) <= MAX_ITEM_BYTES;
  return fits ? pair : fromLines(lines, keep, MAX_HISTORY_CHARS);
}

/** The same versions, numbered from 1: for a key whose numbers have got so high that no message can be above them. */
export function renumbered({ history }: ControlState): Item {
  const numberOf = new Map(history.map(({ version }, i) => [version, i + 1]));
  const next = history.map(({ restores, ...one }, i): ControlVersion => {
    const from = restores === undefined ? undefined : numberOf.get(restores);
    return { ...one, version: i + 1, ...(from !== undefined && { restores: from }) };
  });
  const lines = next.map((one) => JSON.stringify(one));
  return { version: next.length, history: historyOf(lines, lines.length) };
}

/** The version a rollback goes back to: the one before the current one, or before the one that the current one restored. */
export function versionBefore({ current, history }: ControlState): ControlVersion | undefined {
  const from = current.restores ?? current.version;
  return history.findLast(({ version }) => version < from);
}
