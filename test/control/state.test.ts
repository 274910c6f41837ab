import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { defineTier } from '../../lib/index.ts';
import { crashing } from '../support/crash.ts';
import { started } from '../support/started.ts';
import { cheap } from '../support/tiers.ts';

const counter = (extra: object = {}) =>
  defineTier({
    name: 'counter',
    input: z.object({ key: z.string() }),
    state: { schema: z.number(), initial: 0, keyBy: ({ data }) => data.key, remember: 3 },
    output: z.object({ count: z.number() }),
    predict: ({ state }) => {
      state.set(state.value + 1);
      return { count: state.value + 1 };
    },
    ...extra,
  });
const counts = (answers: readonly { readonly output: unknown }[]): readonly number[] =>
  answers.map(({ output }) => (output as { count: number }).count);

describe('keyed state', () => {
  test('a process that dies before or after any of its calls counts each input once and sends the same output', async () => {
    const clean = crashing();
    const whole = await started({ tiers: [counter()], wrap: clean.wrap });
    await whole.send('counter', { key: 'a' }, { flowId: 'f' });
    await clean.drain(whole);
    expect(clean.calls()).toBeGreaterThan(3);
    for (let at = 1; at <= clean.calls(); at += 1) {
      for (const when of ['before', 'after'] as const) {
        const crash = crashing({ at, when });
        const cascade = await started({ tiers: [counter()], wrap: crash.wrap });
        await cascade.send('counter', { key: 'a' }, { flowId: 'f' });
        await crash.drain(cascade);
        await cascade.send('counter', { key: 'a' }, { flowId: 'g' });
        await cascade.drain();
        const byFlow = Map.groupBy(cascade.answers, ({ flowId }) => flowId);
        expect([...byFlow].map(([flow, same]) => [flow, [...new Set(counts(same))]])).toEqual([
          ['f', [1]],
          ['g', [2]],
        ]);
      }
    }
  });

  test('an input is remembered for as many inputs as the tier says; sent again by its client, it is the same input', async () => {
    const cascade = await started({ tiers: [counter()] });
    for (const flowId of ['f1', 'f2', 'f1', 'f3', 'f4', 'f1']) {
      await cascade.send('counter', { key: 'a' }, { flowId });
      await cascade.drain();
    }
    // The second f1 is remembered; three inputs later it is not any more.
    expect(counts(cascade.answers)).toEqual([1, 2, 1, 3, 4, 5]);
  });

  test('a prediction that fails changes nothing; its retry finds the state as it was', async () => {
    const cascade = await started({
      tiers: [
        counter({
          predict: ({ state, attempt }: { state: { value: number; set(n: number): void }; attempt: number }) => {
            state.set(state.value + 1);
            if (attempt < 3) throw new Error('not yet');
            return { count: state.value + 1 };
          },
        }),
      ],
    });
    await cascade.send('counter', { key: 'a' }, { flowId: 'f' });
    await cascade.drain();
    expect(counts(cascade.answers)).toEqual([1]);
    expect(await cascade.cloud.table.get('state#counter#a')).toMatchObject({ value: 1, version: 1 });
  });

  test.each<[string, object, RegExp]>([
    ['a key of 10 kB', { state: { schema: z.number(), initial: 0, keyBy: () => 'k'.repeat(10_240) } }, /10240 bytes/],
    ['no key', { state: { schema: z.number(), initial: 0, keyBy: () => '' } }, /0 bytes/],
    ['a key that is no text', { state: { schema: z.number(), initial: 0, keyBy: () => 7 } }, /returned number/],
    [
      'a keyBy that throws',
      {
        state: {
          schema: z.number(),
          initial: 0,
          keyBy: () => {
            throw new Error('boom');
          },
        },
      },
      /keyBy threw: boom/,
    ],
    [
      'a state that does not fit',
      {
        predict: ({ state }: { state: { set(n: unknown): void } }) => {
          state.set('x');
          return { count: 1 };
        },
      },
      /does not fit the schema of the state/,
    ],
  ])('%s: retried, then dead-lettered with the reason', async (_, extra, says) => {
    const cascade = await started({ tiers: [counter(extra)] });
    await cascade.send('counter', { key: 'a' }, { flowId: 'f' });
    await cascade.drain();
    const [letter] = await cascade.deadLetters();
    expect(letter).toMatchObject({ code: 'state-invalid', attempt: 5 });
    expect(letter!.reason).toMatch(says);
    expect(await cascade.cloud.table.get('state#counter#a')).toBeUndefined();
  });

  test('past the first tier, carried data keys the state too, and an unsatisfied prediction keeps it as well', async () => {
    const cascade = await started({
      tiers: [
        counter({ satisfied: { score: ({ output }: { output: { count: number } }) => output.count, atLeast: 2 } }),
        defineTier({
          name: 'last',
          input: { kind: 'tier-ref', name: 'counter' } as never,
          output: z.object({ count: z.number() }),
          predict: ({ signal }) => ({ count: -(signal as { count: number }).count }),
        }),
      ],
    });
    for (const flowId of ['f1', 'f2']) {
      await cascade.send('counter', { key: 'a' }, { flowId });
      await cascade.drain();
    }
    expect(counts(cascade.answers)).toEqual([-1, 2]);
  });

  test('a flow that escalates in shadow sees the state and does not change it', async () => {
    const last = counter({
      input: { kind: 'tier-ref', name: 'cheap' },
      state: { schema: z.number(), initial: 0, keyBy: () => 'a' },
    });
    const cascade = await started({ tiers: [cheap({ sure: () => 1, extra: { audit: 1 } }), last] });
    for (const flowId of ['f1', 'f2']) await cascade.send('cheap', { n: 1 }, { flowId });
    await cascade.drain();
    const audited = cascade.records.filter(({ decision }) => decision === 'audited');
    expect(audited.map(({ output }) => output)).toEqual([{ count: 1 }, { count: 1 }]);
    expect(await cascade.cloud.table.get('state#counter#a')).toBeUndefined();
  });

  test('options that cannot be are refused when the tier is defined', () => {
    const state = (extra: object) => () =>
      counter({ state: { schema: z.number(), initial: 0, keyBy: () => 'a', ...extra } });
    expect(state({ initial: 'x' })).toThrow(/state\.initial/);
    expect(state({ keyBy: 'key' })).toThrow(/state\.keyBy/);
    expect(state({ remember: 0 })).toThrow(/state\.remember/);
    expect(state({ rember: 3 })).toThrow(/Did you mean "remember"/);
    expect(state({ schema: 3 })).toThrow(/state\.schema/);
    expect(() => cheap({ extra: { controls: { limit: 'limit' } } })).toThrow(/controls\.limit/);
  });
});
