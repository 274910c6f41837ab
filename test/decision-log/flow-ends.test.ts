import { describe, expect, test } from 'vitest';
import type { Decision, DecisionRecord } from '../../lib/core/decision.ts';
import { type TierFlows, tierFlowCounter } from '../../lib/core/log/flow-ends.ts';
import { verdictRecord } from './logs.ts';

const NONE: TierFlows = { answered: 0, escalated: 0, dropped: 0, expired: 0, deadLettered: 0, sent: 0 };

function flowsOf(records: readonly Partial<DecisionRecord>[]): TierFlows {
  const counter = tierFlowCounter();
  for (const record of records) counter.add(verdictRecord(record));
  return counter.flows();
}

const data = (decision: Decision, more: Partial<DecisionRecord> = {}): Partial<DecisionRecord> => ({
  decision,
  in: [{ id: 'd', kind: 'data' }],
  ...more,
});
const signal = (decision: Decision, more: Partial<DecisionRecord> = {}): Partial<DecisionRecord> => ({
  decision,
  in: [{ id: 's', kind: 'signal' }],
  ...more,
});
const both = (decision: Decision): Partial<DecisionRecord> => ({
  decision,
  in: [
    { id: 'd', kind: 'data' },
    { id: 's', kind: 'signal' },
  ],
});

describe('how flows ended at a first tier', () => {
  test.each<[Decision, Partial<TierFlows>]>([
    ['accepted', { answered: 1, sent: 1 }],
    ['escalated', { escalated: 1, sent: 1 }],
    ['dropped', { dropped: 1, sent: 1 }],
    ['throttled', { dropped: 1, sent: 1 }],
    ['expired', { expired: 1, sent: 1 }],
    ['failed', { deadLettered: 1, sent: 1 }],
    ['retried', {}],
    ['duplicate', {}],
  ])('%s', (decision, flows) => expect(flowsOf([data(decision)])).toEqual({ ...NONE, ...flows }));

  test('whoever waits for a turn has not ended', () =>
    expect(flowsOf([data('throttled', { until: 5 })])).toEqual(NONE));

  test.each<Decision>(['accepted', 'escalated', 'audited', 'dropped', 'expired', 'throttled'])(
    'what is redriven and then %s is no dead letter any more',
    (decision) => expect(flowsOf([data('failed'), data(decision)]).deadLettered).toBe(0),
  );

  test.each<[Decision, Partial<DecisionRecord>]>([
    ['retried', { until: 5 }],
    ['throttled', { until: 5 }],
    ['duplicate', {}],
  ])('what is redriven and then %s still is one', (decision, more) =>
    expect(flowsOf([data('failed'), data(decision, more)]).deadLettered).toBe(1),
  );

  test('a dead letter of another flow stays one', () =>
    expect(flowsOf([data('failed', { flow: 'other' }), data('accepted')]).deadLettered).toBe(1));
});

describe('how flows ended where signals come', () => {
  test('a prediction on two halves is one on the signal, and the half that came first was sent', () =>
    expect(flowsOf([data('parked'), both('accepted')])).toEqual({ ...NONE, answered: 1, sent: 1 }));

  test('where the signal came first its data came second, or never', () => {
    expect(flowsOf([signal('parked'), both('accepted')])).toEqual({ ...NONE, answered: 1, sent: 1 });
    expect(flowsOf([signal('parked'), signal('expired')])).toEqual({ ...NONE, expired: 1 });
  });

  test('data that expires alone ends no flow', () =>
    expect(flowsOf([data('parked'), data('expired')])).toEqual({ ...NONE, sent: 1 }));

  test('a signal that is done with leaves the dead letter of its data alone, and two halves that met do not', () => {
    // What a join sends counts data that was given up by itself.
    expect(flowsOf([data('failed'), signal('accepted')]).sent).toBe(1);
    expect(flowsOf([data('failed'), both('accepted')]).sent).toBe(0);
    expect(flowsOf([signal('failed'), data('dropped')]).deadLettered).toBe(1);
    expect(flowsOf([signal('failed'), both('accepted')]).deadLettered).toBe(0);
  });
});

describe('shadows end no flow', () => {
  const shadow = true as const;

  test.each<Decision>(['dropped', 'expired', 'failed', 'throttled'])('that are %s', (decision) =>
    expect(flowsOf([signal(decision, { shadow })])).toEqual(NONE),
  );

  test('and the data that they met, or waited for, was sent all the same', () => {
    expect(flowsOf([signal('parked', { shadow }), both('audited')]).sent).toBe(1);
    expect(flowsOf([signal('parked', { shadow }), signal('expired', { shadow })])).toEqual(NONE);
  });
});

test('controls, data worked again and answers end no flow', () => {
  const none: readonly Partial<DecisionRecord>[] = [
    data('failed', { flow: 'control#threshold' }),
    data('accepted', { flow: null }),
    { decision: 'accepted', in: [{ id: 'c', kind: 'control' }] },
    { decision: 'failed', in: [{ id: 'a', kind: 'answer' }] },
  ];
  expect(flowsOf(none)).toEqual(NONE);
});
