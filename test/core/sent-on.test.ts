import { describe, expect, test } from 'vitest';
import { derivedFraction, derivedId } from '../../lib/core/identity.ts';
import { decide, isAudited, verdictOf } from '../../lib/core/step/decide.ts';
import type { Predicted } from '../../lib/core/step/effects.ts';
import { newStory } from '../../lib/core/step/story.ts';
import type { AnyTier } from '../../lib/index.ts';
import { drop } from '../../lib/index.ts';
import { ByHand, dataOf, signalOf } from '../support/by-hand.ts';
import { carrying, cheap, joining } from '../support/tiers.ts';

/* What a tier sends on, to whom and under which id, and what it deletes: one message in, each effect by name. */

const START = Date.UTC(2026, 0, 1);
const photo = { bucket: 'b', key: 'objects/f/photo', size: 3, sha256: 's' };
const deleted = { objects: { photo: { deleteAfter: 'accepted' } } };
const sure = (score = 1) => ({ output: { guess: 'g', sure: score } });
const idOf = (message: string, tier: string, to: string) => derivedId(message, tier, 'v1', to);
const middle = (extra: object = {}) =>
  carrying({ satisfied: { score: () => 0, atLeast: 1 }, exhausted: 'accept', ...extra }) as AnyTier;
const last = (extra: object = {}) => {
  const { name: _, input: __, ...rest } = carrying(extra) as unknown as { name: string; input: { name: string } };
  return { ...rest, name: 'last', input: { ...__, name: 'dear' } } as unknown as AnyTier;
};

const cascade = (tiers: readonly AnyTier[], predicted: Partial<Predicted> = {}): ByHand => {
  const hand = new ByHand(tiers);
  hand.predict = () => ({ ...sure(0), ...predicted });
  return hand;
};
const ORDER = ['gate', 'table', 'send', 'reply', 'delete', 'log'];
const order = (done: ReturnType<ByHand['take']>) =>
  done.effects.map((effect) => effect.do).filter((name) => ORDER.includes(name));

describe('what is not sure', () => {
  test('goes on with all its message says of the flow, and nothing more', () => {
    const said = { deadline: START + 1, reply: true, fair: 'shop', trace: { traceparent: 't' } } as const;
    for (const extra of [{}, said]) {
      const done = cascade([cheap(), carrying()]).take('cheap', dataOf({ ...extra, hop: 2 }));
      const message = {
        v: 1,
        id: idOf('d', 'cheap', 'dear'),
        flow: 'f',
        kind: 'signal',
        from: { name: 'cheap', version: 'v1' },
        ts: START,
        sent: START,
        hop: 3,
        signal: { output: { guess: 'g', sure: 0 }, tier: 'cheap', version: 'v1', score: 0, threshold: 0.5 },
        data: { n: 1 },
        objects: {},
        ...extra,
      };
      expect(done.sent).toStrictEqual([
        { do: 'send', queue: 'dear', message, ...('fair' in extra && { group: 'shop' }) },
      ]);
      expect(done.record.out).toEqual([{ id: message.id, to: 'dear' }]);
    }
  });

  test('takes its objects along where data is carried, and what was produced with its signal', () => {
    const tiers = [cheap({ extra: { objects: { photo: {} }, produces: { crop: {} } } })];
    const message = dataOf({ objects: { photo } });
    for (const [next, carried] of [
      [carrying(), { data: { n: 1 }, objects: { photo } }],
      [joining() as AnyTier, {}],
    ] as const) {
      const done = cascade([...tiers, next], { produced: { crop: photo } }).take('cheap', message);
      const { data, objects, signal } = done.sent[0]!.message as never as Record<string, object>;
      expect({ ...(data && { data }), ...(objects && { objects }) }).toEqual(carried);
      expect(signal).toMatchObject({ objects: { crop: photo } });
      const [{ ask } = {}] = done.effects.filter((effect) => effect.do === 'predict');
      expect(ask!.producePrefix).toBe(`produced/f/cheap/${derivedId('d', 'cheap', 'v1')}`);
    }
    const plain = cascade([cheap(), carrying()]).take('cheap', dataOf());
    expect(plain.effects.find((effect) => effect.do === 'predict')).toMatchObject({ ask: { producePrefix: '' } });
  });

  test('is answered by the last tier without a threshold, or with one and the word that it was not sure', () => {
    for (const [extra, says] of [
      [{}, {}],
      [
        { satisfied: { score: () => 0, atLeast: 1 }, exhausted: 'accept' },
        { score: 0, threshold: 1 },
      ],
    ] as const) {
      const done = cascade([cheap(), carrying(extra)]).take('dear', signalOf({ data: { n: 1 } }));
      const { signal } = done.sent[0]!.message as never as Record<string, object>;
      expect(signal).toStrictEqual({ output: { guess: 'g' }, tier: 'dear', version: 'v1', ...says });
      expect(done.record).toMatchObject({ decision: 'accepted', ...says });
      expect('exhausted' in done.record).toBe('score' in says);
      expect(done.sent[0]!.queue).toBe('answers');
    }
  });

  test('is whoever’s turn fairBy says, else as before', () => {
    for (const [fairBy, fair] of [
      [({ data }: { data: { n: number } }) => `shop ${data.n}`, 'shop 1'],
      [() => '', ''],
      [() => undefined, 'old'],
    ] as const) {
      const done = cascade([cheap({ extra: { fairBy } }), carrying()]).take('cheap', dataOf({ fair: 'old' }));
      expect(done.sent).toMatchObject([{ group: fair, message: { fair } }]);
    }
  });
});

describe('an audit', () => {
  test('is of the flows below its share, exactly, and the same ones wherever the tier runs', () => {
    const share = derivedFraction('audit', 'cheap', 'f');
    const plan = (audit: number) => ({ tier: { name: 'cheap', audit }, next: {} }) as never;
    expect(isAudited(plan(share), 'f')).toBe(false);
    expect(isAudited(plan(share + Number.EPSILON), 'f')).toBe(true);
  });

  test('sends a shadow beside the answer, which deletes the objects where it carries them', () => {
    for (const [next, deletes] of [
      [carrying(), false],
      [joining() as AnyTier, true],
    ] as const) {
      const hand = cascade([cheap({ extra: { audit: 1, ...deleted } }), next], sure());
      const done = hand.take('cheap', dataOf({ objects: { photo }, reply: true }));
      expect(done.sent.map(({ queue, message }) => [queue, message.id, (message as { audit?: true }).audit])).toEqual([
        ['answers', idOf('d', 'cheap', 'answers'), undefined],
        ['dear', idOf('d', 'cheap', 'dear#audit'), true],
      ]);
      expect(order(done)).toEqual(['table', 'send', 'send', 'reply', 'table', ...(deletes ? ['delete'] : []), 'log']);
      expect(done.record).toMatchObject({ audit: true, calls: { queue: 2, table: 3, object: deletes ? 1 : 0 } });
    }
    const plain = cascade([cheap({ extra: deleted }), carrying()], sure()).take(
      'cheap',
      dataOf({ objects: { photo } }),
    );
    expect(plain.record).not.toHaveProperty('audit');
    expect(plain.effects.at(-3)).toEqual({ do: 'delete', references: [{ ...photo, deleteAfter: 'accepted' }] });
  });

  test('goes on to the last tier, answers nobody, and deletes the objects there', () => {
    const shadow = signalOf({
      data: { n: 1 },
      audit: true,
      reply: true,
      objects: { photo: { ...photo, deleteAfter: 'accepted' } },
    });
    for (const [tiers, to, mark] of [
      [[middle(), last()], ['last'], idOf('s', 'dear', 'last#audit')],
      [[middle()], [], idOf('s', 'dear', 'audit')],
    ] as const) {
      const done = cascade([cheap(), ...tiers]).take('dear', shadow);
      expect(done.sent.map(({ queue }) => queue)).toEqual(to);
      expect(done.updates.at(-1)!.set).toMatchObject({ done: mark });
      expect(order(done)).toEqual([
        'table',
        ...to.map(() => 'send'),
        'table',
        ...(to.length === 0 ? ['delete'] : []),
        'log',
      ]);
      const out = to.map((queue) => ({ id: idOf('s', 'dear', `${queue}#audit`), to: queue }));
      expect(done.record).toMatchObject({
        decision: 'audited',
        signal: { guess: 'cheap 1', sure: 0 },
        output: { guess: 'g' },
      });
      expect(done.record.out).toEqual(out.length === 0 ? undefined : out);
    }
  });
});

test('a flow’s payloads are captured below the share, exactly, at every tier with that share', () => {
  const share = derivedFraction('capture', 'f');
  for (const [capture, captured] of [
    [undefined, false],
    [share, false],
    [share + Number.EPSILON, true],
  ] as const) {
    const extra = capture === undefined ? {} : { capture };
    const { record } = cascade([cheap({ extra }), carrying()]).take('cheap', dataOf());
    expect('data' in record).toBe(captured);
    expect('output' in record).toBe(captured);
    expect(record).not.toHaveProperty('signal');
  }
});

describe('a gate that drops', () => {
  test.each([
    ['destination', 1, 'answers'],
    ['escalate', 0, 'dear'],
  ])('%s: who waits is told, then the log, then the mark that ends all tries', (name, score, to) => {
    for (const [delivery, effects] of [
      ['at-least-once', ['gate', 'reply', 'log']],
      ['once', ['table', 'gate', 'reply', 'log', 'table']],
    ] as const) {
      const hand = cascade([cheap({ extra: { delivery, gates: { [name]: () => drop } } }), carrying()], sure(score));
      const done = hand.take('cheap', dataOf({ reply: true }));
      expect(order(done)).toEqual(effects);
      const value = { guess: 'g', sure: score };
      expect(done.effects.find((effect) => effect.do === 'gate')).toMatchObject({ name, value, flow: 'f' });
      const reason = `the ${name} gate dropped it`;
      expect(done.effects.find((effect) => effect.do === 'reply')).toEqual({
        do: 'reply',
        flow: 'f',
        status: { status: 'dropped', reason, tier: 'cheap' },
      });
      if (delivery === 'once') expect(done.updates[1]!.set).toMatchObject({ done: idOf('d', 'cheap', to) });
      expect(done.end).toEqual({ end: 'ack' });
    }
  });
});

test('a threshold is reached at the threshold, and never without a score', () => {
  const plan = { tier: { satisfied: { atLeast: 0.5 } }, next: undefined } as never;
  expect([undefined, 0.49, 0.5].map((score) => verdictOf(plan, score))).toEqual(['exhausted', 'exhausted', 'accept']);
});

test.each([
  ['satisfied.score', { satisfied: { score: throws, atLeast: 0 } }, 'score-invalid'],
  ['fairBy', { fairBy: throws }, 'option-invalid'],
])('what %s threw is the cause of the error', (name, extra, code) => {
  const plan = cascade([cheap({ extra }), carrying()]).plan('cheap');
  const story = { ...newStory(plan, {} as never), envelope: dataOf(), inputs: [] };
  const step = decide(story, plan, {} as never, { output: { sure: 0 }, produced: {} } as never);
  expect(() => step.next()).toThrow(expect.objectContaining({ code, problem: `${name} threw: boom`, cause }));
});
const cause = new Error('boom');
function throws(): never {
  throw cause;
}
