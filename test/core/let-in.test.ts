import { describe, expect, test } from 'vitest';
import { derivedId } from '../../lib/core/identity.ts';
import { backoffMs } from '../../lib/core/step/fail.ts';
import { tierStep } from '../../lib/core/step/step.ts';
import type { AnyTier } from '../../lib/index.ts';
import { control, defineControl, drop, RetryableError, SluiceError, TerminalError } from '../../lib/index.ts';
import { ByHand, dataOf, signalOf } from '../support/by-hand.ts';
import { carrying, cheap, Guess, joining } from '../support/tiers.ts';

/* How a message is let in, asked a prediction of, counted, and given up: one at a time, effect by effect. */

const START = Date.UTC(2026, 0, 1);
const NO_FETCH = { bytes: 0, calls: 0 };
const where = (tier: string) => `(application "test", tier "${tier}", flow "f")`;
const reference = { bucket: 'b', key: 'k', size: 3, sha256: 's' };
const two = (extra: object = {}, dear: object = {}) => new ByHand([cheap({ extra }), carrying(dear)]);
const asked = (done: ReturnType<ByHand['take']>) =>
  done.effects.flatMap((effect) => (effect.do === 'predict' ? [effect.ask] : []));
const carried = signalOf({ data: { n: 1 } });

describe('a message is let in', () => {
  test('and its prediction is asked with what it brought, checked and transformed by its gates', () => {
    const gates = { data: (data: object) => ({ ...data, in: true }), signal: (s: object) => ({ ...s, in: true }) };
    const produced = { ...carried.signal!, objects: { crop: reference } };
    const objects = { photo: { ...reference, contentType: 'image/png' } };
    const hand = two({}, { gates });
    const done = hand.take('dear', { ...carried, objects, signal: produced }, { receives: 2 });
    expect(asked(done)).toStrictEqual([
      {
        flowId: 'f',
        attempt: 2,
        data: { n: 1, in: true },
        signal: { guess: 'cheap 1', sure: 0, in: true },
        objects,
        signalObjects: { crop: reference },
        producePrefix: '',
      },
    ]);
    expect(done.record).toMatchObject({ attempt: 2, bytes: { declared: 6, fetched: 0 } });
  });

  test('with its objects as the tier declares them, and no more said of them', () => {
    const objects = { a: { contentType: 'of/tier' }, b: {}, c: { deleteAfter: 'accepted' } };
    const sent = { a: reference, b: { ...reference, deleteAfter: 'accepted' as const }, c: reference };
    const done = two({ objects }).take('cheap', dataOf({ objects: sent }));
    expect(asked(done)[0]!.objects).toStrictEqual({
      a: { ...reference, contentType: 'of/tier' },
      b: reference,
      c: { ...reference, deleteAfter: 'accepted' },
    });
  });

  test('of as many bytes as are allowed, and no more', () => {
    for (const [maxBytes, decision] of [
      [3, 'escalated'],
      [2, 'failed'],
    ] as const) {
      const done = two({ objects: { photo: { maxBytes } } }).take('cheap', dataOf({ objects: { photo: reference } }));
      expect(done.record.decision).toBe(decision);
    }
  });

  test('unless a gate drops it: nothing is asked, and who waits is told', () => {
    for (const name of ['data', 'signal']) {
      const done = two({}, { gates: { [name]: () => drop } }).take('dear', { ...carried, reply: true });
      expect(asked(done)).toEqual([]);
      const reason = `the ${name} gate dropped it`;
      expect(done.effects.filter((effect) => effect.do === 'reply')).toEqual([
        { do: 'reply', flow: 'f', status: { status: 'dropped', reason, tier: 'dear' } },
      ]);
      expect(done.records).toMatchObject([{ decision: 'dropped', reason }]);
      expect(done.end).toEqual({ end: 'ack' });
    }
  });

  test('and one half that a gate drops is not parked for the other', () => {
    for (const [name, queue, message] of [
      ['data', 'dear.photos', dataOf({ data: { photo: 'p' } })],
      ['signal', 'dear', signalOf()],
    ] as const) {
      const hand = new ByHand([cheap(), joining({ gates: { [name]: () => drop } }) as AnyTier]);
      const done = hand.take(queue, message);
      expect(done.records).toMatchObject([{ decision: 'dropped', reason: `the ${name} gate dropped it` }]);
      expect(done.updates).toEqual([]);
    }
  });

  test('where it was escalated by a tier that carried objects and no data', () => {
    const { signal: _, ...half } = signalOf();
    const signal = { ...half, signal: signalOf().signal! };
    for (const [message, decision] of [
      [signal, 'failed'],
      [{ ...signal, objects: {} }, 'accepted'],
      [{ ...signal, data: null }, 'accepted'],
    ] as const) {
      const { record } = two().take('dear', message);
      expect(record.decision).toBe(decision);
      if (decision === 'failed') expect(record.code).toBe('envelope-invalid');
      if (decision === 'failed')
        expect(record.reason).toBe(
          `tier "cheap" sent a signal without data ${where('dear')}\n` +
            '  → It was deployed when this tier joined its data: deploy the whole application, then send the flow again.',
        );
    }
  });

  test('from the object store, where it lies there', () => {
    const hand = two();
    const offloaded = (text: string) => ({ v: 1, flow: 'f', offloaded: hand.put(text) });
    const stored = hand.take('cheap', offloaded(JSON.stringify(dataOf())));
    expect(stored.record).toMatchObject({ decision: 'escalated', calls: { object: 1, queue: 1, table: 0 } });
    const twice = hand.take('cheap', offloaded(JSON.stringify(offloaded(JSON.stringify(dataOf())))));
    expect(twice.record.reason).toBe(
      `queue cheap takes data messages, and this one is twice offloaded ${where('cheap')}\n` +
        '  → Send data with connect(…).send; signals and answers come from tiers only.',
    );
    const wrong = hand.take('cheap', offloaded('{"v":1,"flow":"g","id":""}'));
    expect(wrong.record.reason).toContain('(application "test", tier "cheap", queue "cheap", flow "g")');
    const unreadable = hand.take('cheap', 'x');
    expect(unreadable.record.reason).toContain(
      'is not JSON: 1 characters (application "test", tier "cheap", queue "cheap")',
    );
  });
});

test.each<[string, ByHand, string, object, string]>([
  ['data', two(), 'cheap', dataOf({ data: {} }), 'the data does not fit the schema: n: '],
  ['no data', two(), 'cheap', dataOf({ data: undefined }), 'the data does not fit the schema: Invalid input'],
  [
    'a signal',
    two({}, { signal: Guess }),
    'dear',
    { ...carried, signal: { ...carried.signal!, output: {} } },
    'the signal of tier "cheap" does not fit the schema: guess: ',
  ],
  ['an object', two(), 'cheap', dataOf({ objects: { o: reference } }), 'the object "o" was sent and is not declared '],
])('%s that does not fit is given up at once', (_, hand, queue, message, problem) => {
  const done = hand.take(queue, message);
  expect(done.record.decision).toBe('failed');
  expect(done.record.reason!.startsWith(problem)).toBe(true);
  expect(done.end).toEqual({ end: 'ack' });
});

describe('a prediction', () => {
  test('is counted with all it cost: time, bytes and calls', () => {
    const hand = two();
    for (const [predicted, says] of [
      [
        { ms: 5, cpuMs: 4, fetched: { bytes: 9, calls: 2, reads: 3 } },
        { modelMs: 5, modelCpuMs: 4 },
      ],
      [
        { ms: 0, cpuMs: 0, fetched: { bytes: 9, calls: 2, reads: 3 } },
        { modelMs: 0, modelCpuMs: 0 },
      ],
      [{ ms: 5, fetched: { bytes: 9, calls: 2, reads: 3 } }, { modelMs: 5 }],
    ] as const) {
      hand.predict = () => predicted;
      const { record } = hand.take('cheap', dataOf());
      expect(record).toStrictEqual({
        v: 1,
        at: START,
        application: 'test',
        tier: 'cheap',
        version: 'v1',
        flow: 'f',
        decision: 'escalated',
        in: [{ id: 'd', kind: 'data', ts: START }],
        attempt: 1,
        score: 0,
        ...says,
        latencyMs: 0,
        bytes: { declared: 0, fetched: 9 },
        calls: { queue: 1, table: 3, object: 2 },
        threshold: 0.5,
        out: [{ id: derivedId('d', 'cheap', 'v1', 'dear'), to: 'dear' }],
      });
    }
  });

  test('that fails is counted as well, before anything of it is told', () => {
    const hand = two();
    hand.predict = () => ({ error: new Error('no luck'), fetched: { bytes: 9, calls: 2, reads: 3 } });
    const { records } = hand.take('cheap', dataOf());
    expect(records).toMatchObject([
      { decision: 'retried', bytes: { fetched: 9 }, calls: { queue: 0, table: 3, object: 2 } },
    ]);
    expect(records[0]).not.toHaveProperty('modelMs');
  });

  test('tells what happened to its model meanwhile', () => {
    const hand = two();
    hand.predict = () => ({ events: [{ did: 'swapped', version: 7, reason: 'it loaded' }] });
    expect(hand.take('cheap', dataOf()).records).toMatchObject([
      { decision: 'swapped', flow: 'control#model', reason: 'model version 7: it loaded' },
      { decision: 'escalated' },
    ]);
  });

  test('names the controls it was made with, and none where there are none', () => {
    for (const controls of [undefined, { limit: 3 }]) {
      for (const state of [undefined, { schema: Guess.shape.sure, initial: 0, keyBy: () => 'k' }]) {
        const hand = new ByHand([cheap({ extra: state ? { state } : {} }), carrying()]);
        hand.predict = () => ({ ...(controls && { controls }) });
        const { record, sent } = hand.take('cheap', dataOf());
        expect('controls' in record).toBe(controls !== undefined);
        expect(record.controls).toEqual(controls);
        expect((sent[0]!.message as never as { signal: object }).signal).toMatchObject({
          ...(controls && { controls }),
        });
      }
    }
  });

  test('of a tier with a state needs the steps for one', () => {
    const state = { schema: Guess.shape.sure, initial: 0, keyBy: () => 'k' };
    const hand = new ByHand([cheap({ extra: { state } }), carrying()]);
    const { steps: _, ...plan } = hand.plan('cheap');
    const incoming = { id: 'm', queue: 'cheap', kind: 'data', receives: 9, sentAt: START, deliveryId: 'x' } as const;
    const { record } = hand.run(tierStep(plan, { ...incoming, body: JSON.stringify(dataOf()) }));
    expect(record).toMatchObject({ decision: 'failed', code: 'option-invalid' });
    expect(record.reason).toBe(
      `tier "cheap" has a state, and its function has no steps for that ${where('cheap')}\n` +
        '  → Give createHandler { steps: controlSteps }, as the bundles do.',
    );
  });
});

test('what decides with a control is told it: each gate, the score, and the prediction', () => {
  const limit = defineControl({ name: 'limit', schema: Guess, beforeControl: 'drop' });
  const told: unknown[] = [];
  const tell = (value: unknown, context: { readonly controls: unknown }) => {
    told.push(context.controls);
    return value;
  };
  const score = ({ controls }: { readonly controls: unknown }) => Number(told.push(controls)) - 2;
  const extra = {
    controls: { most: control('limit') },
    decideWith: { most: ({ data }: { data: { n: number } }) => `n${data.n}` },
    gates: { data: tell, escalate: tell },
    satisfied: { score, atLeast: 1 },
  };
  const found = { value: { guess: '', sure: 1 }, version: 4, key: 'n1' };
  const hand = new ByHand([cheap({ extra }), carrying()], [limit] as never);
  hand.meddle = (effect) => (effect.do === 'control' ? { value: { found, reads: 1 } } : undefined);
  const done = hand.take('cheap', dataOf());
  expect(told).toEqual(Array(3).fill({ most: found }));
  expect(asked(done)[0]!.told).toEqual({ 'limit#n1': found });
  expect(done.record).toMatchObject({ decision: 'escalated', score: 0, controls: { limit: 4 }, calls: { table: 1 } });
  const scored: unknown[] = [];
  const without = { satisfied: { score: ({ controls }: { controls: unknown }) => scored.push(controls), atLeast: 9 } };
  two(without).take('cheap', dataOf());
  expect(scored).toEqual([{}]);
});

test('what asks to work again data that nobody keeps is given up at once', () => {
  const again = { control: 'limit', key: 'k', version: 1 };
  const { data: _, ...message } = dataOf({ again });
  const { record } = two().take('cheap', message);
  expect(record).toMatchObject({ decision: 'failed', code: 'envelope-invalid' });
  expect(record.reason).toBe(
    `the message asks to work data again that nobody keeps ${where('cheap')}\n` +
      '  → Such messages come from the function that applies controls: deploy the whole application.',
  );
});

describe('what fails', () => {
  const failing = (error: Error, extra: object = {}) => {
    const hand = two({ retry: { maxAttempts: 2, backoff: '8ms' }, ...extra });
    hand.predict = () => ({ error, fetched: NO_FETCH });
    return hand;
  };
  const away = new SluiceError('queue-failed', 'away', { retry: 'always' });

  test.each<[string, Error, number, object]>([
    ['comes back after its back-off', new Error('no'), 1, { end: 'retry', afterMs: backoffMs(8, 1, 'm') }],
    ['comes back when it asks to', new RetryableError('no', { afterMs: 3 }), 1, { end: 'retry', afterMs: 3 }],
    ['is given up after as many tries as are allowed', new Error('no'), 2, { end: 'ack' }],
    ['is given up at once where it can only fail', new TerminalError('no'), 1, { end: 'ack' }],
    ['of a store comes back after a second', away, 1, { end: 'retry', afterMs: backoffMs(1_000, 1, 'm') }],
    ['of a store is never given up', away, 9, { end: 'retry', afterMs: backoffMs(1_000, 9, 'm') }],
  ])('%s', (_, error, receives, end) => {
    const done = failing(error).take('cheap', dataOf({ reply: true }), { receives });
    expect(done.end).toEqual(end);
    if ('afterMs' in end)
      expect(done.record).toMatchObject({ decision: 'retried', until: START + Number(end.afterMs) });
    else
      expect(done.effects.filter((effect) => effect.do === 'reply')).toMatchObject([{ status: { status: 'failed' } }]);
  });

  test('says why, and where', () => {
    expect(failing(new Error('no')).take('cheap', dataOf()).record).toMatchObject({
      code: 'predict-failed',
      reason: `no ${where('cheap')}`,
    });
  });

  test('of a store waits as long as its tier says where that is longer', () => {
    const done = failing(away, { retry: { backoff: '8s' } }).take('cheap', dataOf());
    expect(done.end).toEqual({ end: 'retry', afterMs: backoffMs(8_000, 1, 'm') });
  });

  test('stays in its queue where it cannot even be given up', () => {
    const hand = failing(new TerminalError('no'));
    hand.meddle = (effect) => (effect.do === 'send' ? { error: new Error('away') } : undefined);
    expect(hand.take('cheap', dataOf()).end).toEqual({ end: 'retry', afterMs: backoffMs(1_000, 1, 'm') });
  });

  test('is given up under an id of its message and tier, with a put where the letter is large', () => {
    const hand = failing(new TerminalError('no'));
    hand.meddle = (effect) => (effect.do === 'send' ? { value: 1 } : undefined);
    const { sent, record } = hand.take('cheap', dataOf());
    expect(sent).toMatchObject([{ queue: 'cheap.dlq', message: { id: derivedId('m', 'cheap', 'dead-letter') } }]);
    expect(record).toMatchObject({ calls: { queue: 1, table: 0, object: 1 }, out: [{ to: 'cheap.dlq' }] });
  });

  test('where messages also wait is counted beside its receives, for two weeks; what can only fail is not', () => {
    const pace = { pace: { minInterval: '1ms' } };
    const hand = failing(new Error('no'), { ...pace, retry: { maxAttempts: 3 } });
    hand.at += 1;
    const { updates, record } = hand.take('cheap', dataOf(), { receives: 40 });
    expect(updates.at(-1)).toEqual({
      key: 'tries#cheap#m',
      add: { tries: 1 },
      setIfAbsent: { expiresAt: START / 1_000 + 1 + 14 * 86_400 },
    });
    expect(record).toMatchObject({ decision: 'retried', attempt: 1 });
    hand.at += 10;
    expect(hand.take('cheap', dataOf(), { receives: 41 }).record).toMatchObject({ decision: 'retried', attempt: 2 });
    hand.at += 10;
    expect(hand.take('cheap', dataOf(), { receives: 42 }).record).toMatchObject({ decision: 'failed', attempt: 3 });
    const terminal = failing(new TerminalError('no'), pace).take('cheap', dataOf(), { receives: 5 });
    expect(terminal.updates.map(({ key }) => key)).toEqual(['pace#cheap']);
    expect(terminal.record).toMatchObject({ decision: 'failed', attempt: 5 });
  });
});

test('a queue takes messages of its own kind alone', () => {
  const { record } = new ByHand([cheap(), joining() as AnyTier]).take('dear.photos', signalOf());
  expect(record.reason).toContain('queue dear.photos takes data messages, and this one is signal');
});
