import { describe, expect, test } from 'vitest';
import type { Json } from '../../lib/core/json.ts';
import type { Effect } from '../../lib/core/step/effects.ts';
import type { Item } from '../../lib/core/table-update.ts';
import { type AnyTier, drop } from '../../lib/index.ts';
import { ByHand, type Done, dataOf, signalOf } from '../support/by-hand.ts';
import { carrying, cheap, joining } from '../support/tiers.ts';

/* Who gets a flow where several deliveries of it are at work at once: what each write says, and what each hears. */

const START = Date.UTC(2026, 0, 1);
const DAY_MS = 86_400_000;
const TTL_MS = 60_000;
const timeout = '10s';
const LEASE_MS = 10_000 + 5_000 + 1_000;
const VISIBILITY_MS = 6 * (10_000 + 5_000);
const at = (ms: number): number => (START + ms) / 1_000;
const free = { any: [expect.anything(), { attribute: 'lease', is: '<=', value: START }] };

const once = (extra: object = {}) =>
  new ByHand([cheap({ extra: { delivery: 'once', timeout, ...extra } }), carrying()]);
const join = (extra: object = {}) => new ByHand([cheap(), joining({ timeout, ...extra }, { ttl: '1m' }) as AnyTier]);
const ONCE = 'once#cheap#f';
const JOIN = 'join#dear#f';
const half = { id: 'd', ts: START, hop: 0, data: { photo: 'p' }, objects: {} };
const signalHalf = { id: 's', ts: START, hop: 1, signal: signalOf().signal } as unknown as Json;
/** A join whose data waits for the signal. */
function parked(item: Item = {}, extra: object = {}): ByHand {
  const hand = join(extra);
  hand.table.set(JOIN, { data: half, expiresAt: at(TTL_MS), ...item });
  return hand;
}
const isClaim = (effect: Effect) => effect.do === 'table' && effect.update.set?.lease !== undefined;
const isDone = (effect: Effect) => effect.do === 'table' && effect.update.set?.done !== undefined;
/** Somebody else is quicker by a moment, and leaves this. */
function justBefore(hand: ByHand, which: (effect: Effect) => boolean, left: Item | undefined): void {
  hand.meddle = (effect) => {
    if (!which(effect) || effect.do !== 'table') return undefined;
    if (left) hand.table.set(effect.update.key, left);
    else hand.table.delete(effect.update.key);
    return undefined;
  };
}
const fails = () => ({ error: new Error('no luck'), fetched: { bytes: 0, calls: 0 } });

describe('a claim', () => {
  test('of a flow asks that nobody has it or had it, unless that is past its time', () => {
    const { updates } = once().take('cheap', dataOf());
    expect(updates).toEqual([
      {
        key: ONCE,
        set: { owner: 'delivery', message: 'm', lease: START + LEASE_MS, expiresAt: at(4 * DAY_MS) },
        remove: ['done', 'by'],
        when: [
          {
            any: [
              { attribute: 'done', is: 'absent' },
              { attribute: 'expiresAt', is: '<=', value: at(0) },
            ],
          },
          free,
        ],
      },
      {
        key: ONCE,
        set: { done: expect.any(String), by: 'delivery', expiresAt: at(4 * DAY_MS) },
        remove: ['owner', 'message', 'lease', 'data', 'dataTs', 'signal', 'signalTs', 'signals'],
        when: [{ attribute: 'owner', is: '=', value: 'delivery' }],
      },
    ]);
  });

  test('of a join asks that both halves are there and have time', () => {
    const { updates } = parked({ failed: 1 }).take('dear', signalOf());
    expect(updates[1]).toEqual({
      key: JOIN,
      set: {
        owner: 'delivery',
        message: 'm',
        lease: START + LEASE_MS,
        expiresAt: at(VISIBILITY_MS + TTL_MS),
      },
      remove: ['failed'],
      when: [
        { attribute: 'done', is: 'absent' },
        free,
        { attribute: 'data', is: 'present' },
        { attribute: 'signal', is: 'present' },
        {
          any: [
            { attribute: 'expiresAt', is: 'absent' },
            { attribute: 'expiresAt', is: '>', value: at(0) },
          ],
        },
      ],
    });
  });

  test.each<[string, Item | undefined, object, object]>([
    [
      'done meanwhile, and both halves came again',
      { data: half, signal: half, done: 'x', expiresAt: at(DAY_MS) },
      { decision: 'duplicate', reason: 'the flow is done here already (output x)' },
      { end: 'ack' },
    ],
    [
      'done long ago',
      { done: 'x', expiresAt: at(0) },
      { decision: 'duplicate', reason: 'the flow is done here already (output x)' },
      { end: 'ack' },
    ],
    [
      'done by this very message',
      { done: 'x', message: 'm', expiresAt: at(DAY_MS) },
      { decision: 'duplicate', reason: 'the flow is done here already (output x)' },
      { end: 'ack' },
    ],
    [
      'out of time this very second',
      { data: half, signal: half, expiresAt: at(0) },
      { decision: 'throttled', reason: 'its halves ran out of time meanwhile', until: START + 1_000 },
      { end: 'retry', afterMs: 1_000 },
    ],
    ['gone', undefined, { decision: 'duplicate' }, { end: 'ack' }],
    [
      'in work by another delivery of the message',
      { data: half, signal: half, message: 'm', lease: START + 5, expiresAt: at(1_000) },
      { decision: 'throttled', reason: 'another delivery of this message is at work', until: START + 105 },
      { end: 'retry', afterMs: 105 },
    ],
    [
      'in work by another message',
      { data: half, signal: half, message: 'n', lease: START + 5, expiresAt: at(1_000) },
      { decision: 'duplicate', reason: 'another message of this flow is at work' },
      { end: 'ack' },
    ],
  ])('of a join is refused where it is %s', (_, left, says, end) => {
    const hand = parked();
    justBefore(hand, isClaim, left);
    const done = hand.take('dear', signalOf());
    expect(done.record).toMatchObject(says);
    expect(done.end).toEqual(end);
    expect(done.effects.some((effect) => effect.do === 'predict')).toBe(false);
    expect(hand.table.get(JOIN)).toEqual(left);
  });

  test('whose lease has run out, and that is not taken over yet, comes back in a moment', () => {
    const hand = parked();
    justBefore(hand, isClaim, { data: half, message: 'm', lease: START - 5_000, expiresAt: at(1_000) });
    expect(hand.take('dear', signalOf()).end).toEqual({ end: 'retry', afterMs: 100 });
  });
});

describe('halves that meet while a message is at work twice', () => {
  const photo = dataOf({ id: 'd', data: { photo: 'p' } });
  /** What the photo's own delivery comes to while `working` is at work on both halves. */
  function meanwhile(hand: ByHand, working: () => Done): Done {
    let other: Done | undefined;
    hand.predict = () => {
      other = hand.take('dear.photos', photo, { id: 'photo', deliveryId: 'photo 1' });
      return {};
    };
    expect(working().records.at(-1)!.decision).toBe('accepted');
    return other!;
  }

  test('stay for their last message: the first of its deliveries has parked it, and may delete it at any time', () => {
    const hand = join();
    const signal = (delivery: number) =>
      hand.take('dear', signalOf(), { id: 'signal', deliveryId: `signal ${delivery}` });
    expect(signal(1)).toMatchObject({ end: { end: 'ack' }, record: { decision: 'parked' } });
    hand.table.set(JOIN, { ...hand.table.get(JOIN), data: { ...half, delivery: 'photo 1' } });
    const { end, record } = meanwhile(hand, () => signal(2));
    expect(record).toMatchObject({ decision: 'throttled', reason: 'another message of this flow is at work' });
    expect(end).toEqual({ end: 'retry', afterMs: LEASE_MS + 100 });
  });

  test('need no other message where the one at work was delivered once', () => {
    const hand = parked({ data: { ...half, delivery: 'photo 1' } });
    const { end, record } = meanwhile(hand, () => hand.take('dear', signalOf(), { id: 'signal' }));
    expect(record).toMatchObject({ decision: 'duplicate', reason: 'another message of this flow is at work' });
    expect(end).toEqual({ end: 'ack' });
  });

  test('count as parked before where a later signal took the place of one', () => {
    const hand = new ByHand([cheap(), joining({ timeout }, { ttl: '1m', signals: 'latest' }) as AnyTier]);
    const signal = (delivery: number) =>
      hand.take('dear', signalOf(), { id: 'signal', deliveryId: `signal ${delivery}` });
    expect(signal(1).record.decision).toBe('parked');
    hand.table.set(JOIN, { ...hand.table.get(JOIN), data: { ...half, delivery: 'photo 1' } });
    expect(meanwhile(hand, () => signal(2)).end).toMatchObject({ end: 'retry' });
  });
});

describe('a flow that ends here without a prediction sent on', () => {
  const taken = {
    data: half,
    signal: signalHalf,
    owner: 'other',
    message: 'm',
    lease: START + 5,
    expiresAt: at(1_000),
  };
  const ways: readonly [string, object, object][] = [
    ['expired', {}, { deadline: START - 1 }],
    ['dropped', { gates: { destination: () => drop } }, {}],
  ];

  test.each(ways)(
    '%s, comes back where another delivery of its message has taken the claim',
    (decision, extra, says) => {
      const hand = parked({}, extra);
      justBefore(hand, isDone, taken);
      const { records, end } = hand.take('dear', signalOf(says));
      expect(records.map((record) => record.decision)).toEqual([decision, 'throttled']);
      expect(end).toEqual({ end: 'retry', afterMs: 105 });
    },
  );

  test.each(ways)('%s, is acknowledged where it was done meanwhile', (decision, extra, says) => {
    const hand = parked({}, extra);
    justBefore(hand, isDone, { done: 'x', expiresAt: at(DAY_MS) });
    const { records, end } = hand.take('dear', signalOf(says));
    expect(records.map((record) => record.decision)).toEqual([decision, 'duplicate']);
    expect(end).toEqual({ end: 'ack' });
  });
});

describe('a mark', () => {
  test('that was written by a try before this one counts', () => {
    const hand = once();
    justBefore(hand, isDone, { done: 'x', by: 'delivery', expiresAt: at(DAY_MS) });
    expect(hand.take('cheap', dataOf()).record).toMatchObject({ decision: 'escalated' });
  });

  test.each<[string, Item | undefined]>([
    ['of another delivery', { done: 'x', by: 'other', expiresAt: at(DAY_MS) }],
    ['that is not there, nor the claim', undefined],
  ])('%s makes this one’s work a duplicate', (_, left) => {
    for (const [tiers, queue, message, says] of [
      [[cheap({ extra: { delivery: 'once' } }), carrying()], 'cheap', dataOf(), 'escalated'],
      [[cheap({ sure: () => 1, extra: { delivery: 'once' } }), carrying()], 'cheap', dataOf(), 'accepted'],
      [[cheap(), carrying({ delivery: 'once' })], 'dear', signalOf({ data: { n: 1 }, audit: true }), 'audited'],
    ] as const) {
      const hand = new ByHand(tiers as never);
      hand.predict = () => ({ output: { guess: 'g', sure: says === 'accepted' ? 1 : 0 } });
      expect(hand.take(queue, message, { id: 'other' }).record.decision).toBe(says);
      hand.table.clear();
      justBefore(hand, isDone, left);
      const { records, end } = hand.take(queue, message);
      expect(records.map(({ decision }) => decision)).toEqual(['duplicate']);
      expect(end).toEqual({ end: 'ack' });
    }
  });
});

test('a claim that was lost, and that whoever took it has given back, is taken again: nobody else may be there', () => {
  for (const [hand, queue, message, left] of [
    [once(), 'cheap', dataOf(), { expiresAt: at(DAY_MS) }],
    [parked(), 'dear', signalOf(), { data: half, signal: signalHalf, expiresAt: at(TTL_MS) }],
  ] as const) {
    justBefore(hand, isDone, left);
    const { records, end } = hand.take(queue, message);
    expect(end).toEqual({ end: 'retry', afterMs: 1_000 });
    expect(records).toMatchObject([
      { decision: 'throttled', reason: 'its claim was taken and given back meanwhile', until: START + 1_000 },
    ]);
    hand.meddle = () => undefined;
    expect(hand.take(queue, message).record.decision).toMatch(/^(escalated|accepted)$/);
  }
});

describe('a task that fails gives back', () => {
  test('its own claim, and what a join waits for stays', () => {
    const hand = once();
    hand.predict = fails;
    expect(hand.take('cheap', dataOf()).updates.slice(1)).toEqual([
      {
        key: ONCE,
        remove: ['owner', 'message', 'lease'],
        when: [{ attribute: 'owner', is: '=', value: 'delivery' }],
      },
    ]);
    const joins = parked();
    joins.predict = fails;
    const { updates, record } = joins.take('dear', signalOf());
    expect(updates.slice(2)).toEqual([
      {
        key: JOIN,
        set: { expiresAt: Math.ceil((record.until! + VISIBILITY_MS + TTL_MS) / 1_000) },
        remove: ['owner', 'message', 'lease'],
        when: [{ attribute: 'owner', is: '=', value: 'delivery' }],
      },
    ]);
  });

  test('its halves for good once it is given up, those of a join alone', () => {
    const retry = { maxAttempts: 1 };
    const joins = parked({}, { retry });
    joins.predict = fails;
    const { updates, record } = joins.take('dear', signalOf());
    expect(record.decision).toBe('failed');
    const expiresAt = at(14 * DAY_MS + VISIBILITY_MS + TTL_MS);
    expect(updates.at(-1)).toMatchObject({ key: JOIN, set: { expiresAt, failed: 1 } });
    const hand = once({ retry });
    hand.predict = fails;
    expect(hand.take('cheap', dataOf()).updates.at(-1)).not.toHaveProperty('set');
  });

  test('halves that it had in hand before it claimed them', () => {
    const away = { ...half, stored: { bucket: 'b', key: 'gone', size: 1, sha256: 's' } };
    const both = [
      { attribute: 'data', is: 'present' },
      { attribute: 'signal', is: 'present' },
    ];
    for (const maxAttempts of [2, 1]) {
      const hand = parked({ data: away as unknown as Json }, { retry: { maxAttempts } });
      hand.meddle = (effect) => (effect.do === 'load' ? { error: new Error('gone') } : undefined);
      const { updates, record } = hand.take('dear', signalOf());
      const until = record.until ?? START + 14 * DAY_MS;
      const expiresAt = Math.ceil((until + VISIBILITY_MS + TTL_MS) / 1_000);
      expect(updates.slice(1)).toEqual([
        { key: JOIN, set: { expiresAt, ...(maxAttempts === 1 && { failed: 1 }) }, when: both },
      ]);
    }
  });

  test('halves that wait for their turn, as halves that have not failed', () => {
    const hand = parked({}, { pace: { minInterval: '1s' } });
    hand.table.set('pace#dear', { next: START + 500 });
    const { updates, record } = hand.take('dear', signalOf());
    expect(record).toMatchObject({ decision: 'throttled', until: START + 500 });
    expect(updates.at(-1)).toMatchObject({ key: JOIN, when: [{ attribute: 'data' }, { attribute: 'signal' }] });
    expect(updates.at(-1)!.set).toEqual({ expiresAt: Math.ceil(at(500 + VISIBILITY_MS + TTL_MS)) });
  });

  test('nothing, where it had claimed nothing', () => {
    const hand = new ByHand([cheap(), carrying()]);
    hand.predict = fails;
    expect(hand.take('cheap', dataOf()).updates).toEqual([]);
  });
});

test('a flow is claimed only where it is delivered once, joined, or deletes its objects', () => {
  const photo = { bucket: 'b', key: 'k', size: 1, sha256: 's' };
  for (const [extra, objects, claims] of [
    [{}, {}, 0],
    [{ delivery: 'at-least-once' }, {}, 0],
    [{ delivery: 'once' }, {}, 2],
    [{ objects: { photo: {} } }, { photo }, 0],
    [{ objects: { other: {}, photo: { deleteAfter: 'accepted' } } }, { other: photo, photo }, 2],
  ] as const) {
    const { updates } = new ByHand([cheap({ extra }), carrying()]).take('cheap', dataOf({ objects }));
    expect(updates.map(({ key }) => key)).toEqual(Array(claims).fill(ONCE));
  }
});
