import type { Bug } from '../bug.ts';

const file = 'lib/core/step/pace.ts';

/** Turns taken together, too early, or lost. */
export const paceBugs: readonly Bug[] = [
  {
    name: 'a turn that nobody checks',
    file,
    find: "absentOr('latestTs', '<=', ts)] : [due],",
    replace: "absentOr('latestTs', '<=', ts)] : [],",
    finds: ['pace is kept'],
  },
  {
    name: 'half of the interval',
    file,
    find: 'set: { next: at + pace.intervalMs },',
    replace: 'set: { next: at + pace.intervalMs / 2 },',
    finds: ['pace is kept'],
  },
  {
    name: 'who must wait is let through',
    file,
    find: "if (slot.applied) return 'go';",
    replace: "if (slot.applied || story.incoming.receives > 2) return 'go';",
    finds: ['pace is kept'],
  },
  {
    name: 'who should wait in line is dropped',
    file,
    find: '      return yield* waitInLine(story, key, at, next, pace.intervalMs);',
    replace: "      return yield* endFlowHere(story, plan, work, 'throttled', 'dropped');",
    finds: ['pace is kept'],
  },
  {
    name: 'the oldest wins',
    file,
    find: "absentOr('latestTs', '<', work.ts)",
    replace: "absentOr('latestTs', '>', work.ts)",
    finds: ['pace is kept'],
  },
  {
    name: 'who waits in line is acknowledged',
    file,
    find: "return { end: 'retry', afterMs: Math.max(until - at, 1) };",
    replace: "return { end: 'ack' };",
    finds: ['acknowledged with a decision', 'every flow ends once'],
  },
  {
    name: 'what is dropped for its pace is not claimed first',
    file: 'lib/core/step/claim.ts',
    find: '  if (needsClaim(plan, work)) {',
    replace: "  if (needsClaim(plan, work) && decision === 'expired') {",
    finds: ['a claimed flow is finished once', 'no half waits silently', 'every flow ends once'],
  },
];
