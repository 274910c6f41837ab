import { describe, expect, it } from 'vitest';
import { newLedger } from '../../lib/cli/run-ledger.ts';
import type { Decision, DecisionRecord } from '../../lib/core/decision.ts';

const record = (flow: string, decision: Decision, more: Partial<DecisionRecord> = {}): DecisionRecord => ({
  v: 1,
  at: 0,
  application: 'a',
  tier: 't',
  version: '1',
  flow,
  decision,
  in: [],
  attempt: 1,
  calls: { queue: 0, table: 0, object: 0 },
  ...more,
}); // prettier-ignore

describe('the account of a run', () => {
  it('counts every flow once, whatever else happens to it', () => {
    const ledger = newLedger(true);
    for (const flow of ['answered', 'dropped', 'expired', 'dead', 'paced', 'open']) ledger.open(flow);
    ledger.open('answered');
    ledger.decided([
      record('dropped', 'dropped'),
      record('expired', 'expired'),
      record('dead', 'failed', { code: 'predict-failed', reason: 'why' }),
      record('dead', 'failed', { code: 'predict-failed', reason: 'why' }),
      record('paced', 'throttled', { until: 5 }),
      record('stranger', 'failed'),
      // One half was dropped, the other was answered.
      record('answered', 'dropped'),
    ]);
    ledger.answered('answered');
    ledger.answered('answered');
    expect(ledger.totals()).toEqual({ flows: 6, answered: 1, dropped: 1, expired: 1, deadLettered: 1, unanswered: 2 });
    expect(ledger.unanswered(5)).toEqual(['paced', 'open']);
    expect(ledger.unanswered(1)).toEqual(['paced']);
    ledger.decided([record('paced', 'throttled')]);
    expect(ledger.totals()).toMatchObject({ dropped: 2, unanswered: 1 });
    expect(ledger.reasons()).toMatchObject([
      { code: 'predict-failed', count: 2 },
      { code: 'unknown', count: 1 },
    ]);
  });

  it('ends no flow with its shadow, which may end before the answer arrives', () => {
    const ledger = newLedger(false);
    ledger.open('f');
    ledger.decided([record('f', 'accepted', { audit: true }), record('f', 'dropped', { shadow: true })]);
    ledger.answered('f');
    expect(ledger.totals()).toMatchObject({ answered: 1, dropped: 0, unanswered: 0 });
  });

  it('takes no second message of an ended flow for a new flow where it remembers', () => {
    const ledger = newLedger(true);
    ledger.open('f');
    ledger.answered('f');
    ledger.open('f');
    expect(ledger.totals()).toMatchObject({ flows: 1, unanswered: 0 });
    ledger.open('g');
    ledger.withdraw('g');
    expect(ledger.totals()).toMatchObject({ flows: 1, unanswered: 0 });
  });
});
