import { derivedId } from '../identity.ts';
import type { TierPlan } from '../plan.ts';
import { now, type Step } from '../step/effects.ts';
import { post, type Story } from '../step/story.ts';
import { heardName } from './again-item.ts';
import { keysFor } from './keys.ts';
import { type Level, levelsOf } from './levels.ts';

/**
 * Data that is the first of its key may have been told an older version of a wildcard than was applied, and lie where nobody
 * found it who looked for keys below: its state was not written yet. Now that it is, whatever moves finds it; what has moved
 * before is looked for here, once for a key.
 */
export function* askIfMoved(
  story: Story,
  plan: TierPlan,
  key: string,
  heard: Readonly<Record<string, number>>,
): Step<void> {
  // A control that its task did not ask for this key has nothing to say to it.
  const names = new Set(Object.keys(heard).map((name) => name.split('#', 1)[0]!));
  for (const name of names) {
    // What is set for the key itself asks by itself, when it is deleted too.
    if (heard[name]) continue;
    const levels = yield* levelsOf(story, name, keysFor(key).slice(1));
    const moved = movedAmong(levels, (level) => heard[heardName(name, level.key, key)]);
    if (moved) yield* ask(story, plan, name, key, moved);
  }
}

/** The level by which something else counts now than was heard of; the last one is the one that counts, if any does. */
function movedAmong(levels: readonly Level[], heardAt: (level: Level) => number | undefined): Level | undefined {
  const last = levels.at(-1);
  if (last?.isSet) return heardAt(last) === last.version ? undefined : last;
  return levels.find((level) => (heardAt(level) || level.version) !== level.version);
}

function* ask(story: Story, plan: TierPlan, control: string, key: string, { key: under, version }: Level): Step<void> {
  const { id, ts } = story.envelope!;
  const { queue, kind } = plan.reads[0]!;
  yield* post(story, queue, {
    v: 1,
    id: derivedId('again', id, queue, control, under, String(version)),
    flow: `control#${control}`,
    kind,
    from: { name: plan.tier.name, version: plan.version },
    ts,
    sent: yield* now(),
    hop: 0,
    again: { control, key, version, under },
  });
}
