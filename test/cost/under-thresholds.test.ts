import { describe, expect, test } from 'vitest';
import type { DecisionRecord } from '../../lib/core/decision.ts';
import { addMoney, moneyOf, total } from '../../lib/cost/money.ts';
import { pricesOf } from '../../lib/cost/prices.ts';
import { cascadeCounter, dollarsUnder } from '../../lib/cost/under-thresholds.ts';

const prices = pricesOf('us-east-1');
const memoryOf = (): number => 1_024;
const tiers = ['cheap', 'dear'];

function record(tier: string, flow: number, extra: Partial<DecisionRecord>): DecisionRecord {
  const { billed = { invocations: 1, requests: 3, ms: tier === 'dear' ? 200 : 2 } } = extra;
  return {
    v: 1,
    at: 0,
    application: 'a',
    tier,
    version: '1',
    flow: `f${flow}`,
    decision: 'accepted',
    in: [],
    attempt: 1,
    calls: { queue: 1, table: 0, object: 0 },
    ...extra,
    billed,
  };
}

/** A hundred flows: the first tier answers 60, of which 6 go on in shadow. The data of the second comes by a stream. */
function counted(extra: readonly DecisionRecord[] = []) {
  const counter = cascadeCounter(tiers);
  for (let n = 0; n < 100; n++) {
    const isAudited = n < 6;
    if (n < 60) counter.add(record('cheap', n, isAudited ? { audit: true } : {}));
    else counter.add(record('cheap', n, { decision: 'escalated' }));
    counter.add(record('dear', n, { decision: 'parked', in: [{ id: 'i', kind: 'data' }], billed: { writes: 2 } }));
    if (isAudited) counter.add(record('dear', n, { decision: 'audited' }));
    if (n >= 60) counter.add(record('dear', n, {}));
    counter.add(record('answers', n, { decision: 'delivered' }));
  }
  for (const one of extra) counter.add(one);
  return counter.counted();
}

const dollars = (answers: readonly number[]) => dollarsUnder(counted(), tiers, answers, memoryOf, prices);

describe('dollars under other thresholds', () => {
  test('the shares of the log cost what was counted', () => {
    const { usage } = counted();
    const bill = total(addMoney(moneyOf(usage, memoryOf, prices).map(({ money }) => money))) * 1e4;
    const { now, chosen } = dollars([0.6, 0.4]);
    expect(now).toBeCloseTo(bill, 9);
    expect(chosen).toBeCloseTo(bill, 9);
  });

  test('of the last tier, predictions are saved and what is stored for them is not', () => {
    const { now, chosen } = dollars([1, 0]);
    const used = counted();
    const dear = moneyOf(used.usage, memoryOf, prices).find(({ name }) => name === 'dear')!.money;
    const stored = moneyOf(used.waiting, memoryOf, prices).find(({ name }) => name === 'dear')!.money;
    // 46 came, six of them in shadow of 60 answers; ten would, in shadow of a hundred.
    expect(now - chosen!).toBeCloseTo((1 - 10 / 46) * (total(dear) - total(stored)) * 1e4, 6);
  });

  test('a tier that the run never came to has no price', () => {
    const counter = cascadeCounter(tiers);
    counter.add(record('cheap', 1, {}));
    const { now, chosen, lastTier } = dollarsUnder(counter.counted(), tiers, [0.9, 0.1], memoryOf, prices);
    expect(now).toBeGreaterThan(0);
    expect([chosen, lastTier]).toEqual([undefined, undefined]);
  });

  test('every flow by the last tier costs what its predictions do, and no other tier', () => {
    const { now, lastTier } = dollars([0.6, 0.4]);
    expect(lastTier!).toBeGreaterThan(now);
  });
});
