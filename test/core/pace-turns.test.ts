import { describe, expect, test } from 'vitest';
import { ByHand, dataOf } from '../support/by-hand.ts';
import type { TestCascade } from '../support/cascade.ts';
import { started } from '../support/started.ts';
import { carrying, cheap } from '../support/tiers.ts';

/* Who goes when at a tier that is paced, to the millisecond, with clocks that differ. */

const START = Date.UTC(2026, 0, 1);
const MINUTE_MS = 60_000;
const begin = (onThrottle: string, extra: object = {}) =>
  started({
    tiers: [
      cheap({ sure: () => 1, extra: { pace: { minInterval: '1s', onThrottle }, batch: { size: 1 }, ...extra } }),
      carrying(),
    ],
  });
const item = (cascade: TestCascade) => cascade.cloud.table.get('pace#cheap');
const set = (cascade: TestCascade, values: Record<string, number | string>) =>
  cascade.cloud.table.update({ key: 'pace#cheap', set: values });
const last = (cascade: TestCascade) => cascade.records.at(-1)!;

async function arrives(cascade: TestCascade, flowId: string, ts = cascade.clock.now()): Promise<string> {
  await cascade.send('cheap', { n: 1 }, { flowId, at: new Date(ts) });
  await cascade.deliver('cheap');
  return last(cascade).decision;
}

describe.each(['queue', 'latest', 'drop'])('a tier that is paced (%s)', (onThrottle) => {
  test('takes the next message as soon as the interval is over, and not before', async () => {
    const cascade = await begin(onThrottle);
    expect(await arrives(cascade, 'a')).toBe('accepted');
    expect(await item(cascade)).toMatchObject({ next: START + 1_000 });
    cascade.clock.advance(999);
    expect(await arrives(cascade, 'b')).toBe('throttled');
    cascade.clock.advance(1);
    if (onThrottle === 'drop') expect(await arrives(cascade, 'c')).toBe('accepted');
    else {
      await cascade.deliver('cheap');
      expect(cascade.decisions('b')).toEqual(['cheap:throttled', 'cheap:accepted']);
    }
    expect(await item(cascade)).toMatchObject({ next: START + 2_000 });
  });

  test('does not wait for a turn that a clock set a minute too far ahead', async () => {
    const cascade = await begin(onThrottle);
    await set(cascade, { next: START + 1_000 + MINUTE_MS });
    expect(await arrives(cascade, 'a')).toBe('throttled');
    const other = await begin(onThrottle);
    await set(other, { next: START + 1_000 + MINUTE_MS + 1 });
    expect(await arrives(other, 'a')).toBe('accepted');
    expect(await item(other)).toMatchObject({ next: START + 1_000 });
  });
});

test('drop says how much too early a message came', async () => {
  const cascade = await begin('drop');
  await arrives(cascade, 'a');
  cascade.clock.advance(400);
  await arrives(cascade, 'b');
  expect(last(cascade)).toMatchObject({
    decision: 'throttled',
    reason: 'dropped: the next prediction is due in 600 ms',
    calls: { queue: 0, table: 1, object: 0 },
  });
  expect(last(cascade)).not.toHaveProperty('until');
});

describe('a line', () => {
  test('gives each message its own turn, and the same message the same turn again', async () => {
    const cascade = await begin('queue');
    for (const flow of ['a', 'b', 'c']) await arrives(cascade, flow);
    expect(await item(cascade)).toEqual({ next: START + 1_000, tail: START + 2_000 });
    expect(cascade.records.slice(1)).toMatchObject([
      { flow: 'b', reason: 'waits for its turn', until: START + 1_000 },
      { flow: 'c', reason: 'waits for its turn', until: START + 2_000 },
    ]);
    cascade.clock.advance(999);
    expect(await cascade.deliver('cheap')).toBe(0);
    cascade.clock.advance(1);
    expect(await cascade.deliver('cheap')).toBe(1);
    expect(last(cascade)).toMatchObject({ flow: 'b', decision: 'accepted' });
  });

  test('begins anew behind the next turn once it has been worked off', async () => {
    const cascade = await begin('queue');
    for (const flow of ['a', 'b']) await arrives(cascade, flow);
    cascade.clock.advance(5_000);
    await cascade.deliver('cheap');
    expect(await item(cascade)).toEqual({ next: START + 6_000, tail: START + 1_000 });
    await arrives(cascade, 'c');
    expect(last(cascade)).toMatchObject({ flow: 'c', until: START + 6_000 });
    expect(await item(cascade)).toEqual({ next: START + 6_000, tail: START + 6_000 });
  });

  test('lets a message that has waited, and is early by a moment, wait for that moment alone', async () => {
    const cascade = await begin('queue');
    for (const flow of ['a', 'b']) await arrives(cascade, flow);
    cascade.clock.advance(1_000);
    // Another took the turn at this very moment: its turn is one interval away, and no new place in line is taken.
    await set(cascade, { next: START + 2_000 });
    await cascade.deliver('cheap');
    expect(last(cascade)).toMatchObject({ flow: 'b', decision: 'throttled', until: START + 2_000 });
    expect(await item(cascade)).toMatchObject({ tail: START + 1_000 });
  });

  test('makes a message that has waited, and is early by more than an interval, line up again', async () => {
    const cascade = await begin('queue');
    for (const flow of ['a', 'b']) await arrives(cascade, flow);
    cascade.clock.advance(1_000);
    await set(cascade, { next: START + 2_001, tail: START + 3_000 });
    await cascade.deliver('cheap');
    expect(last(cascade)).toMatchObject({ flow: 'b', until: START + 4_000 });
  });
});

describe('the latest', () => {
  test('waits, and those before it are dropped when they come back', async () => {
    const cascade = await begin('latest');
    await arrives(cascade, 'a', START);
    await arrives(cascade, 'b', START + 1);
    await arrives(cascade, 'c', START + 3);
    await arrives(cascade, 'd', START + 2);
    expect(await item(cascade)).toMatchObject({ latestTs: START + 3, latestId: expect.any(String) });
    expect(cascade.records.slice(1)).toMatchObject([
      { flow: 'b', reason: 'waits for its turn', until: START + 1_000 },
      { flow: 'c', reason: 'waits for its turn', until: START + 1_000 },
      { flow: 'd', reason: 'dropped: a later message took its place' },
    ]);
    cascade.clock.advance(1_000);
    await cascade.deliver('cheap');
    await cascade.deliver('cheap');
    expect(cascade.decisions('b').at(-1)).toBe('cheap:throttled');
    expect(cascade.records.filter(({ flow }) => flow === 'b').at(-1)).toMatchObject({
      reason: 'dropped: a later message took its place',
    });
    expect(cascade.decisions('c')).toEqual(['cheap:throttled', 'cheap:accepted']);
  });

  test('is not for ever a message whose clock is ahead of all others', async () => {
    const cascade = await begin('latest');
    await arrives(cascade, 'a', START);
    await arrives(cascade, 'ahead', START + 10 * MINUTE_MS);
    expect(await item(cascade)).toMatchObject({ latestTs: START + MINUTE_MS });
    cascade.clock.advance(2 * MINUTE_MS);
    await cascade.deliver('cheap');
    expect(cascade.decisions('ahead').at(-1)).toBe('cheap:accepted');
    cascade.clock.advance(1_000);
    expect(await arrives(cascade, 'on time')).toBe('accepted');
  });

  test('comes back a moment later at least, and two of one time do not push each other out', async () => {
    const cascade = await begin('latest');
    await arrives(cascade, 'a', START);
    await arrives(cascade, 'b', START + 1);
    await arrives(cascade, 'c', START + 1);
    expect(last(cascade)).toMatchObject({ flow: 'c', reason: 'dropped: a later message took its place' });
    await set(cascade, { next: START });
    await set(cascade, { latestTs: START + 2 });
    cascade.clock.advance(1_000);
    await cascade.deliver('cheap');
    expect(cascade.decisions('b').at(-1)).toBe('cheap:throttled');
  });
});

test('waits are not tries: a message that waited ten times has all its tries left', async () => {
  let fails = 2;
  const predict = () => {
    fails -= 1;
    if (fails >= 0) throw new Error('not yet');
    return { guess: '', sure: 1 };
  };
  const cascade = await begin('queue', { predict, retry: { maxAttempts: 3, backoff: '1s' } });
  await cascade.send('cheap', { n: 1 }, { flowId: 'f' });
  for (let wait = 0; wait < 10; wait += 1) {
    await set(cascade, { next: cascade.clock.now() + 1 });
    await cascade.deliver('cheap');
    cascade.clock.advance(1_001);
  }
  await cascade.drain();
  const decided = cascade.records.filter(({ decision }) => decision !== 'throttled');
  expect(decided.map(({ decision, attempt }) => `${decision} ${decision === 'retried' ? attempt : ''}`)).toEqual([
    'retried 1',
    'retried 2',
    'accepted ',
  ]);
});

describe('a turn, write by write', () => {
  const byHand = (onThrottle: string, slot: Record<string, number | string> = {}) => {
    const hand = new ByHand([
      cheap({ extra: { pace: { minInterval: '1s', onThrottle }, delivery: 'once' } }),
      carrying(),
    ]);
    hand.table.set('pace#cheap', slot);
    return hand;
  };
  const due = {
    any: [
      {
        any: [
          { attribute: 'next', is: 'absent' },
          { attribute: 'next', is: '<=', value: START },
        ],
      },
      { attribute: 'next', is: '>', value: START + 1_000 + MINUTE_MS },
    ],
  };
  const latest = (is: string) => ({
    any: [
      { attribute: 'latestTs', is: 'absent' },
      { attribute: 'latestTs', is, value: START },
    ],
  });

  test.each([
    ['queue', [due]],
    ['drop', [due]],
    ['latest', [due, latest('<=')]],
  ])('is taken by who is due, and among the latest by none that is older: %s', (onThrottle, when) => {
    const { updates, record } = byHand(onThrottle).take('cheap', dataOf());
    expect(updates[0]).toEqual({ key: 'pace#cheap', set: { next: START + 1_000 }, when });
    expect(record.decision).toBe('escalated');
  });

  test('is marked by the latest, be it the same message again', () => {
    const hand = byHand('latest', { next: START + 500 });
    const { updates, end, record } = hand.take('cheap', dataOf());
    expect(updates.slice(1)).toEqual([
      {
        key: 'pace#cheap',
        set: { latestTs: START, latestId: 'm' },
        when: [{ any: [latest('<'), { attribute: 'latestId', is: '=', value: 'm' }] }],
      },
    ]);
    expect(record.until).toBe(START + 500);
    expect(end).toEqual({ end: 'retry', afterMs: 500 });
    // Delivered twice, it does not push itself out.
    expect(hand.take('cheap', dataOf()).end).toEqual(end);
    expect(hand.take('cheap', dataOf(), { id: 'n' }).end).toEqual({ end: 'ack' });
  });

  test('that is due waits a millisecond for a later message whose mark is its own', () => {
    const { record, end } = byHand('latest', { next: START, latestTs: START + 9, latestId: 'm' }).take(
      'cheap',
      dataOf(),
    );
    expect(record).toMatchObject({ decision: 'throttled', until: START + 1 });
    expect(end).toEqual({ end: 'retry', afterMs: 1 });
  });

  test('that was refused by an item which is gone, is due at once', () => {
    const hand = byHand('queue');
    hand.meddle = (effect) =>
      effect.do === 'table' && effect.update.set?.next ? { value: { applied: false, item: undefined } } : undefined;
    expect(hand.take('cheap', dataOf())).toMatchObject({
      end: { end: 'retry', afterMs: 1 },
      record: { decision: 'throttled', until: START },
    });
  });

  test('of a flow that is dropped is claimed, told of, and marked', () => {
    const done = byHand('drop', { next: START + 500 }).take('cheap', dataOf({ reply: true }));
    expect(done.updates.slice(1)).toMatchObject([{ key: 'once#cheap#f' }, { set: { done: 'throttled' } }]);
    expect(done.effects.map((effect) => effect.do).slice(-5)).toEqual(['reply', 'now', 'log', 'now', 'table']);
  });
});
