import type { TierPlan } from '../plan.ts';
import { EXPIRES_AT, expiresAt, type TableUpdate } from '../table-update.ts';
import type { Work } from './arrive.ts';
import { ACK, now, type Outcome, type Step } from './effects.ts';
import { joinKey } from './join.ts';
import { record, type Story, write } from './story.ts';

/** How long a done-mark is kept where no join says so: as long as SQS keeps a message by default. */
const DONE_TTL_MS = 4 * 86_400_000;

/** Whether this flow is claimed here: by the tier's choice, by a join, or because its objects are deleted after it. */
export function needsClaim(plan: TierPlan, work: Work): boolean {
  if (plan.mode === 'join' || plan.tier.delivery === 'once') return true;
  for (const name in work.objects) if (work.objects[name]!.deleteAfter) return true;
  return false;
}

/** Takes the flow at this tier for the length of a lease; one delivery gets it, the others hear why not. */
export function* claim(story: Story, plan: TierPlan, work: Work): Step<{ readonly key: string } | Outcome> {
  const at = yield* now();
  const isJoin = plan.mode === 'join';
  const key = isJoin ? joinKey(plan.tier.name, work.flow) : `once#${plan.tier.name}#${work.flow}`;
  const { incoming } = story;
  const free: TableUpdate['when'] = [
    { attribute: 'done', is: 'absent' },
    {
      any: [
        { attribute: 'lease', is: 'absent' },
        { attribute: 'lease', is: '<=', value: at },
      ],
    },
  ];
  const result = yield* write(story, {
    key,
    set: { owner: incoming.deliveryId, message: incoming.id, lease: at + plan.limits.leaseMs },
    ...(!isJoin && { setIfAbsent: { [EXPIRES_AT]: expiresAt(at + DONE_TTL_MS) } }),
    // A join's halves must still be there: between meeting and claiming, another delivery may have finished the flow.
    when: isJoin ? [...free, { attribute: 'data', is: 'present' }, { attribute: 'signal', is: 'present' }] : free,
  });
  if (result.applied) {
    story.claimKey = key;
    return { key };
  }
  const { item } = result;
  if (item?.done === undefined && item?.message === incoming.id) {
    // Another delivery of this very message holds the claim; acknowledging now would delete the message under it.
    const afterMs = Math.max(Number(item.lease) - at, 0) + 100;
    yield* record(story, 'throttled', { reason: 'another delivery of this message is at work', until: at + afterMs });
    return { end: 'retry', afterMs };
  }
  const reason =
    item?.done === undefined
      ? 'another message of this flow is at work'
      : `the flow is done here already (output ${String(item.done)})`;
  yield* record(story, 'duplicate', { reason });
  return ACK;
}

/** Marks the flow done at this tier, so that whatever is delivered again finds the mark. */
export function* complete(story: Story, plan: TierPlan, outputId: string): Step<void> {
  const { claimKey, incoming } = story;
  if (claimKey === undefined) return;
  const at = yield* now();
  yield* write(story, {
    key: claimKey,
    set: { done: outputId, [EXPIRES_AT]: expiresAt(at + (plan.tier.joins?.ttlMs ?? DONE_TTL_MS)) },
    remove: ['owner', 'message', 'lease', 'data', 'signal', 'signalTs', 'signals'],
    when: [{ attribute: 'owner', is: '=', value: incoming.deliveryId }],
  });
  delete story.claimKey;
}

/** Gives a claim back after a failure, so that the retry does not wait for the lease to run out. */
export function* release(story: Story): Step<void> {
  const { claimKey, incoming } = story;
  if (claimKey === undefined) return;
  delete story.claimKey;
  yield* write(story, {
    key: claimKey,
    remove: ['owner', 'message', 'lease'],
    when: [{ attribute: 'owner', is: '=', value: incoming.deliveryId }],
  });
}
