import type { Json } from '../json.ts';

/** What a control message says, in an envelope of kind `control`. */
export interface ControlMessage {
  /** The control's name. */
  readonly name: string;
  /** Which key it is for; else the control's `keyBy` says it. */
  readonly key?: string;
  /** A whole number from 1; a lower or equal one never overwrites a higher one. */
  readonly version: number;
  /** What the control's schema takes. */
  readonly value?: unknown;
  /** Instead of a value: nothing is set for the key any more. */
  readonly deleted?: true;
  /** Instead of a value: the value of that earlier version again. */
  readonly restores?: number;
}

/** One version of what is set for a key. */
export interface ControlVersion {
  readonly version: number;
  /** When it was applied, ms since the epoch. */
  readonly at: number;
  /** Id of the message that brought it. */
  readonly id: string;
  readonly value?: Json;
  readonly deleted?: true;
  /** The earlier version whose value it brought back. */
  readonly restores?: number;
}

/** What is wrong with a control message, if anything. */
export function messageProblem(message: unknown): string | undefined {
  const m = message as Partial<ControlMessage> | null | undefined;
  if (typeof m !== 'object' || m === null) return 'brings no control';
  if (typeof m.name !== 'string' || m.name === '') return 'does not name its control';
  if (!isVersion(m.version)) return `has version ${JSON.stringify(m.version)}, which is no whole number from 1`;
  const says = [m.value !== undefined, m.deleted !== undefined, m.restores !== undefined].filter(Boolean).length;
  if (says !== 1) return 'has not exactly one of value, deleted and restores';
  if (m.restores !== undefined && !isVersion(m.restores)) return 'restores what is no version';
  return undefined;
}

function isVersion(version: unknown): boolean {
  return Number.isSafeInteger(version) && (version as number) >= 1;
}
