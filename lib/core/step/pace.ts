import type { TierPlan } from '../plan.ts';
import { absentOr, type Condition } from '../table-update.ts';
import type { Work } from './arrive.ts';
import { endFlowHere, keepHalves } from './claim.ts';
import { now, type Outcome, type Step } from './effects.ts';

import { record, type Story, write } from './story.ts';

/** Clocks of sound machines and calls on their way differ by less. */
const CLOCKS_DIFFER_MS = 60_000;

/** Lets a message through when the tier's interval is over, or says when to come back. */
export function* keepPace(story: Story, plan: TierPlan, work: Work): Step<'go' | Outcome> {
  const { pace } = plan.tier.timing;
  if (!pace) return 'go';
  const at = yield* now();
  const key = `pace#${plan.tier.name}`;
  // No event has happened yet that lies ahead of all clocks: taken at its word, it would be the latest for ever.
  const ts = Math.min(work.ts, at + CLOCKS_DIFFER_MS);
  // `next` lies one interval ahead of a clock; much further means that one jumped, and waiting for it would stall the tier.
  const due: Condition = {
    any: [absentOr('next', '<=', at), { attribute: 'next', is: '>', value: at + pace.intervalMs + CLOCKS_DIFFER_MS }],
  };
  const slot = yield* write(story, {
    key,
    set: { next: at + pace.intervalMs },
    when: pace.onThrottle === 'latest' ? [due, absentOr('latestTs', '<=', ts)] : [due],
  });
  if (slot.applied) return 'go';
  const next = Number(slot.item?.next ?? at);
  switch (pace.onThrottle) {
    case 'drop':
      return yield* endFlowHere(
        story,
        plan,
        work,
        'throttled',
        `dropped: the next prediction is due in ${next - at} ms`,
      );
    case 'latest':
      return yield* waitUnlessOlder(story, plan, key, { ...work, ts }, at, next);
    case 'queue':
      return yield* waitInLine(story, key, at, next, pace.intervalMs);
  }
}

/** Newest wins: a message waits only while no later one does. */
function* waitUnlessOlder(
  story: Story,
  plan: TierPlan,
  key: string,
  work: Work,
  at: number,
  next: number,
): Step<Outcome> {
  const { id } = story.incoming;
  const mark = yield* write(story, {
    key,
    set: { latestTs: work.ts, latestId: id },
    when: [{ any: [absentOr('latestTs', '<', work.ts), { attribute: 'latestId', is: '=', value: id }] }],
  });
  if (!mark.applied)
    return yield* endFlowHere(story, plan, work, 'throttled', 'dropped: a later message took its place');
  return yield* waitUntil(story, at, Math.max(next, at + 1));
}

/**
 * Each waiting message takes the place behind the last one, so that all come back one interval apart instead of together.
 * A message that has waited already and is early by a moment only waits for that moment.
 */
function* waitInLine(story: Story, key: string, at: number, next: number, intervalMs: number): Step<Outcome> {
  if (story.incoming.receives > 1 && next - at <= intervalMs) return yield* waitUntil(story, at, next);
  const behind = yield* lineUp(story, key, next, intervalMs);
  if (behind !== undefined) return yield* waitUntil(story, at, behind);
  const first = yield* write(story, {
    key,
    set: { tail: next },
    when: [absentOr('tail', '<', next)],
  });
  // Not applied: another one has just begun the line, so there is a place behind it.
  const place = first.applied ? next : ((yield* lineUp(story, key, next, intervalMs)) ?? next);
  return yield* waitUntil(story, at, place);
}

/** Takes the place behind the last one in line; nothing where no line reaches beyond the next turn. */
function* lineUp(story: Story, key: string, next: number, intervalMs: number): Step<number | undefined> {
  const behind = yield* write(story, {
    key,
    add: { tail: intervalMs },
    when: [{ attribute: 'tail', is: '>=', value: next }],
  });
  return behind.applied ? Number(behind.item.tail) : undefined;
}

function* waitUntil(story: Story, at: number, until: number): Step<Outcome> {
  yield* keepHalves(story, until);
  yield* record(story, 'throttled', { reason: 'waits for its turn', until });
  return { end: 'retry', afterMs: Math.max(until - at, 1) };
}
