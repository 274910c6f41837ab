import { describe, expect, test } from 'vitest';
import { derivedId } from '../../lib/core/identity.ts';
import type { Json } from '../../lib/core/json.ts';
import { expireItem } from '../../lib/core/step/expire.ts';
import type { Item } from '../../lib/core/table-update.ts';
import type { AnyTier } from '../../lib/index.ts';
import { ByHand, dataOf, signalOf } from '../support/by-hand.ts';
import { cheap, joining } from '../support/tiers.ts';

/* How two halves meet, to the write: each may come again, late, large, or just as another one takes its place. */

const START = Date.UTC(2026, 0, 1);
const TTL_MS = 60_000;
const at = (ms: number): number => (START + ms) / 1_000;
const KEY = 'join#dear#f';
const ALIVE = {
  any: [
    { attribute: 'expiresAt', is: 'absent' },
    { attribute: 'expiresAt', is: '>', value: at(0) },
  ],
};
const photoOf = (extra: object = {}) => dataOf({ data: { photo: 'p' }, ...extra });
const said = { id: 'd', ts: START, hop: 0, data: { photo: 'p' }, objects: {} };
const data = { ...said, delivery: 'delivery' };
const signal = { id: 's', ts: START, hop: 1, signal: signalOf().signal, delivery: 'delivery' };

function joins(options: object = {}, item?: Item, extra: object = {}): ByHand {
  const hand = new ByHand([cheap(), joining(extra, { ttl: '1m', ...options }) as AnyTier]);
  if (item) hand.table.set(KEY, item);
  return hand;
}
const waiting = (item: object): Item => ({ expiresAt: at(TTL_MS), ...item }) as Item;
const asked = (done: ReturnType<ByHand['take']>) =>
  done.effects.flatMap((effect) => (effect.do === 'predict' ? [effect.ask] : []));

describe('a half is parked', () => {
  test.each<[string, object, string, object, object]>([
    [
      'data',
      {},
      'dear.photos',
      photoOf(),
      { setIfAbsent: { expiresAt: at(TTL_MS), data, dataTs: START }, when: [ALIVE] },
    ],
    [
      'data, where the latest signal counts',
      { signals: 'latest' },
      'dear.photos',
      photoOf(),
      { setIfAbsent: { expiresAt: at(TTL_MS), data, dataTs: START }, when: [ALIVE] },
    ],
    [
      'a first signal',
      {},
      'dear',
      signalOf(),
      { setIfAbsent: { expiresAt: at(TTL_MS), signal, signalTs: START }, when: [ALIVE] },
    ],
    [
      'a latest signal',
      { signals: 'latest' },
      'dear',
      signalOf(),
      {
        setIfAbsent: { expiresAt: at(TTL_MS) },
        set: { signal, signalTs: START },
        add: { signals: 1 },
        when: [
          ALIVE,
          {
            any: [
              { attribute: 'signalTs', is: 'absent' },
              { attribute: 'signalTs', is: '<=', value: START },
            ],
          },
        ],
      },
    ],
  ])('in one write: %s', (_, options, queue, message, update) => {
    const done = joins(options).take(queue, message);
    expect(done.updates).toStrictEqual([{ key: KEY, ...update }]);
    expect(done.record).toMatchObject({ decision: 'parked', calls: { table: 1 } });
    expect(done.end).toEqual({ end: 'ack' });
  });

  test('with all that its message says of the flow, and nothing that it does not', () => {
    const more = { audit: true, reply: true, deadline: START + 1, fair: 'shop', trace: { traceparent: 't' } } as const;
    const hand = joins();
    hand.take('dear.photos', photoOf(more));
    expect(hand.table.get(KEY)!.data).toEqual({ ...data, ...more });
  });
});

describe('halves that meet', () => {
  const objects = { o: { bucket: 'b', key: 'k', size: 3, sha256: 's' } };

  test.each<[string, object, object, string, object]>([
    ['the signal last', { data: { ...data, objects } }, { objects }, 'dear', signalOf()],
    ['the data last', { signal, signalTs: START }, { objects: {} }, 'dear.photos', photoOf()],
    ['data of a version that named no objects', { data: { ...data, objects: undefined } }, {}, 'dear', signalOf()],
  ])('are predicted on: %s', (_, item, { objects: brought = {} }: { objects?: object }, queue, message) => {
    const done = joins({}, waiting(JSON.parse(JSON.stringify(item)) as object)).take(queue, message);
    expect(asked(done)).toMatchObject([
      { data: { photo: 'p' }, signal: { guess: 'cheap 1', sure: 0 }, objects: brought, signalObjects: {} },
    ]);
    expect(asked(done)[0]!.objects).toEqual(brought);
    expect(done.record.in).toEqual([
      { id: 'd', kind: 'data', ts: START },
      { id: 's', kind: 'signal', ts: START },
    ]);
  });

  test('as large ones cost a put each where they come, and a get where the other one comes', () => {
    const photo = 'x'.repeat(70_000);
    const hand = joins();
    const name = derivedId('d', 'f', JSON.stringify({ ...said, data: { photo } }));
    const came = hand.take('dear.photos', photoOf({ data: { photo } }));
    expect(came.record.calls).toEqual({ queue: 0, table: 1, object: 1 });
    const stored = { bucket: 'b', key: `halves/dear/${name}`, size: expect.any(Number), sha256: expect.any(String) };
    expect(hand.table.get(KEY)!.data).toEqual({ id: 'd', ts: START, hop: 0, stored, delivery: 'delivery' });
    const guess = 'y'.repeat(70_000);
    const large = signalOf({ signal: { output: { guess, sure: 0 }, tier: 'cheap', version: 'v1' } });
    const met = hand.take('dear', large);
    expect(asked(met)).toMatchObject([{ data: { photo }, signal: { guess, sure: 0 } }]);
    expect(met.record.calls).toEqual({ queue: 1, table: 3, object: 2 });
    expect(met.effects.filter((effect) => effect.do === 'load')).toHaveLength(1);
  });

  test('of one’s own as it is stored, where it came before at another time', () => {
    const mine = { ...data, ts: START - 5, data: { photo: 'first' } };
    const done = joins({}, waiting({ data: mine, signal })).take('dear.photos', photoOf());
    expect(asked(done)).toMatchObject([{ data: { photo: 'first' } }]);
  });

  test('as far apart as may be; of those further apart the older one goes', () => {
    for (const [side, mineTs, otherTs, gone] of [
      ['dear', 0, 0, undefined],
      ['dear', 0, 1_000, undefined],
      ['dear', 1_000, 0, undefined],
      ['dear', 0, 1_001, 'signal'],
      ['dear', 1_001, 0, 'data'],
      ['dear.photos', 0, 1_001, 'data'],
      ['dear.photos', 1_001, 0, 'signal'],
    ] as const) {
      const [mine, other] = [{ ts: START + mineTs }, { ts: START + otherTs }];
      const isData = side === 'dear.photos';
      const lies = isData ? { signal: { ...signal, ...other } } : { data: { ...data, ...other } };
      const hand = joins({ maxTimeDiff: '1s' }, waiting(lies));
      const done = hand.take(side, isData ? photoOf(mine) : signalOf(mine));
      expect(asked(done)).toHaveLength(gone ? 0 : 1);
      if (!gone) continue;
      const older = gone === 'data' ? 'd' : 's';
      expect(done.record).toMatchObject({
        decision: 'skewed',
        reason: `data and signal are 1001 ms apart, 1000 are allowed; the older half ${older} is given up`,
      });
      expect(done.updates.slice(1)).toEqual([
        {
          key: KEY,
          remove: gone === 'signal' ? ['signal', 'signalTs', 'signals', 'failed'] : ['data', 'dataTs', 'failed'],
          when: [
            { attribute: gone, is: 'present' },
            {
              any: [
                { attribute: `${gone}Ts`, is: 'absent' },
                { attribute: `${gone}Ts`, is: '=', value: START + Math.min(mineTs, otherTs) },
              ],
            },
            {
              any: [
                { attribute: 'lease', is: 'absent' },
                { attribute: 'lease', is: '<=', value: START },
              ],
            },
          ],
        },
      ]);
      expect(done.end).toEqual({ end: 'ack' });
    }
  });

  test.each([
    ['signal', 'dear.photos', photoOf],
    ['data', 'dear', signalOf],
  ] as const)('a newer %s in the place of the older one that is given up stays', (side, queue, messageOf) => {
    const half = side === 'data' ? data : signal;
    const hand = joins(
      { maxTimeDiff: '1s', signals: 'latest' },
      waiting({ [side]: { ...half, ts: START - 9_000 }, [`${side}Ts`]: START - 9_000 }),
    );
    hand.meddle = (effect) => {
      // It comes after the two were seen to be apart, and before the older one goes.
      if (effect.do === 'log' && effect.record.decision === 'skewed')
        hand.table.set(KEY, { ...hand.table.get(KEY), [side]: half as unknown as Json, [`${side}Ts`]: START });
      return undefined;
    };
    expect(hand.take(queue, messageOf()).record.decision).toBe('skewed');
    expect(Object.keys(hand.table.get(KEY)!)).toEqual(expect.arrayContaining(['data', 'signal']));
  });
});

test('a half is not given up under whoever is at work on it: the later signal comes back when that is over', () => {
  const claimed = { owner: 'other', message: 'm', lease: START + 5 };
  const hand = joins(
    { maxTimeDiff: '1s', signals: 'latest' },
    waiting({ ...claimed, data: { ...data, ts: START - 9_000 }, dataTs: START - 9_000 }),
  );
  const { records, end } = hand.take('dear', signalOf());
  expect(records.map(({ decision }) => decision)).toEqual(['skewed', 'throttled']);
  expect(end).toEqual({ end: 'retry', afterMs: 105 });
  expect(hand.table.get(KEY)).toMatchObject({ ...claimed, data: { id: 'd' }, signal: { id: 's' } });
});

describe('a half that comes while the one in its place is still to be given up', () => {
  const old = START - 9_000;
  const stay = { maxTimeDiff: '1s' };

  test.each([
    ['data', 'dear.photos', photoOf, signal],
    ['signal', 'dear', signalOf, data],
  ] as const)('takes its place and joins: %s', (side, queue, messageOf, other) => {
    // Another id, or the same half sent again at another time.
    for (const id of ['x', side === 'data' ? data.id : signal.id]) {
      const first = { ...(side === 'data' ? data : signal), id, ts: old };
      const otherSide = side === 'data' ? 'signal' : 'data';
      const item = { [side]: first, [`${side}Ts`]: old, [otherSide]: other, [`${otherSide}Ts`]: START };
      const done = joins(stay, waiting(item)).take(queue, messageOf());
      expect(done.records.map(({ decision }) => decision)).toEqual(['skewed', 'accepted']);
      expect(done.records[0]!.reason).toContain(`the older half ${id} is given up`);
    }
  });

  test('is a duplicate where the one in its place cannot be given up', () => {
    const first = { ...data, id: 'x', ts: old };
    const hand = joins(stay, waiting({ data: first, dataTs: 7, signal, signalTs: START }));
    expect(hand.take('dear.photos', photoOf()).records.map(({ decision }) => decision)).toEqual([
      'skewed',
      'duplicate',
    ]);
  });

  test('is a duplicate of a newer one, though that has no partner of its own time', () => {
    const first = { ...data, id: 'x', ts: START + 9_000 };
    const hand = joins(stay, waiting({ data: first, dataTs: first.ts, signal, signalTs: START }));
    expect(hand.take('dear.photos', photoOf()).records.map(({ decision }) => decision)).toEqual(['duplicate']);
  });
});

describe('of two halves of one side', () => {
  const stranger = { id: 'x', ts: START };

  test.each<[string, object, object, string, object, string | undefined]>([
    [
      'the first data counts',
      {},
      { data: { ...data, ...stranger } },
      'dear.photos',
      photoOf(),
      'data of this flow came first',
    ],
    [
      'the first data counts, also where the latest signal does',
      { signals: 'latest' },
      { data: { ...data, ...stranger }, signal },
      'dear.photos',
      photoOf(),
      'data of this flow came first',
    ],
    [
      'the first signal counts',
      {},
      { signal: { ...signal, ...stranger } },
      'dear',
      signalOf(),
      'signal of this flow came first',
    ],
    [
      'the first signal counts, whoever waits',
      {},
      { data, signal: { ...signal, ...stranger } },
      'dear',
      signalOf(),
      'signal of this flow came first',
    ],
    [
      'the latest signal counts, and waits',
      { signals: 'latest' },
      { signal: { ...signal, ...stranger }, signalTs: START + 1 },
      'dear',
      signalOf(),
      'signal of this flow is later',
    ],
  ])('%s', (_, options, item, queue, message, says) => {
    const done = joins(options, waiting(item)).take(queue, message);
    expect(done.records).toMatchObject([{ decision: 'duplicate', reason: `another ${says} (x)` }]);
    expect(asked(done)).toEqual([]);
    expect(done.end).toEqual({ end: 'ack' });
  });

  test('a late signal replaces none where the flow is done', () => {
    const hand = joins({ signals: 'latest' }, waiting({ done: 'o', by: 'x' }));
    for (const deliveryId of ['one', 'two']) {
      const { records } = hand.take('dear', signalOf(), { deliveryId });
      expect(records).toMatchObject([{ decision: 'duplicate', reason: 'the flow is done here already (output o)' }]);
    }
  });

  test('the latest signal is worked by the one that it replaced, whose process may have died', () => {
    const latest = { output: { guess: 'latest', sure: 0 }, tier: 'cheap', version: 'v1' };
    for (const stored of [
      { ...signal, id: 'x', ts: START + 1, signal: latest },
      { ...signal, id: 'x', signal: latest },
    ]) {
      const done = joins({ signals: 'latest' }, waiting({ data, signal: stored, signalTs: START + 1 })).take(
        'dear',
        signalOf(),
      );
      expect(done.records.map(({ decision }) => decision)).toEqual(['duplicate', 'accepted']);
      expect(asked(done)).toMatchObject([{ signal: { guess: 'latest' } }]);
    }
  });
});

describe('an item past its time', () => {
  const OTHERS = {
    data: ['signal', 'signalTs', 'done', 'by', 'owner', 'message', 'lease', 'signals', 'failed'],
    signal: ['data', 'dataTs', 'done', 'by', 'owner', 'message', 'lease', 'signals', 'failed'],
  };
  const old = { expiresAt: at(0), signals: 2, signalTs: 1 };
  const NEVER = 'both halves came, and the flow was not finished in time';
  /** A half that is another one by then is not replaced with the rest: it has not been told of. */
  const as = (item: object, side: 'data' | 'signal'): object => {
    if (!(side in item)) return { attribute: side, is: 'absent' };
    return side === 'signal'
      ? { attribute: 'signalTs', is: '=', value: old.signalTs }
      : { attribute: side, is: 'present' };
  };

  test.each<[string, object, 'data' | 'signal', object, readonly (string | undefined)[], number]>([
    ['one’s own half is no news', {}, 'data', { data }, [], 2],
    ['another one is', {}, 'data', { data: { ...data, id: 'x' } }, ['its signal did not come in time'], 2],
    ['the other side’s is', {}, 'data', { signal }, ['its data did not come in time'], 2],
    ['both are', {}, 'signal', { data, signal: { ...signal, id: 'x' } }, [NEVER, NEVER], 2],
    ['who waits is told', {}, 'data', { signal: { ...signal, reply: true } }, ['its data did not come in time'], 3],
    ['a mark is not', {}, 'signal', { done: 'x', by: 'y' }, [], 2],
    ['also where the latest counts', { signals: 'latest' }, 'signal', { data }, ['its signal did not come in time'], 2],
  ])('is told of, then replaced whole: %s', (_, options, side, item, reasons, table) => {
    const hand = joins(options, { ...item, ...old } as Item);
    const done = side === 'data' ? hand.take('dear.photos', photoOf()) : hand.take('dear', signalOf());
    expect(done.records.map(({ reason }) => reason)).toEqual([
      ...reasons,
      `waits for its ${side === 'data' ? 'signal' : 'data'}`,
    ]);
    expect(done.record.calls).toEqual({ queue: 0, table, object: 0 });
    expect(done.updates.slice(1)).toEqual([
      {
        key: KEY,
        set: {
          [side]: side === 'data' ? data : signal,
          expiresAt: at(TTL_MS),
          [`${side}Ts`]: START,
        },
        remove: OTHERS[side],
        when: [{ attribute: 'expiresAt', is: '<=', value: at(0) }, as(item, 'data'), as(item, 'signal')],
      },
    ]);
    const order = done.effects.map((effect) => effect.do).filter((name) => name !== 'now' && name !== 'validate');
    expect(order).toEqual(['table', ...reasons.map(() => 'log'), ...(table === 3 ? ['reply'] : []), 'table', 'log']);
  });

  test('that another one replaces or deletes meanwhile is joined as it then is', () => {
    for (const left of [undefined, waiting({ signal })]) {
      const hand = joins({}, { ...old, data: { ...data, id: 'x' } } as unknown as Item);
      hand.meddle = (effect) => {
        if (effect.do !== 'table' || !effect.update.set?.data) return undefined;
        if (left) hand.table.set(KEY, left);
        else hand.table.delete(KEY);
        return undefined;
      };
      const done = hand.take('dear.photos', photoOf());
      expect(done.record.decision).toBe(left ? 'accepted' : 'parked');
      expect(hand.table.get(KEY)).toMatchObject(left ? { done: expect.any(String) } : { data: { id: 'd' } });
    }
  });

  test('is not replaced with a half that came since it was told of: that one is told of first', () => {
    const hand = joins({}, { ...old, data: { ...data, id: 'x' }, dataTs: START } as unknown as Item);
    let came = false;
    hand.meddle = (effect) => {
      if (effect.do !== 'table' || !effect.update.set?.data || came) return undefined;
      // Its process has another clock, or its write was long on its way.
      came = true;
      hand.table.set(KEY, { ...hand.table.get(KEY), signal: signal as unknown as Json, signalTs: START });
      return undefined;
    };
    const done = hand.take('dear.photos', photoOf());
    const told = done.records.filter(({ decision }) => decision === 'expired').flatMap((record) => record.in);
    expect(told.map(({ id }) => id)).toContain(signal.id);
    expect(hand.table.get(KEY)).toMatchObject({ data: { id: 'd' }, expiresAt: at(TTL_MS) });
  });

  test('counts as gone from that very second on', () => {
    for (const [late, decision] of [
      [-1, 'duplicate'],
      [0, 'parked'],
    ] as const) {
      const hand = joins({ signals: 'latest' }, waiting({ signal: { ...signal, id: 'x' }, signalTs: START + 1 }));
      hand.at = START + TTL_MS + late;
      expect(hand.take('dear', signalOf()).record.decision).toBe(decision);
    }
  });
});

test('what a swept item tells, whole', () => {
  const { graph } = { graph: { application: 'test', tiers: [joins().plan('dear')] } };
  const told = (key: string, item: object) => expireItem(graph as never, key, item as never, 9);
  const record = {
    v: 1,
    at: 9,
    application: 'test',
    tier: 'dear',
    version: 'v1',
    flow: 'a#b\nc',
    decision: 'expired',
    attempt: 1,
    calls: { queue: 0, table: 0, object: 0 },
  };
  const reason = 'its data did not come in time';
  expect(told('join#dear#a#b\nc', { signal: { ...signal, reply: true } as unknown as Json })).toStrictEqual({
    records: [{ ...record, reason, in: [{ id: 's', kind: 'signal', ts: START }] }],
    reply: { flow: 'a#b\nc', status: { status: 'expired', reason, tier: 'dear' } },
  });
  expect(told('join#other#', { data })).toStrictEqual({
    records: [
      {
        ...record,
        tier: 'other',
        version: 'unknown',
        flow: '',
        reason: 'its signal did not come in time',
        in: [{ id: 'd', kind: 'data', ts: START }],
      },
    ],
  });
  for (const key of ['', 'x', 'join#dear', 'join##f', 'xjoin#dear#f', 'once#dear#f'])
    expect(told(key, { data })).toStrictEqual({ records: [] });
});
