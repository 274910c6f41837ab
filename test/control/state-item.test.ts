import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { derivedId } from '../../lib/core/identity.ts';
import { checkState } from '../../lib/core/state/check.ts';
import { afterInput, usedBy } from '../../lib/core/state/item.ts';
import type { Predicted } from '../../lib/core/step/effects.ts';
import { defineTier } from '../../lib/index.ts';
import { ByHand, dataOf } from '../support/by-hand.ts';

/* What lies in a tier's state for one key, to the byte: versions of a tier, and instances at the same time, share it. */

const Key = z.object({ key: z.unknown() });
const state = { schema: z.number(), initial: 0, keyBy: ({ data }: { data: { key: unknown } }) => data.key as string };
const counter = (extra: object = {}) =>
  defineTier({
    name: 'counter',
    input: Key,
    state,
    output: z.object({ count: z.number() }),
    predict: () => ({ count: 0 }),
    ...extra,
  } as never);
/** A cascade of one tier that counts the inputs of each key. */
function counting(extra: object = {}): ByHand {
  const hand = new ByHand([counter(extra)]);
  hand.predict = ({ state: { value } = { value: 0 } as never }) => ({
    output: { count: Number(value) + 1 },
    state: { value: Number(value) + 1 },
  });
  return hand;
}
const input = (key: unknown = 'k', extra: object = {}) => dataOf({ data: { key }, ...extra });
const nameOf = (id: string) => derivedId(id, 'counter');
const reference = { bucket: 'b', key: 'k', size: 1, sha256: 's' };

describe('what an input leaves', () => {
  const predicted: Predicted = { output: 7, ms: 3, produced: {}, fetched: { bytes: 9, calls: 9 } };
  const controls = { limit: 2 };

  test.each<[string, Partial<Predicted>, string]>([
    ['the output alone', {}, 'i {"output":7}'],
    ['its objects', { produced: { o: reference } }, `i {"output":7,"produced":{"o":${JSON.stringify(reference)}}}`],
    ['its controls', { controls }, 'i {"output":7,"controls":{"limit":2}}'],
  ])('%s, and it is found again: at no cost', (_, extra, line) => {
    const item = afterInput(undefined, { value: 1, input: 'i', predicted: { ...predicted, ...extra } });
    expect(item).toStrictEqual({ value: 1, used: line });
    const found = { output: 7, ms: 0, produced: {}, fetched: { bytes: 0, calls: 0 }, ...extra };
    expect(usedBy(item, 'i')).toStrictEqual(found);
    expect(usedBy(item, 'j')).toBeUndefined();
  });
});

describe('an input', () => {
  test('reads once, writes once, and is told the state as it was', () => {
    const hand = counting();
    for (const [id, version] of [
      ['a', 0],
      ['b', 1],
    ] as const) {
      const { effects, updates, record } = hand.take('counter', input('k', { id }));
      expect(effects.filter((effect) => effect.do === 'turn' || effect.do === 'read')).toEqual([
        { do: 'turn', key: 'state#counter#k' },
        { do: 'read', key: 'state#counter#k' },
      ]);
      const [asked] = effects.flatMap((effect) => (effect.do === 'predict' ? [effect.ask.state] : []));
      expect(asked).toEqual({ key: 'k', value: version, version });
      expect(updates[0]!.when).toEqual([
        version === 0 ? { attribute: 'version', is: 'absent' } : { attribute: 'version', is: '=', value: 1 },
      ]);
      expect(record.calls).toEqual({ queue: 1, table: 2, object: 0 });
    }
    const used = `${nameOf('a')} {"output":{"count":1}}\n${nameOf('b')} {"output":{"count":2}}`;
    expect(hand.table.get('state#counter#k')).toStrictEqual({ version: 2, value: 2, used });
  });

  test('is predicted on again with what another instance left meanwhile', () => {
    const hand = counting();
    let others = 2;
    hand.meddle = (effect) => {
      if (effect.do !== 'table' || others === 0) return undefined;
      others -= 1;
      hand.table.set(effect.update.key, { version: 5 - others, value: 50 - others, used: 'other {"output":1}' });
      return undefined;
    };
    const { sent, record } = hand.take('counter', input());
    expect(sent.map(({ message }) => (message as never as { signal: object }).signal)).toMatchObject([
      { output: { count: 51 } },
    ]);
    expect(record.calls).toEqual({ queue: 1, table: 4, object: 0 });
    expect(hand.table.get('state#counter#k')).toMatchObject({ version: 6, value: 51 });
  });

  test('that another delivery has worked in meanwhile sends what that one kept', () => {
    const hand = counting();
    const used = `${nameOf('d')} {"output":{"count":9}}`;
    hand.meddle = (effect) => {
      if (effect.do === 'table') hand.table.set(effect.update.key, { version: 1, value: 9, used });
      return undefined;
    };
    const { sent } = hand.take('counter', input());
    expect(sent).toMatchObject([{ message: { signal: { output: { count: 9 } } } }]);
    expect(hand.table.get('state#counter#k')).toEqual({ version: 1, value: 9, used });
  });

  test('that sets nothing leaves the state as it is, and is counted all the same', () => {
    const hand = counting({ state: { ...state, initial: 4 } });
    hand.predict = () => ({ output: { count: 0 } });
    for (const [id, version] of [
      ['a', 1],
      ['b', 2],
    ] as const) {
      hand.take('counter', input('k', { id }));
      expect(hand.table.get('state#counter#k')).toMatchObject({ version, value: 4 });
    }
  });
});

const FIX = '\n  → Correct the tier, then redrive; a schema that changes must still take the states that are kept.';
const WHERE = '(application "test", tier "counter", flow "f")';
const LIMIT = 'and must return 1 to 1024 bytes of text';

describe('a key', () => {
  test.each([['k'.repeat(1_024)], ['é'.repeat(512)], ['k']])('may have 1 to 1,024 bytes (%#)', (key) => {
    const hand = counting();
    hand.take('counter', input(key));
    expect([...hand.table.keys()]).toEqual([`state#counter#${key}`]);
  });

  test.each<[string, unknown, string]>([
    ['no byte', '', `state.keyBy returned a text of 0 bytes, ${LIMIT}`],
    ['a byte more', 'k'.repeat(1_025), `state.keyBy returned a text of 1025 bytes, ${LIMIT}`],
    ['half a character', '\uD800', `state.keyBy returned a text of 3 bytes, ${LIMIT}`],
    ['a number', 7, `state.keyBy returned number, ${LIMIT}`],
  ])('must not be %s', (_, key, problem) => {
    const { record, end } = counting().take('counter', input(key));
    expect(record).toMatchObject({ decision: 'retried', code: 'state-invalid', reason: `${problem} ${WHERE}${FIX}` });
    expect(end.end).toBe('retry');
  });
});

test.each<[string, unknown, unknown, string]>([
  ['the state kept', 'seven', 1, 'the state kept does not fit'],
  ['what is set', 7, 'eight', 'what state.set was given does not fit'],
])('%s must fit the schema', (_, kept, set, problem) => {
  const hand = counting();
  hand.table.set('state#counter#k', { version: 1, value: kept as never, used: '' });
  hand.predict = () => ({ output: { count: 0 }, state: { value: set } });
  const { record } = hand.take('counter', input());
  expect(record.reason).toBe(
    `${problem} the schema of the state: Invalid input: expected number, received string ${WHERE}${FIX}`,
  );
});

test('what keyBy threw is the cause of the error', () => {
  const cause = new Error('boom');
  const throws = () => {
    throw cause;
  };
  const plan = new ByHand([counter({ state: { ...state, keyBy: throws } })]).plan('counter');
  const story = { plan, name: 'counter', incoming: {}, envelope: dataOf(), inputs: [], calls: { table: 0 } };
  const step = plan.steps!.predictWithState(story as never, plan, {} as never, plan.tier.state!, () => undefined!);
  try {
    step.next();
    expect.unreachable();
  } catch (error) {
    expect(error).toMatchObject({ problem: 'state.keyBy threw: boom', cause });
  }
});

describe('the option state', () => {
  const problem = (options: unknown): string => {
    try {
      checkState(options as never, 'tier "a"');
      return '';
    } catch (error) {
      return (error as Error).message;
    }
  };
  const schema = z.number();
  const other = { '~standard': { version: 1, vendor: 'x', validate: (value: unknown) => ({ value }) } };
  const slow = { '~standard': { ...other['~standard'], validate: async (value: unknown) => ({ value }) } };

  test.each([
    [undefined],
    [state],
    [{ ...state, remember: 1 }],
    [{ ...state, remember: 1_000 }],
    [{ ...state, schema: slow, initial: 'not known yet' }],
    [{ ...state, schema: Object.assign(() => undefined, other) }],
  ])('may be as documented: a schema may be a function, as of arktype, and take its time (%#)', (options) => {
    expect(problem(options)).toBe('');
  });

  const A_SCHEMA = 'must be a schema (zod, valibot, arktype, …)';
  const A_KEY = 'must be a function of { data } that returns a text';
  const A_COUNT = 'must be a whole number from 1 to 1,000';
  test.each<[object, string]>([
    [{ schema: null }, `state.schema is null and ${A_SCHEMA}`],
    [{ schema: 3 }, `state.schema is 3 and ${A_SCHEMA}`],
    [{ schema: {} }, `state.schema is {} and ${A_SCHEMA}`],
    [{ keyBy: 'id' }, `state.keyBy is "id" and ${A_KEY}`],
    [{ remember: 0 }, `state.remember is 0 and ${A_COUNT}`],
    [{ remember: 1_001 }, `state.remember is 1001 and ${A_COUNT}`],
    [
      { schema, initial: 'x' },
      'state.initial is "x" and must be a value that fits the schema: Invalid input: expected number, received string',
    ],
  ])('must not be %o', (extra, says) => {
    expect(problem({ ...state, ...extra })).toBe(`tier "a": ${says}`);
  });

  test('has no others', () => {
    expect(problem({ ...state, rember: 1 })).toBe(
      'state of tier "a" has no option "rember"\n' +
        '  → Did you mean "remember"? Known options: schema, initial, keyBy, remember.',
    );
  });
});
