import type { Envelope } from '../envelope.ts';
import { derivedId } from '../identity.ts';
import type { Json } from '../json.ts';
import { halvesOf } from '../object-keys.ts';
import type { TierPlan } from '../plan.ts';
import { absentOr, type Condition, EXPIRES_AT, expiresAt, type Item, type UpdateResult } from '../table-update.ts';
import type { JoinPlan } from '../tier-definition.ts';
import type { Work } from './arrive.ts';
import { ACK, load, now, type Outcome, type Step, store } from './effects.ts';
import { expiredHalves } from './expire.ts';
import { type Half, halfOf, joinKey, otherSide, type Side, timeOf } from './half.ts';
import { later, record, type Story, write } from './story.ts';

/** The largest half the table takes as it is; an item may have 400 KB (DynamoDB quotas) and holds two. */
const MAX_HALF_CHARS = 64 * 1024;

/** How halves meet. */
export type Meet = typeof meet;

/**
 * Stores this half in one write that returns the whole item. Writes of one item are serialised, so whichever half comes
 * second sees both: no meeting is missed, and nothing polls.
 */
export function* meet(story: Story, plan: TierPlan, joins: JoinPlan, work: Work): Step<Work | Outcome> {
  const { envelope, incoming } = story;
  const side: Side = incoming.kind === 'data' ? 'data' : 'signal';
  const mine: Half = {
    id: envelope!.id,
    ts: work.ts,
    hop: work.hop,
    ...(side === 'data' ? { data: work.data, objects: work.objects } : { signal: work.signal! }),
    ...passedOn(envelope!),
  };
  const key = joinKey(plan.tier.name, work.flow);
  const half = { ...(yield* fitting(story, plan, mine)), delivery: incoming.deliveryId };
  const item = yield* park(story, plan, joins, key, side, half);
  if (item.done !== undefined)
    return yield* duplicate(story, `the flow is done here already (output ${String(item.done)})`);
  const stored = halfOf(item, side)!;
  const other = halfOf(item, otherSide(side));
  // Ids are derived, so a later half can have the id of an earlier one; its time tells them apart.
  const isMine = stored.id === mine.id && stored.ts === mine.ts;
  const keepsFirst = side === 'data' || joins.signals === 'first';
  // Whoever saw that the one in its place is to be given up may not have done so yet: this one is not turned away for it.
  if (keepsFirst && !isMine && other && other.ts - stored.ts > joins.maxTimeDiffMs) {
    const gone = yield* giveUpOlder(story, joins, key, side, stored, other);
    if (gone !== false) return gone === true ? yield* meet(story, plan, joins, work) : gone;
  }
  // A signal that a later one replaced may itself have been at work when its process died: then the flow is still its to finish.
  const standsIn = side === 'signal' && joins.signals === 'latest' && other !== undefined;
  if (stored.id !== mine.id) {
    const which = side === 'signal' && joins.signals === 'latest' ? 'is later' : 'came first';
    const end = yield* duplicate(story, `another ${side} of this flow ${which} (${stored.id})`);
    if (!standsIn) return end;
  }
  if (!other) {
    yield* record(story, 'parked', { reason: `waits for its ${otherSide(side)}` });
    return ACK;
  }
  story.met = true;
  story.parkedBefore = stored.delivery !== incoming.deliveryId || Number(item.signals) > 1;
  const own = isMine ? mine : yield* whole(story, stored);
  if (Math.abs(own.ts - other.ts) > joins.maxTimeDiffMs) {
    const gone = yield* giveUpOlder(story, joins, key, side, own, other);
    return typeof gone === 'boolean' ? ACK : gone;
  }
  // Both are in hand from here on, though the other one's body may be away.
  nameHalves(story, side, own, other);
  return bothHalves(story, work, side, own, yield* whole(story, other));
}

function* park(story: Story, plan: TierPlan, joins: JoinPlan, key: string, side: Side, mine: Half): Step<Item> {
  const at = yield* now();
  const expiry = expiresAt(at + joins.ttlMs);
  const alive = absentOr(EXPIRES_AT, '>', at / 1_000);
  const half = mine as unknown as Json;
  const latest = side === 'signal' && joins.signals === 'latest';
  const result: UpdateResult = yield* write(story, {
    key,
    // The time of a half stands beside it, whatever the policy: conditions can ask for it.
    setIfAbsent: {
      [EXPIRES_AT]: expiry,
      ...(!latest && { [side]: half, [timeOf(side)]: mine.ts }),
    },
    ...(latest
      ? {
          set: { signal: half, signalTs: mine.ts },
          add: { signals: 1 },
          when: [alive, absentOr('signalTs', '<=', mine.ts)],
        }
      : { when: [alive] }),
  });
  if (result.applied) {
    if (latest && result.item.done === undefined && Number(result.item.signals) > 1)
      yield* record(story, 'duplicate', { reason: 'replaces an earlier signal' });
    return result.item;
  }
  const inTheWay = result.item ?? {};
  if (latest && Number(inTheWay[EXPIRES_AT]) > at / 1_000) return inTheWay;
  const replaced = yield* replaceExpired(story, plan, key, side, mine, expiry, at, inTheWay);
  return replaced ?? (yield* park(story, plan, joins, key, side, mine));
}

/** The table deletes late: an item past its time still lies there, counts as gone, and is replaced once it is decided on. */
function* replaceExpired(
  story: Story,
  plan: TierPlan,
  key: string,
  side: Side,
  mine: Half,
  expiry: number,
  at: number,
  old: Item,
): Step<Item | undefined> {
  const { [side]: _, ...rest } = old;
  const other = otherSide(side);
  const again = halfOf(old, side)?.id === mine.id;
  const { records, reply } = expiredHalves(plan, story.envelope!.flow, again ? rest : old, at);
  // Told first: once the item is replaced, nobody knows of the old halves any more.
  for (const expired of records) yield { do: 'log', record: expired };
  if (reply) {
    story.calls.table += 1;
    yield { do: 'reply', ...reply };
  }
  const result = yield* write(story, {
    key,
    set: { [side]: mine as unknown as Json, [timeOf(side)]: mine.ts, [EXPIRES_AT]: expiry },
    remove: [other, timeOf(other), 'done', 'by', 'owner', 'message', 'lease', 'signals', 'failed'],
    // A half that came meanwhile has not been told of, and is not to go unheard.
    when: [{ attribute: EXPIRES_AT, is: '<=', value: at / 1_000 }, asIn(old, 'data'), asIn(old, 'signal')],
  });
  return result.applied ? result.item : undefined; // Someone else may have replaced, deleted or joined it meanwhile.
}

/** The condition that a side is as it was: empty, or with the half of that time. */
function asIn(item: Item, side: Side): Condition {
  if (item[side] === undefined) return { attribute: side, is: 'absent' };
  const ts = item[timeOf(side)];
  return ts === undefined
    ? { attribute: side, is: 'present' }
    : { attribute: timeOf(side), is: '=', value: Number(ts) };
}

/**
 * Halves too far apart in event time: the older one goes, the newer waits on for a partner of its own time. Whether the older
 * one is gone; an outcome where somebody is at work on it.
 */
function* giveUpOlder(
  story: Story,
  joins: JoinPlan,
  key: string,
  side: Side,
  mine: Half,
  other: Half,
): Step<boolean | Outcome> {
  const mineIsOlder = mine.ts < other.ts;
  const olderSide = mineIsOlder ? side : otherSide(side);
  const apart = Math.abs(mine.ts - other.ts);
  const older = mineIsOlder ? mine : other;
  yield* record(story, 'skewed', {
    reason: `data and signal are ${apart} ms apart, ${joins.maxTimeDiffMs} are allowed; the older half ${older.id} is given up`,
  });
  const at = yield* now();
  const isFree = absentOr('lease', '<=', at);
  // Logged first: once the older half is gone, nobody can see that there were two. Another one may have taken its place
  // meanwhile, and is not given up with it; and whoever took the two before the newer one came is to find both in a retry.
  const { applied, item } = yield* write(story, {
    key,
    remove: [olderSide, timeOf(olderSide), ...(olderSide === 'signal' ? ['signals'] : []), 'failed'],
    when: [{ attribute: olderSide, is: 'present' }, absentOr(timeOf(olderSide), '=', older.ts), isFree],
  });
  const left = item && halfOf(item, olderSide);
  if (applied || left?.id !== older.id || left.ts !== older.ts) return true;
  return Number(item?.lease) > at
    ? yield* later(story, at, Number(item!.lease) - at + 100, 'another message of this flow is at work')
    : false;
}

function* duplicate(story: Story, reason: string): Step<Outcome> {
  yield* record(story, 'duplicate', { reason });
  return ACK;
}

function bothHalves(story: Story, work: Work, side: Side, mine: Half, other: Half): Work {
  const [data, signal] = side === 'data' ? [mine, other] : [other, mine];
  // What the flow's own message said counts; what its data's said fills the gaps.
  story.envelope = { ...story.envelope!, ...passedOn(data), ...passedOn(signal) };
  return {
    ...work,
    ts: signal.ts,
    hop: signal.hop,
    data: data.data,
    objects: data.objects ?? {},
    signal: signal.signal,
  };
}

function nameHalves(story: Story, side: Side, mine: Half, other: Half): void {
  const [data, signal] = side === 'data' ? [mine, other] : [other, mine];
  story.inputs = [
    { id: data.id, kind: 'data', ts: data.ts },
    { id: signal.id, kind: 'signal', ts: signal.ts },
  ];
}

/** What an envelope says about the flow as a whole, for as long as the flow is parked. */
function passedOn(from: Envelope | Half): Pick<Half, 'audit' | 'reply' | 'deadline' | 'fair' | 'trace'> {
  const { audit, reply, deadline, fair, trace } = from;
  return {
    ...(audit && { audit }),
    ...(reply && { reply }),
    ...(deadline !== undefined && { deadline }),
    ...(fair !== undefined && { fair }),
    ...(trace && { trace }),
  };
}

/** The half as the table can hold it. */
function* fitting(story: Story, plan: TierPlan, half: Half): Step<Half> {
  const text = JSON.stringify(half);
  if (text.length <= MAX_HALF_CHARS) return half;
  story.calls.object += 1;
  // A sender chooses the id of its message, and must not choose what it writes over; and what it sends again at another time
  // must not write over the half that waits.
  const name = derivedId(half.id, story.envelope!.flow, text);
  const stored = yield* store(`${halvesOf(plan.tier.name)}${name}`, text);
  return { id: half.id, ts: half.ts, hop: half.hop, stored, ...passedOn(half) };
}

function* whole(story: Story, half: Half): Step<Half> {
  if (!half.stored) return half;
  story.calls.object += 1;
  return JSON.parse(yield* load(half.stored)) as Half;
}
