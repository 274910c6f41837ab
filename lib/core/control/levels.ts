import { read, type Step } from '../step/effects.ts';
import type { Story } from '../step/story.ts';
import { toControlState } from './item.ts';
import { controlKey } from './keys.ts';

/** What is set for exactly one key of a control. */
export interface Level {
  readonly key: string;
  /** 0 where nothing ever was; a deletion has a version, too. */
  readonly version: number;
  readonly isSet: boolean;
}

/** Reads what is set for a key, whatever is remembered of it. */
export function* levelAt(story: Story, control: string, key: string): Step<Level> {
  story.calls.table += 1;
  const current = toControlState(yield* read(controlKey(control, key)))?.current;
  return { key, version: current?.version ?? 0, isSet: current !== undefined && !current.deleted };
}

/** The same for keys above each other, up to the first one for which something is set: it counts. */
export function* levelsOf(story: Story, control: string, keys: readonly string[]): Step<readonly Level[]> {
  const levels: Level[] = [];
  for (const key of keys) {
    const level = yield* levelAt(story, control, key);
    levels.push(level);
    if (level.isSet) break;
  }
  return levels;
}
