import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { type BeforeControl, connectControl, control, defineControl, defineTier, drop, tier } from '../../lib/index.ts';
import type { TestCascade } from '../support/cascade.ts';
import { started } from '../support/started.ts';
import { instanceOf } from './instances.ts';

const Rule = z.object({ most: z.number(), sure: z.number() });
const rule = defineControl({ name: 'rule', schema: Rule, beforeControl: 'drop' });
type RuleControl = { default: typeof rule };
const rules = (cascade: TestCascade) => connectControl<RuleControl>('rule', { cloud: cascade.cloud });

const Order = z.object({ shop: z.string(), items: z.number() });
/** Its gates and its score go by the shop's rule; its prediction knows nothing of it. */
const orders = defineTier({
  name: 'orders',
  input: Order,
  controls: { rule: control<RuleControl>('rule') },
  decideWith: { rule: ({ data }) => data.shop },
  output: z.object({ items: z.number(), sure: z.number() }),
  predict: ({ data }) => ({ items: data.items, sure: 0.5 }),
  satisfied: { score: ({ output, controls }) => output.sure - controls.rule.value.sure, atLeast: 0 },
  gates: {
    data: (data, { controls }) => (data.items > controls.rule.value.most ? drop : data),
    destination: (output, { controls }) => ({ ...output, items: Math.min(output.items, controls.rule.value.most) }),
    escalate: (output, { controls }) => ({ ...output, sure: controls.rule.value.sure }),
  },
});
type Orders = { default: typeof orders };
const last = defineTier({
  name: 'last',
  input: tier<Orders>('orders'),
  controls: { rule: control<RuleControl>('rule') },
  decideWith: { rule: ({ data }) => data.shop },
  output: z.string(),
  predict: ({ signal }) => `last after ${signal.sure}`,
  gates: { signal: (signal, { controls }) => (controls.rule.value.most === 0 ? drop : signal) },
});

const shop = (...tiers: Parameters<typeof started>[0]['tiers']) =>
  started({ tiers: tiers.length > 0 ? tiers : [orders, last], controls: [rule] });
const order = (cascade: TestCascade, items: number, flowId: string, of = 'north') =>
  cascade.send('orders', { shop: of, items }, { flowId });
const last1 = (cascade: TestCascade, flow: string) => cascade.records.findLast((record) => record.flow === flow)!;

describe('gates and score that decide with controls', () => {
  test('go by the value of the data’s own key, and records and answers name its version', async () => {
    const cascade = await shop();
    await rules(cascade).set({ most: 10, sure: 0.4 }, { key: 'north', version: 3 });
    await rules(cascade).set({ most: 5, sure: 0.9 }, { key: '*', version: 8 });
    await cascade.drain();
    await order(cascade, 7, 'accepted');
    await order(cascade, 11, 'dropped');
    await order(cascade, 4, 'escalated', 'south');
    await cascade.drain();
    expect(cascade.decisions('accepted')).toEqual(['orders:accepted']);
    expect(cascade.decisions('dropped')).toEqual(['orders:dropped']);
    expect(cascade.decisions('escalated')).toEqual(['orders:escalated', 'last:accepted']);
    expect(cascade.answers.map(({ flowId, output, controls }) => [flowId, output, controls])).toEqual([
      ['accepted', { items: 7, sure: 0.5 }, { rule: 3 }],
      ['escalated', 'last after 0.9', { rule: 8 }],
    ]);
    const dropped = cascade.records.find(({ flow }) => flow === 'dropped');
    expect(dropped).toMatchObject({ reason: 'the data gate dropped it', controls: { rule: 3 } });
    expect(last1(cascade, 'accepted').score).toBeCloseTo(0.1);
  });

  test('go by the same value, although it changes while the prediction is made', async () => {
    let during: (() => Promise<void>) | undefined;
    const seen: unknown[] = [];
    const slow = defineTier({
      name: 'orders',
      input: Order,
      controls: { rule: control<RuleControl>('rule') },
      decideWith: { rule: ({ data }) => data.shop },
      output: z.number(),
      predict: async ({ data, controls }) => {
        await during?.();
        seen.push((await controls.rule.get(data.shop)).version);
        return data.items;
      },
      gates: {
        data: (data, { controls }) => {
          seen.push(controls.rule.version);
          return data;
        },
        destination: (output, { controls }) => {
          seen.push(controls.rule.version);
          return output;
        },
      },
    });
    const cascade = await shop(slow);
    await rules(cascade).set({ most: 10, sure: 0 }, { key: 'north', version: 1 });
    await cascade.drain();
    during = async () => {
      await rules(cascade).set({ most: 1, sure: 0 }, { key: 'north', version: 2 });
      await cascade.deliver('controls');
      cascade.clock.advance(60_000);
    };
    await order(cascade, 3, 'f');
    await cascade.deliver('orders');
    expect(seen).toEqual([1, 1, 1]);
    expect(last1(cascade, 'f').controls).toEqual({ rule: 1 });
  });

  test('cost one read of a key for as long as it is known, and none more where predict asks, too', async () => {
    const cascade = await shop();
    await rules(cascade).set({ most: 10, sure: 0 }, { key: 'north', version: 1 });
    await cascade.drain();
    const instance = instanceOf(cascade);
    for (let i = 0; i < 20; i += 1) await order(cascade, 1, `f${i}`);
    while ((await instance.deliver()) > 0);
    expect(instance.calls.table).toBe(1);
  });

  test.each<[BeforeControl, readonly string[]]>([
    ['drop', ['orders:dropped']],
    ['deadLetter', ['orders:failed']],
    ['buffer', ['orders:throttled', 'orders:accepted']],
    ['default', ['orders:accepted']],
  ])('before the first control, %s: data is not even let in', async (beforeControl, decisions) => {
    const initial = { most: 100, sure: 0 };
    const policed = defineControl({ name: 'rule', schema: Rule, beforeControl, initial });
    const cascade = await started({ tiers: [orders, last], controls: [policed] });
    await order(cascade, 1, 'f');
    await cascade.deliver('orders');
    await rules(cascade).set({ most: 10, sure: 0 }, { key: 'north', version: 1 });
    await cascade.deliver('controls');
    cascade.clock.advance(5_000);
    await cascade.drain();
    expect(cascade.decisions('f')).toEqual(decisions);
    expect(last1(cascade, 'f').controls).toEqual(
      { buffer: { rule: 1 }, default: { rule: 0 } }[beforeControl as string],
    );
  });

  test('past the first tier, the signal gate sees them as well', async () => {
    const cascade = await shop();
    await rules(cascade).set({ most: 0, sure: 0.9 }, { key: 'north', version: 1 });
    await cascade.drain();
    await order(cascade, 0, 'f');
    await cascade.drain();
    expect(cascade.decisions('f')).toEqual(['orders:escalated', 'last:dropped']);
    expect(last1(cascade, 'f')).toMatchObject({ reason: 'the signal gate dropped it', controls: { rule: 1 } });
  });

  test('two keys of one control are told apart, and so is what predict asks beside', async () => {
    const ref = control<RuleControl>('rule');
    const two = defineTier({
      name: 'orders',
      input: Order,
      controls: { own: ref, all: ref },
      decideWith: { own: ({ data }) => data.shop, all: () => '*' },
      output: z.number(),
      predict: async ({ controls }) => (await controls.own.get('south')).version,
      gates: { destination: (output, { controls: { own, all } }) => output + 10 * own.version + 100 * all.version },
    });
    const cascade = await shop(two);
    for (const [key, version] of [
      ['north', 1],
      ['*', 2],
      ['south', 3],
    ] as const) {
      await rules(cascade).set({ most: 1, sure: 1 }, { key, version });
    }
    await cascade.drain();
    await order(cascade, 1, 'f');
    await cascade.drain();
    expect(cascade.answers.map(({ output, controls }) => [output, controls])).toEqual([
      [213, { rule: 1, 'rule#*': 2, 'rule#south': 3 }],
    ]);
  });

  test('an input that comes again finds its prediction kept; where the control has moved, both versions are named', async () => {
    const counting = defineTier({
      name: 'orders',
      input: Order,
      controls: { rule: control<RuleControl>('rule') },
      decideWith: { rule: ({ data }) => data.shop },
      state: { schema: z.number(), initial: 0, keyBy: ({ data }) => data.shop },
      output: z.number(),
      predict: ({ data }) => data.items,
      gates: { destination: (output, { controls }) => output + controls.rule.value.most },
    });
    const cascade = await shop(counting);
    await rules(cascade).set({ most: 10, sure: 0 }, { key: 'north', version: 1 });
    await cascade.drain();
    await order(cascade, 1, 'f');
    await cascade.deliver('orders', { lose: true });
    await rules(cascade).set({ most: 20, sure: 0 }, { key: 'north', version: 2 });
    await cascade.deliver('controls');
    cascade.clock.advance(60_000);
    await cascade.drain();
    expect(cascade.answers.map(({ output, controls }) => [output, controls])).toEqual([
      [11, { rule: 1 }],
      [21, { rule: 1, 'rule#north': 2 }],
    ]);
  });

  test.each<[string, (x: { data: { shop: string } }) => unknown, string, RegExp]>([
    [
      'a key function that throws',
      () => {
        throw new Error('boom');
      },
      'option-invalid',
      /decideWith\.rule threw: boom/,
    ],
    ['no text', () => 7, 'control-invalid', /number, not a text/],
    ['a key of 10 kB', () => 'k'.repeat(10_240), 'control-invalid', /10240 bytes/],
  ])('%s: dead-lettered with the reason', async (_, keyOf, code, says) => {
    const cascade = await shop({ ...orders, decideWith: { rule: keyOf } } as typeof orders, last);
    await order(cascade, 1, 'f');
    await cascade.drain();
    const [letter] = await cascade.deadLetters();
    expect(letter).toMatchObject({ flow: 'f', code });
    expect(letter!.reason).toMatch(says);
  });

  test('what cannot be is refused when the graph is built', async () => {
    await expect(shop({ ...orders, decideWith: { rles: () => 'a' } } as typeof orders, last)).rejects.toThrow(
      /"rles", which is not among its controls/,
    );
    await expect(shop({ ...orders, decideWith: { rule: 'shop' } } as typeof orders, last)).rejects.toThrow(
      /a function/,
    );
    const joins = { joins: { stream: { kind: 'stream', name: 'photos', schema: Order, objects: {} } } };
    await expect(shop(orders, { ...last, ...joins } as typeof last)).rejects.toThrow(/decides with controls and joins/);
  });
});

describe('together with work done again', () => {
  const both = defineTier({
    name: 'orders',
    input: Order,
    controls: { rule: control<RuleControl>('rule') },
    decideWith: { rule: ({ data }) => data.shop },
    state: { schema: z.number(), initial: 0, keyBy: ({ data }) => data.shop },
    reevaluateOnControl: true,
    output: z.number(),
    predict: ({ data }) => data.items,
    gates: { destination: (output, { controls }) => (output > controls.rule.value.most ? drop : output) },
  });

  test('gates decide again with the new value', async () => {
    const cascade = await shop(both);
    await rules(cascade).set({ most: 10, sure: 0 }, { key: 'north', version: 1 });
    await cascade.drain();
    await order(cascade, 15, 'f');
    await cascade.drain();
    await rules(cascade).set({ most: 20, sure: 0 }, { key: 'north', version: 2 });
    await cascade.drain({ times: 2 });
    expect(cascade.decisions('f')).toContain('orders:dropped');
    expect(new Set(cascade.answers.map(({ id }) => id)).size).toBe(1);
    expect(cascade.answers[0]).toMatchObject({ flowId: 'f', output: 15, controls: { rule: 2 } });
  });

  test('data whose gates were told of an older version than its key has heard of goes back, and is let in again', async () => {
    const cascade = await shop(both);
    const [one, other] = [instanceOf(cascade), instanceOf(cascade)];
    await rules(cascade).set({ most: 20, sure: 0 }, { key: 'north', version: 1 });
    await cascade.deliver('controls');
    for (const [i, instance] of [one, other].entries()) {
      await order(cascade, 15, `f${i}`);
      await instance.deliver();
    }
    await rules(cascade).set({ most: 10, sure: 0 }, { key: 'north', version: 2 });
    await cascade.deliver('controls');
    await one.deliver();
    await order(cascade, 15, 'after');
    await other.deliver();
    cascade.clock.advance(2_000);
    await other.deliver();
    const after = cascade.records.filter(({ flow }) => flow === 'after');
    expect(after.map(({ decision, controls }) => [decision, controls])).toEqual([
      ['throttled', { rule: 1 }],
      ['dropped', { rule: 2 }],
    ]);
    expect(after[1]!.reason).toBe('the destination gate dropped it');
  });
});
