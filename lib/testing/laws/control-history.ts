import { toControlState } from '../../core/control/item.ts';
import type { Json } from '../../core/json.ts';
import type { Fact } from '../facts.ts';

/** One version of a key, and when it began to count. */
export interface AppliedVersion {
  readonly at: number;
  readonly version: number;
  readonly isDeleted: boolean;
  readonly value: Json | undefined;
}

/** What counted for each key of each control, and when, as the table tells it. */
export interface ControlHistory {
  /** Notes a write, where it is one of a control. */
  hear(write: Fact & { readonly did: 'write' }): AppliedVersion | undefined;
  /** Every version that a key has had, the first one first. */
  of(control: string, key: string): readonly AppliedVersion[];
}

export function controlHistory(): ControlHistory {
  const histories = new Map<string, AppliedVersion[]>();
  return {
    hear({ at, update, item, applied }) {
      if (!applied || !update.key.startsWith('control#')) return undefined;
      const current = toControlState(item)?.current;
      if (!current) return undefined;
      const { version, deleted, value } = current;
      const one = { at, version, isDeleted: deleted === true, value };
      const known = histories.get(update.key);
      if (known) known.push(one);
      else histories.set(update.key, [one]);
      return one;
    },
    of: (control, key) => histories.get(`control#${control}#${key}`) ?? [],
  };
}

/** Whether `is` holds of what counted for a key at any moment of a time; `undefined` stands for nothing at all. */
export function countedWithin(
  history: readonly AppliedVersion[],
  from: number,
  to: number,
  is: (counted: AppliedVersion | undefined) => boolean,
): boolean {
  const times = [undefined, ...history];
  return times.some((one, i) => {
    const until = history[i]?.at ?? Number.POSITIVE_INFINITY;
    return (one?.at ?? 0) <= to && until >= from && is(one);
  });
}

/** The keys under which something may be set for this one, the nearest first; found out here as docs/controls.md has it. */
export function levelsOf(key: string): readonly string[] {
  const parts = (key.endsWith('/*') ? key.slice(0, -2) : key).split('/');
  const above = parts.map((_, i) => parts.slice(0, i).join('/')).filter((path) => path !== '');
  return [...new Set([key, ...above.reverse().map((path) => `${path}/*`), '*'])];
}
