import { expect, test } from 'vitest';
import type { DecisionRecord } from '../../lib/core/decision.ts';
import type { Report } from '../../lib/report/figures.ts';
import { percent, whole } from '../../lib/report/format.ts';
import { reportPage } from '../../lib/report/page.ts';
import { type ReportOptions, reportBuilder } from '../../lib/report/report.ts';
import { chance, HONEST, madeLog, truths } from './logs.ts';
import { all, parsePage, tableOf, textOf } from './parse.ts';

const MADE = Date.UTC(2026, 10, 22, 10, 30);
const FLOWS = 3_000;
const records = [...madeLog({ flows: FLOWS, tiers: HONEST })];

function reportOf(given: Iterable<DecisionRecord>, options: Partial<ReportOptions> = {}): Report {
  const builder = reportBuilder({ application: 'made', ...options });
  for (const record of given) builder.add(record);
  return builder.report();
}

const of = (tier: string, decision: string): readonly DecisionRecord[] =>
  records.filter((record) => record.tier === tier && record.decision === decision);

test('the figures of the page are those of the log', () => {
  const page = parsePage(reportPage(reportOf(records, { labels: truths(FLOWS) }), { made: MADE }));

  const funnel = tableOf(page, 'flows by tier');
  expect(funnel.slice(1).map((row) => row.slice(0, 5))).toEqual(
    HONEST.map(({ name }) => {
      const accepted = of(name, 'accepted');
      const escalated = of(name, 'escalated').length;
      const unsure = accepted.filter(({ exhausted }) => exhausted).length;
      return [name, ...[accepted.length + escalated, accepted.length, unsure, escalated].map(whole)];
    }),
  );

  const right = records.filter((r) => r.decision === 'accepted' && isTrue(r)).length;
  const spent = records.reduce((sum, { modelMs = 0 }) => sum + modelMs, 0);
  const own = tableOf(page, 'accuracy and cost').find(([name]) => name === 'this cascade')!;
  expect([own[1], own[3], own[4]]).toEqual([percent(right / FLOWS), whole(FLOWS), percent(spent / (FLOWS * 100))]);

  const scores = tableOf(page, 'scores').slice(1);
  for (const { name } of HONEST) {
    const mine = scores.filter(([tier]) => tier === name);
    const sums = [3, 4, 5].map((at) => mine.reduce((sum, row) => sum + Number(row[at]!.replaceAll(',', '')), 0));
    const accepted = of(name, 'accepted');
    const sure = accepted.filter(({ exhausted }) => !exhausted).length;
    expect(sums).toEqual([sure, accepted.length - sure, of(name, 'escalated').length]);
  }

  const accuracy = tableOf(page, 'accuracy by tier').slice(1);
  expect(accuracy.map((row) => row[1])).toEqual(
    HONEST.map(({ name }) => percent(of(name, 'accepted').filter(isTrue).length / of(name, 'accepted').length)),
  );
  const decided = [...of('cheap', 'accepted'), ...of('cheap', 'escalated')];
  expect(accuracy[0]!.slice(-2)).toEqual([percent(decided.filter(isTrue).length / FLOWS), whole(FLOWS)]);
});

const isTrue = ({ output }: DecisionRecord): boolean => (output as { label: string }).label === 'true';

test('an honest score lies on the diagonal, and the curve reaches every tier', () => {
  const { quality } = reportOf(records, { labels: truths(FLOWS) });
  for (const { bins, error } of quality!.reliability) {
    expect(error).toBeLessThan(0.06);
    for (const bin of bins) expect(Math.abs(bin.right - bin.meanScore)).toBeLessThan(0.2);
  }
  // Only flows that the last tier answered show what all three say: of the others nothing is known there.
  expect(quality!.tradeoff).toBeUndefined();
  const beside = [...besideAll(300)];
  const known = reportOf(records, { labels: truths(FLOWS), beside }).quality!;
  expect(known.tradeoff!.observed).toBeGreaterThanOrEqual(300);
  const exact = HONEST.map(
    ({ predict }) => Array.from({ length: FLOWS }, (_, f) => predict(f)).filter(({ label }) => label === 'true').length,
  );
  known.alone.forEach((rate, tier) => {
    expect(rate!.low).toBeLessThanOrEqual(exact[tier]! / FLOWS);
    expect(rate!.high).toBeGreaterThanOrEqual(exact[tier]! / FLOWS);
  });
});

/** Predictions of every tier on the first flows. */
function* besideAll(flows: number): Generator<NonNullable<ReportOptions['beside']>[number]> {
  for (let flow = 0; flow < flows; flow++) {
    for (const { name, predict } of HONEST) {
      const { score, label } = predict(flow);
      yield { flowId: `flow-${flow}`, tier: name, output: { label }, score };
    }
  }
}

test('without labels, answers are compared with the last tier’s, and the page says so', () => {
  const tiers = HONEST.slice(0, 2);
  const plain = [...madeLog({ flows: 2_000, tiers })];
  // Every tenth flow that the first tier answered is seen by the last one in shadow.
  const audits = plain
    .filter(({ tier, decision }, i) => tier === 'cheap' && decision === 'accepted' && i % 10 === 0)
    .map((record) => {
      const { score, label } = tiers[1]!.predict(Number(record.flow!.slice(5)));
      return {
        ...record,
        tier: 'middle',
        decision: 'audited' as const,
        score,
        signal: record.output!,
        output: { label },
      };
    });
  const report = reportOf([...plain, ...audits]);
  const agreed = audits.filter(({ signal, output }) => (signal as { label: string }).label === output.label).length;
  expect(report.tiers[0]!.shadows).toEqual({ compared: audits.length, agreed });
  const early = report.tiers[0]!.answered;
  const share = ((early * agreed) / audits.length + report.tiers[1]!.answered) / 2_000;
  expect(report.quality!.reference).toBe('last');
  expect(report.quality!.cascade!.share).toBeCloseTo(share, 10);
  expect(textOf(parsePage(reportPage(report, { made: MADE })))).toContain(
    `${percent(share)} of its answers, as middle, the last tier, answers`,
  );
});

test('of more flows than are kept, a fair share stands for all', () => {
  const drawn = reportOf(records, { labels: truths(FLOWS), most: 500 });
  const right = records.filter((r) => r.decision === 'accepted' && isTrue(r)).length / FLOWS;
  expect(drawn.quality!.flows).toBeLessThanOrEqual(500);
  expect(drawn.sampled).toBeLessThanOrEqual(0.25);
  expect(drawn.quality!.cascade!.low).toBeLessThan(right);
  expect(drawn.quality!.cascade!.high).toBeGreaterThan(right);
  // What is counted is counted on all.
  expect(drawn.tiers).toEqual(reportOf(records).tiers);
});

test('the order of records changes nothing', () => {
  const { latency, ...rest } = reportOf(records, { labels: truths(FLOWS) });
  const mixed = records.map((record, i) => [chance(i, 77), record] as const).sort(([a], [b]) => a - b);
  const other = reportOf(
    mixed.map(([, record]) => record),
    { labels: truths(FLOWS) },
  );
  expect({ ...other.quality, reliability: [] }).toEqual({ ...rest.quality, reliability: [] });
  expect(other.tiers.map(({ modelMs: _, ...tier }) => tier)).toEqual(rest.tiers.map(({ modelMs: _, ...tier }) => tier));
  expect(other.latency).toEqual(latency);
});

test('several cascades of one application are drawn one by one', () => {
  const others = HONEST.map((tier) => ({ ...tier, name: `other ${tier.name}` }));
  const two = [...records, ...madeLog({ flows: 200, tiers: others })];
  const report = reportOf(two, { labels: truths(FLOWS) });
  expect(report.chains).toEqual([HONEST, others].map((tiers) => tiers.map(({ name }) => name)));
  expect(report.quality!.tiers).toEqual(report.chains[0]);
  const page = parsePage(reportPage(report, { made: MADE }));
  expect(all(page, 'svg').filter(({ attributes }) => attributes['aria-label']!.startsWith('The funnel'))).toHaveLength(
    4,
  );
});

test('records of other applications are left out', () => {
  const report = reportOf([...records, ...madeLog({ flows: 10, tiers: HONEST, application: 'another' })]);
  expect(report.records).toBe(records.length);
});

test('money is computed from what was billed', () => {
  const { money, flows } = reportOf(records);
  const requests = records.reduce((sum, { billed }) => sum + billed!.requests!, 0) + flows.ended;
  expect(money!.money.sqs).toBeCloseTo((requests * 0.4) / flows.ended, 6);
  const unbilled = records.map(({ billed: _, ...record }) => record);
  expect(reportOf(unbilled).money).toBeUndefined();
});
