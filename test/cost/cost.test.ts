import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DecisionRecord } from '../../lib/core/decision.ts';
import { alternatives } from '../../lib/cost/alternatives.ts';
import { forecast, visitsOf } from '../../lib/cost/forecast.ts';
import { addMoney, moneyOf, moneyOfTier, total } from '../../lib/cost/money.ts';
import { PRICES, pricesOf } from '../../lib/cost/prices.ts';
import { type TierUsage, type Usage, usageCounter } from '../../lib/cost/usage.ts';
import { verdictRecord } from '../decision-log/logs.ts';
import { usageOf } from './used.ts';

const prices = pricesOf('us-east-1');
const MILLION = 1e6;

/** A tier that worked a million records off in batches of ten, 100 ms each. */
const tenths: TierUsage = {
  name: 'only',
  records: MILLION,
  predictions: MILLION,
  answered: MILLION,
  escalated: 0,
  dropped: 0,
  expired: 0,
  deadLettered: 0,
  sent: MILLION,
  modelMs: 0,
  logBytes: 0,
  billed: {
    invocations: MILLION / 10,
    ms: 100 * (MILLION / 10),
    requests: 3 * (MILLION / 10),
    writes: 0,
    reads: 0,
    puts: 0,
    gets: 0,
  },
};
test('bytes of a line that was read are counted as they are, others as they would be written', () => {
  const record = verdictRecord();
  const bytesOf = (bytes?: number): number => {
    const counter = usageCounter();
    counter.add(record, bytes);
    return counter.usage().tiers[0]!.logBytes;
  };
  expect(bytesOf(321)).toBe(321);
  expect(bytesOf()).toBe(JSON.stringify(record).length + 1);
});

const silent = { callMs: 0, logBytesPerInvocation: 0, gzipped: 0, keptMonths: 0 };

describe('money', () => {
  test('a million records in batches of ten, 512 MiB and 100 ms: $0.12 of SQS, $0.02 and $0.07 of Lambda', () => {
    const { money } = moneyOfTier(tenths, 512, prices, silent);
    expect(money.sqs).toBeCloseTo(0.12, 6);
    expect(money.lambda).toBeCloseTo(0.02 + 0.0667, 3);
    expect(total(money)).toBeCloseTo(money.sqs + money.lambda, 9);
  });

  test('what was measured where a function ran is not computed again', () => {
    expect(moneyOfTier(tenths, 512, prices, silent).msFrom).toBe('measured');
    const embedded = { ...tenths, modelMs: 5_000, billed: { ...tenths.billed, ms: 0 } };
    const { ms, msFrom } = moneyOfTier(embedded, 512, prices, { ...silent, callMs: 8 });
    expect([ms, msFrom]).toEqual([5_000 + 8 * (MILLION / 10), 'computed']);
  });

  test('twice the use is twice the money', () => {
    fc.assert(
      fc.property(usages(), (usage) => {
        const twice: Usage = {
          ...usage,
          flows: 2 * usage.flows,
          sent: 2 * usage.sent,
          tiers: usage.tiers.map((tier) => scaled(tier, 2)),
        };
        const bill = (of: Usage) => total(addMoney(moneyOf(of, () => 1_024, prices).map(({ money }) => money)));
        expect(bill(twice)).toBeCloseTo(2 * bill(usage), 9);
      }),
    );
  });

  test('a run forecast from its own visits costs what was counted', () => {
    fc.assert(
      fc.property(usages(), (usage) => {
        const bill = moneyOf(usage, () => 1_024, prices);
        const counted = total(addMoney(bill.map(({ money }) => money)));
        expect(total(forecast(usage, bill, visitsOf(usage), usage.flows))).toBeCloseTo(counted, 9);
      }),
    );
  });
});

describe('alternatives', () => {
  const answers: TierUsage = { ...tenths, name: 'answers', predictions: 0, answered: 0, sent: 0 };
  const usage: Usage = { flows: MILLION, answered: MILLION, sent: MILLION, tiers: [tenths, answers], unbilled: 0 };
  const bill = moneyOf(usage, () => 512, prices, silent);
  const found = new Map(alternatives({ usage, bill, last: 'only', prices }).map((one) => [one.name, one]));

  test('two writes a record by idempotency: $1.25 for a million', () => {
    expect(found.get('Powertools batch + idempotency')!.money.dynamodb).toBeCloseTo(2 * 1.25, 6);
  });

  test('a standard workflow pays a transition for the task and one for the answer', () => {
    const { steps, money } = found.get('Step Functions, standard')!;
    expect(steps).toBe('2.00 transitions a flow');
    expect(money.other).toBeCloseTo(50, 6);
  });

  test('a durable function pays each operation', () => {
    const { steps, money } = found.get('Lambda durable function')!;
    expect(steps).toBe('2.00 operations a flow, one function of 512 MiB');
    expect(money.other).toBeCloseTo(16 + 0.5, 6);
  });

  test('a cascade of one tier costs the same as its last tier', () => {
    const own = total(addMoney(bill.map(({ money }) => money)));
    expect(total(found.get('last tier only')!.money)).toBeCloseTo(own, 6);
  });
});

describe('usage', () => {
  test('counts ends, predictions and what was billed, and says which records do not tell', () => {
    const record = (decision: DecisionRecord['decision'], extra: Partial<DecisionRecord> = {}): DecisionRecord => ({
      v: 1,
      at: 0,
      application: 'a',
      tier: 'small',
      version: '1',
      flow: 'f',
      decision,
      in: [],
      attempt: 1,
      calls: { queue: 1, table: 0, object: 0 },
      ...extra,
    });
    const { flows, answered, tiers, unbilled } = usageOf([
      record('accepted', { billed: { invocations: 0.5, requests: 2 }, modelMs: 3 }),
      record('escalated', { billed: { invocations: 0.5, requests: 2 }, modelMs: 4 }),
      record('accepted', { tier: 'large', billed: { invocations: 1 } }),
      record('failed', { flow: null }),
      record('dropped'),
    ]);
    expect({ flows, answered, unbilled }).toEqual({ flows: 3, answered: 2, unbilled: 2 });
    expect(tiers[0]).toMatchObject({ name: 'small', records: 4, predictions: 2, escalated: 1, modelMs: 7 });
    expect(tiers[0]!.billed).toMatchObject({ invocations: 1, requests: 4, writes: 0 });
  });
});

describe('prices', () => {
  test('a region that the table does not have is refused, and the regions it has are named', () => {
    expect(() => pricesOf('mars-1')).toThrow(/no region "mars-1"[\s\S]*us-east-1/);
  });

  test('a price that is no amount is refused', () => {
    const broken = { ...PRICES, regions: { here: { ...prices, objectPut: Number.NaN } } };
    expect(() => pricesOf('here', broken)).toThrow(/"objectPut" of region "here"/);
  });
});

function scaled(tier: TierUsage, factor: number): TierUsage {
  const { billed, name, ...counts } = tier;
  const times = <T extends object>(all: T): T =>
    Object.fromEntries(Object.entries(all).map(([key, value]) => [key, (value as number) * factor])) as T;
  return { name, ...times(counts), billed: times(billed) };
}

function usages(): fc.Arbitrary<Usage> {
  const count = fc.integer({ min: 1, max: 1_000_000 });
  const tier = fc.record({
    name: fc.constant(''),
    records: count,
    predictions: count,
    answered: count,
    escalated: count,
    dropped: count,
    expired: count,
    deadLettered: count,
    sent: count,
    modelMs: count,
    logBytes: count,
    billed: fc.record({
      invocations: count,
      ms: fc.constantFrom(0, 1_000),
      requests: count,
      writes: count,
      reads: count,
      puts: count,
      gets: count,
    }),
  });
  return fc.record({ flows: count, tiers: fc.array(tier, { minLength: 1, maxLength: 4 }) }).map(({ flows, tiers }) => ({
    flows,
    answered: flows,
    sent: flows,
    unbilled: 0,
    tiers: tiers.map((one, i) => ({ ...one, name: `t${i}` })),
  }));
}
