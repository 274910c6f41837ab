import type { TierPlan } from '../plan.ts';
import { absentOr, type Condition, EXPIRES_AT, expiresAt, type Item } from '../table-update.ts';
import type { Work } from './arrive.ts';
import { ACK, now, type Outcome, type Step } from './effects.ts';
import { joinKey } from './join.ts';
import { endFlow, record, type Story, write } from './story.ts';

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
  const result = yield* write(story, {
    key,
    set: {
      owner: incoming.deliveryId,
      message: incoming.id,
      lease: at + plan.limits.leaseMs,
      ...(isJoin ? keptFrom(plan, at) : { [EXPIRES_AT]: expiresAt(at + DONE_TTL_MS) }),
    },
    // The table deletes late: a mark past its time still lies there and counts as gone.
    ...(!isJoin && { remove: ['done'] }),
    // A join's halves must still be there: between meeting and claiming, another delivery may have finished the flow.
    when: isJoin ? [...free(at), ...BOTH_HALVES] : freeOrOver(at),
  });
  if (!result.applied) return yield* refused(story, result.item, at);
  story.claimKey = key;
  return { key };
}

const BOTH_HALVES: readonly Condition[] = [
  { attribute: 'data', is: 'present' },
  { attribute: 'signal', is: 'present' },
];

/** Nobody is at work on the flow here, and nobody has finished it. */
function free(at: number): readonly Condition[] {
  return [{ attribute: 'done', is: 'absent' }, absentOr('lease', '<=', at)];
}

/** As {@link free}, where a done-mark past its time does not count. */
function freeOrOver(at: number): readonly Condition[] {
  const over: Condition = { attribute: EXPIRES_AT, is: '<=', value: at / 1_000 };
  return [{ any: [{ attribute: 'done', is: 'absent' }, over] }, absentOr('lease', '<=', at)];
}

/** Halves that have met no longer wait for each other: a retry that comes after their ttl must still find them. */
function keptFrom(plan: TierPlan, ms: number): Item {
  return { [EXPIRES_AT]: expiresAt(ms + plan.limits.visibilityMs + (plan.tier.joins?.ttlMs ?? 0)) };
}

/** What becomes of a message whose flow is done, or in work, at this tier. */
function* refused(story: Story, item: Item | undefined, at: number): Step<Outcome> {
  const { incoming } = story;
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

/** Gives a claim back after a failure, so that the retry does not wait for the lease to run out; halves stay for it until `until`. */
export function* release(story: Story, until: number): Step<void> {
  const { claimKey, incoming, plan } = story;
  if (claimKey === undefined) {
    if (story.met) yield* keepHalves(story, until);
    return;
  }
  delete story.claimKey;
  yield* write(story, {
    key: claimKey,
    ...('tier' in plan && plan.mode === 'join' && { set: keptFrom(plan, until) }),
    remove: ['owner', 'message', 'lease'],
    when: [{ attribute: 'owner', is: '=', value: incoming.deliveryId }],
  });
}

/** Keeps halves that have met while their message waits until `until`. */
export function* keepHalves(story: Story, until: number): Step<void> {
  const { plan, envelope } = story;
  if (!('tier' in plan) || plan.mode !== 'join') return;
  yield* write(story, { key: joinKey(plan.tier.name, envelope!.flow), set: keptFrom(plan, until), when: BOTH_HALVES });
}

/** Ends a flow at this tier; where it was joined, its halves are done with too, unless another delivery is at work on them. */
export function* endFlowHere(
  story: Story,
  plan: TierPlan,
  work: Work,
  decision: 'throttled' | 'expired',
  reason: string,
): Step<Outcome> {
  if (plan.mode === 'join') {
    const at = yield* now();
    const key = joinKey(plan.tier.name, work.flow);
    const result = yield* write(story, { key, set: { done: decision }, remove: ['data', 'signal'], when: free(at) });
    if (!result.applied) return yield* refused(story, result.item, at);
  }
  return yield* endFlow(story, decision, reason);
}
