import type { TierPlan } from '../plan.ts';
import { absentOr, type Condition, EXPIRES_AT, expiresAt, type Item } from '../table-update.ts';
import type { Work } from './arrive.ts';
import { ACK, now, type Outcome, type Step } from './effects.ts';
import { joinKey } from './half.ts';
import { endFlow, later, record, type Story, write } from './story.ts';

/** How long a done-mark is kept, at least: as long as its message may lie in the queue, through any outage. */
const DONE_TTL_MS = 4 * 86_400_000;

/** In place of a message's id: no message of the flow may be acknowledged while it is claimed. */
const ANY_MESSAGE = '*';

/** Whether this flow is claimed here: by the tier's choice, by a join, or because its objects are deleted after it. */
export function needsClaim(plan: TierPlan, work: Work): boolean {
  if (plan.mode === 'join' || plan.tier.delivery === 'once') return true;
  for (const name in work.objects) if (work.objects[name]!.deleteAfter) return true;
  return false;
}

/** Takes the flow at this tier for the length of a lease; one delivery gets it, for the others it is an outcome why not. */
export function* claim(story: Story, plan: TierPlan, work: Work): Step<Outcome | undefined> {
  const at = yield* now();
  const isJoin = plan.mode === 'join';
  const key = isJoin ? joinKey(plan.tier.name, work.flow) : `once#${plan.tier.name}#${work.flow}`;
  const { incoming } = story;
  const result = yield* write(story, {
    key,
    set: {
      owner: incoming.deliveryId,
      message: story.parkedBefore ? ANY_MESSAGE : incoming.id,
      lease: at + plan.limits.leaseMs,
      ...(isJoin ? keptFrom(plan, at) : { [EXPIRES_AT]: expiresAt(at + DONE_TTL_MS) }),
    },
    // The table deletes late: a mark past its time still lies there and counts as gone. What was redriven is under way again.
    remove: isJoin ? ['failed'] : ['done', 'by'],
    // A join's halves must still be there: between meeting and claiming, another delivery may have finished the flow.
    when: isJoin ? [...free(at), ...BOTH_HALVES, absentOr(EXPIRES_AT, '>', at / 1_000)] : freeOrOver(at),
  });
  if (!result.applied) return yield* refused(story, result.item, at);
  story.claimKey = key;
  return undefined;
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
  return { [EXPIRES_AT]: expiresAt(ms + plan.limits.visibilityMs + plan.tier.joins!.ttlMs) };
}

/** What becomes of a message whose flow is done, or in work, at this tier. */
function* refused(story: Story, item: Item | undefined, at: number): Step<Outcome> {
  const { incoming } = story;
  if (item?.done === undefined && Number(item?.[EXPIRES_AT]) <= at / 1_000) {
    // The halves are being decided on as expired: what comes back finds that done, or does it.
    return yield* later(story, at, 1_000, 'its halves ran out of time meanwhile');
  }
  const atWork = `another ${item?.message === incoming.id ? 'delivery of this message' : 'message of this flow'} is at work`;
  if (item?.done === undefined && (item?.message === incoming.id || item?.message === ANY_MESSAGE)) {
    // Acknowledging now would delete the message under the delivery that holds the claim, or the last one of the flow.
    return yield* later(story, at, Math.max(Number(item.lease) - at, 0) + 100, atWork);
  }
  const reason = item?.done === undefined ? atWork : `the flow is done here already (output ${String(item.done)})`;
  yield* record(story, 'duplicate', { reason });
  return ACK;
}

/**
 * Marks the flow done at this tier, so that whatever is delivered again finds the mark. An outcome where the claim was lost:
 * this delivery stalled past its lease, and another one took the flow over.
 */
export function* complete(story: Story, plan: TierPlan, outputId: string): Step<Outcome | undefined> {
  const { claimKey, incoming } = story;
  if (claimKey === undefined) return undefined;
  const at = yield* now();
  const result = yield* write(story, {
    key: claimKey,
    set: {
      done: outputId,
      by: incoming.deliveryId,
      [EXPIRES_AT]: expiresAt(at + Math.max(plan.tier.joins?.ttlMs ?? 0, DONE_TTL_MS)),
    },
    remove: ['owner', 'message', 'lease', 'data', 'dataTs', 'signal', 'signalTs', 'signals'],
    when: [{ attribute: 'owner', is: '=', value: incoming.deliveryId }],
  });
  story.claimKey = undefined;
  // A write that was tried again by itself may have been applied the first time.
  if (result.applied || result.item?.by === incoming.deliveryId) return undefined;
  if (result.item && result.item.done === undefined && result.item.lease === undefined)
    return yield* later(story, at, 1_000, 'its claim was taken and given back meanwhile');
  return yield* refused(story, result.item, at);
}

/**
 * Gives a claim back after a failure, so that the retry does not wait for the lease to run out; halves stay for it until
 * `until`. Those of a flow that has `failed` stay for a redrive: their time runs out without another word.
 */
export function* release(story: Story, until: number, failed = false): Step<void> {
  const { claimKey, incoming, plan } = story;
  if (claimKey === undefined) {
    if (story.met) yield* keepHalves(story, until, failed);
    return;
  }
  story.claimKey = undefined;
  yield* write(story, {
    key: claimKey,
    ...('tier' in plan && plan.mode === 'join' && { set: { ...keptFrom(plan, until), ...(failed && { failed: 1 }) } }),
    remove: ['owner', 'message', 'lease'],
    when: [{ attribute: 'owner', is: '=', value: incoming.deliveryId }],
  });
}

/** Keeps halves that have met while their message waits until `until`. */
export function* keepHalves(story: Story, until: number, failed = false): Step<void> {
  const { plan, envelope } = story;
  if (!('tier' in plan) || plan.mode !== 'join') return;
  const set = { ...keptFrom(plan, until), ...(failed && { failed: 1 }) };
  yield* write(story, { key: joinKey(plan.tier.name, envelope!.flow), set, when: BOTH_HALVES });
}

/**
 * Ends a flow at this tier. Where it is claimed, that goes as for a prediction: nobody else is at work on it, and the record
 * comes before the mark, as nothing else tells of the end.
 */
export function* endFlowHere(
  story: Story,
  plan: TierPlan,
  work: Work,
  decision: 'throttled' | 'expired',
  reason: string,
): Step<Outcome> {
  if (needsClaim(plan, work)) {
    const claimed = yield* claim(story, plan, work);
    if (claimed) return claimed;
  }
  const end = yield* endFlow(story, decision, reason);
  return (yield* complete(story, plan, decision)) ?? end;
}
