import { describe, expect, test } from 'vitest';
import { measurementsOf, modelTimesOf, outagesOf } from '../../lib/aws/metrics.ts';
import { emfLines } from '../../lib/aws/metrics-emf.ts';
import type { Decision, DecisionRecord } from '../../lib/core/decision.ts';

function decided(decision: Decision, extra: Partial<DecisionRecord> = {}): DecisionRecord {
  const calls = { queue: 0, table: 0, object: 0 };
  const place = { application: 'shop', tier: 'cheap', version: '1', flow: 'f' };
  return { v: 1, at: 10_000, ...place, decision, in: [{ id: 'e', kind: 'data', ts: 0 }], attempt: 1, calls, ...extra };
}

const named = (records: DecisionRecord[], name: string): number[] =>
  measurementsOf(records).flatMap((m) => (m.name === name ? [m.value] : []));

describe('what records say in numbers', () => {
  test.each<[Decision, string]>([
    ['accepted', 'accepted'],
    ['escalated', 'escalated'],
    ['dropped', 'dropped'],
    ['expired', 'expired'],
    ['failed', 'failed'],
    ['retried', 'retried'],
    ['parked', 'parked'],
    ['duplicate', 'duplicates'],
    ['throttled', 'throttled'],
    ['skewed', 'skewed'],
    ['audited', 'audited'],
    ['delivered', 'delivered'],
  ])('%s is counted as %s', (decision, name) => {
    expect(measurementsOf([decided(decision), decided(decision)])).toEqual([{ name, unit: 'Count', value: 2 }]);
  });

  test('scores and model times, one value a record', () => {
    const records = [decided('accepted', { score: 0.9, modelMs: 3 }), decided('escalated', { score: 0, modelMs: 4 })];
    expect(named(records, 'score')).toEqual([0.9, 0]);
    expect(named(records, 'modelMs')).toEqual([3, 4]);
  });

  test('no score that CloudWatch refuses: it takes none beyond 2^360', () => {
    const scores = [Number.MAX_VALUE, -Number.MAX_VALUE, 2 ** 360, -(2 ** 360)];
    expect(
      named(
        scores.map((score) => decided('accepted', { score })),
        'score',
      ),
    ).toEqual(scores.slice(2));
  });

  test('bytes that were declared and not fetched, but not those of a message that comes back', () => {
    const bytes = { declared: 1_000, fetched: 200 };
    expect(named([decided('accepted', { bytes }), decided('retried', { bytes })], 'bytesNotFetched')).toEqual([800]);
    expect(named([decided('accepted', { bytes: { declared: 5, fetched: 5 } })], 'bytesNotFetched')).toEqual([]);
  });

  test('the time the first half waited for the second', () => {
    const halves = { in: ['data', 'signal'].map((kind, n) => ({ id: kind, kind, ts: 1_000 + 500 * n })) };
    // Decided at 10,000, sent 2,000 before: the second half came at 8,000.
    const met = decided('accepted', { ...halves, modelMs: 1, latencyMs: 2_000 });
    expect(named([met, decided('duplicate', halves)], 'joinWaitMs')).toEqual([7_000]);
  });
});

describe('metric lines', () => {
  const place = { application: 'shop', tier: 'cheap' };

  test('follow the embedded metric format', () => {
    const [line, ...more] = emfLines(place, measurementsOf([decided('accepted', { score: 0.9 })]), 5);
    expect(more).toEqual([]);
    expect(JSON.parse(line!)).toEqual({
      _aws: {
        Timestamp: 5,
        CloudWatchMetrics: [
          {
            Namespace: 'sluice',
            Dimensions: [['application', 'tier']],
            Metrics: [
              { Name: 'accepted', Unit: 'Count' },
              { Name: 'score', Unit: 'None' },
            ],
          },
        ],
      },
      application: 'shop',
      tier: 'cheap',
      accepted: 1,
      score: 0.9,
    });
  });

  test('hold at most 100 values of a metric, and lose none', () => {
    const scores = Array.from({ length: 250 }, (_, n) => decided('accepted', { score: n }));
    const lines = emfLines(place, measurementsOf(scores), 5).map((line) => JSON.parse(line));
    expect(lines.map((line) => line.score.length)).toEqual([100, 100, 50]);
    expect(lines.flatMap((line) => line.score)).toEqual(scores.map(({ score }) => score));
    expect(lines.map((line) => line.accepted)).toEqual([250, undefined, undefined]);
  });

  test('nothing measured, nothing written', () => {
    expect(emfLines(place, [], 5)).toEqual([]);
  });
});

test('the times of models that a control chose stand apart, by version', () => {
  const used = (model: number, modelMs: number) => decided('accepted', { controls: { model }, modelMs });
  const records = [used(7, 3), used(8, 4), used(7, 5), decided('accepted', { modelMs: 9 }), decided('dropped')];
  const times = [...modelTimesOf(records)].map(([model, some]) => [model, some.map(({ value }) => value)]);
  expect(times).toEqual([
    ['7', [3, 5]],
    ['8', [4]],
  ]);
  const [line] = emfLines({ application: 'a', tier: 't', model: '7' }, modelTimesOf(records).get('7')!, 0);
  expect(JSON.parse(line!)).toMatchObject({
    model: '7',
    modelMs: [3, 5],
    _aws: { CloudWatchMetrics: [{ Dimensions: [['application', 'tier', 'model']] }] },
  });
});

describe('what comes back without being at fault', () => {
  const retried = (code: string, flow: string | number): DecisionRecord =>
    decided('retried', { code, flow: `${flow}` });

  test('is what a queue, the table, the bucket or the log did not take', () => {
    const codes = ['queue-failed', 'queue-unknown', 'table-failed', 'object-failed', 'log-failed', 'predict-failed'];
    expect(outagesOf(codes.map(retried), [])).toBe(5);
    expect(outagesOf([decided('failed', { code: 'object-failed' })], [])).toBe(0);
  });

  test('is each message once, of which the log took no record', () => {
    const refused = [decided('accepted', { flow: 'a' }), decided('retried', { flow: 'a' }), decided('accepted')];
    expect(outagesOf([], refused)).toBe(2);
    expect(outagesOf([retried('log-failed', 'a')], refused)).toBe(2);
  });
});
