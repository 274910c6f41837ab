import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DecisionRecord } from '../../lib/core/decision.ts';
import { reportPage } from '../../lib/report/page.ts';
import { type ReportOptions, reportBuilder } from '../../lib/report/report.ts';
import { verdictRecord } from '../decision-log/logs.ts';
import { HONEST, type MadeTier, madeLog, truths } from './logs.ts';
import { all, type Element, parsePage, textOf } from './parse.ts';

const MADE = Date.UTC(2026, 10, 22, 10, 30);

function markupOf(records: Iterable<DecisionRecord>, options: Partial<ReportOptions> = {}): string {
  const builder = reportBuilder({ application: 'made', ...options });
  for (const record of records) builder.add(record);
  return reportPage(builder.report(), { made: MADE });
}

/** Parses a page and checks what holds for every one. */
function pageOf(records: Iterable<DecisionRecord>, options: Partial<ReportOptions> = {}): Element {
  const markup = markupOf(records, options);
  const page = parsePage(markup);
  const slip = /NaN|Infinity|undefined|\[object/.exec(markup)?.index;
  expect(slip === undefined ? '' : markup.slice(Math.max(0, slip - 60), slip + 40)).toBe('');
  expect(all(page, 'script')).toEqual([]);
  const elements = [...new Set(everyElement(page))];
  const loaded = elements.flatMap(({ attributes }) => [attributes.src, attributes.href, attributes.style]);
  expect(loaded.filter((value) => value && !/^(data:,|--place:[\d.]+|width:[\d.]+%)$/.test(value))).toEqual([]);
  expect(elements.flatMap(({ attributes }) => Object.keys(attributes)).filter((key) => key.startsWith('on'))).toEqual(
    [],
  );
  for (const svg of all(page, 'svg')) {
    expect(svg.attributes.role).toBe('img');
    expect(svg.attributes['aria-label']!.length).toBeGreaterThan(10);
  }
  return page;
}

const everyElement = (element: Element): readonly Element[] =>
  element.children.flatMap((child) => (typeof child === 'string' ? [] : [child, ...everyElement(child)]));

const tier = (name: string, threshold: number, predict: MadeTier['predict']): MadeTier => ({
  name,
  threshold,
  predict,
});

test('a run with labels has every section, and a table behind every chart', () => {
  const page = pageOf(madeLog({ flows: 500, tiers: HONEST }), { labels: truths(500) });
  const ids = all(page, 'section').map(({ attributes }) => attributes.id);
  expect(ids).toEqual(['funnel', 'tradeoff', 'reliability', 'scores', 'latency', 'bytes', 'money', 'how']);
  for (const section of all(page, 'section')) {
    if (all(section, 'svg').length > 0) expect(all(section, 'table').length).toBeGreaterThan(0);
  }
  expect(textOf(page)).toContain('Made by sluice on 22 Nov 2026, 10:30:00 UTC');
});

test('the same records make the same page', () => {
  const once = markupOf(madeLog({ flows: 200, tiers: HONEST }), { labels: truths(200) });
  expect(markupOf(madeLog({ flows: 200, tiers: HONEST }), { labels: truths(200) })).toBe(once);
});

test('its policy forbids to run and to load anything', () => {
  const [policy] = all(pageOf([]), 'meta').filter(({ attributes }) => attributes['http-equiv']);
  expect(policy!.attributes.content).toContain("default-src 'none'");
});

test('an empty log', () => {
  expect(textOf(pageOf([]))).toContain('The log has no record of this application.');
});

test('a log with no decision of a tier', () => {
  const delivered = verdictRecord({ application: 'made', tier: 'answers', decision: 'delivered' });
  expect(textOf(pageOf([delivered]))).toContain('no decision of a tier');
});

test('one tier', () => {
  const page = pageOf(madeLog({ flows: 50, tiers: HONEST.slice(0, 1) }));
  expect(textOf(page)).toContain('50 answers from one tier, cheap.');
  expect(textOf(page)).toContain('there is nothing to compare with but labels');
});

test('one tier with labels', () => {
  const page = pageOf(madeLog({ flows: 50, tiers: HONEST.slice(0, 1) }), { labels: truths(50) });
  expect(textOf(page)).toContain('of answers right, as the labels say');
});

test('no scores', () => {
  const records = [...madeLog({ flows: 60, tiers: HONEST })].map(({ score: _, threshold: __, ...rest }) => rest);
  const ids = all(pageOf(records, { labels: truths(60) }), 'section').map(({ attributes }) => attributes.id);
  expect(ids).not.toContain('scores');
  expect(ids).not.toContain('reliability');
});

test('one class only: every answer is right', () => {
  const always = HONEST.map((one) => ({
    ...one,
    predict: (flow: number) => ({ ...one.predict(flow), label: 'true' }),
  }));
  const page = pageOf(madeLog({ flows: 300, tiers: always }), { labels: truths(300) });
  expect(textOf(page)).toContain('100.0 % of its answers, as the labels say');
});

test('all scores equal', () => {
  const flat = [
    tier('cheap', 0.9, () => ({ score: 0.5, label: 'true' })),
    tier('dear', 0.5, () => ({ score: 0.5, label: 'false' })),
  ];
  pageOf(madeLog({ flows: 300, tiers: flat }), { labels: truths(300) });
});

test('scores that are no probabilities, and thresholds far from all of them', () => {
  const odd = [
    tier('cheap', 1e300, (flow) => ({ score: -flow * 1e5, label: 'true' })),
    tier('dear', -1e-300, (flow) => ({ score: flow / 1e9, label: 'false' })),
  ];
  const page = pageOf(madeLog({ flows: 300, tiers: odd }), { labels: truths(300) });
  expect(textOf(page)).toContain('scores are no probabilities');
});

test('time of audits is told where it is counted, and that the curve is without it', () => {
  const [first, last] = [HONEST[0]!, HONEST[1]!];
  const records = [...madeLog({ flows: 500, tiers: [first, last] })];
  const shadows = records
    .filter(({ tier: name, decision }) => name === first.name && decision === 'accepted')
    .map(({ out: _, threshold: __, exhausted: ___, ...record }) => ({
      ...record,
      tier: last.name,
      decision: 'audited' as const,
      shadow: true as const,
      signal: record.output!,
    }));
  const labels = truths(500);
  const audited = textOf(pageOf([...records, ...shadows], { labels }));
  expect(audited).toMatch(/of the model time that \S+ alone would take, audits included\./);
  expect(audited).toContain('The curve is what other thresholds would give, without audits:');
  expect(textOf(pageOf(records, { labels }))).not.toContain('audits');
});

test('what is counted is told as it is: a flow once, where it ended', () => {
  const page = textOf(pageOf(madeLog({ flows: 5, tiers: HONEST })));
  expect(page).toContain('A flow counts once, where it ended, also one that was redriven after it failed.');
});

test('flows that end without an answer are told of', () => {
  const ended = (['dropped', 'expired', 'failed'] as const).map((decision, i) =>
    verdictRecord({ application: 'made', tier: 'cheap', decision, flow: `lost-${i}` }),
  );
  const page = pageOf([...madeLog({ flows: 20, tiers: HONEST }), ...ended]);
  expect(textOf(page)).toContain('3 flows ended without an answer: 1 dropped, 1 expired, 1 dead-lettered.');
});

test('labels of none of its flows, and predictions that were not kept', () => {
  const stray = new Map([['another', 'true']]);
  expect(textOf(pageOf(madeLog({ flows: 50, tiers: HONEST }), { labels: stray }))).toContain('no labelled flow');
  const bare = madeLog({ flows: 50, tiers: HONEST, captured: false });
  expect(textOf(pageOf(bare, { labels: truths(50) }))).toContain('does not keep what the tiers predicted');
});

test('predictions whose answer is not known ask for its field, and take it', () => {
  const records = [...madeLog({ flows: 50, tiers: HONEST })].map((record) => ({
    ...record,
    output: { language: (record.output as { label: string }).label, confidence: 1 },
  }));
  expect(textOf(pageOf(records, { labels: truths(50) }))).toContain('--answer <field>');
  expect(textOf(pageOf(records, { labels: truths(50), answer: 'language' }))).toContain('of answers right');
});

const HOSTILE = `</script><script>alert(1)</script><img src=x onerror=alert(1)>"'&lt;\u202e\u0000`;

test('hostile text stays text', () => {
  const named = HONEST.map((one, i) => ({ ...one, name: `${HOSTILE}${i}` }));
  const records = [...madeLog({ flows: 100, tiers: named, application: HOSTILE })].map((record) => ({
    ...record,
    version: HOSTILE,
    reason: HOSTILE,
    flow: `${HOSTILE}${record.flow}`,
    output: { label: HOSTILE, confidence: 0.5 },
  }));
  const page = pageOf(records, { application: HOSTILE, labels: new Map([[`${HOSTILE}flow-1`, HOSTILE]]) });
  const shown = HOSTILE.replace('\u202e', '\\u202e').replace('\u0000', '\\u0000');
  expect(textOf(all(page, 'h1')[0]!)).toBe(shown);
  expect(all(page, 'img')).toEqual([]);
});

test('any text is shown as it is, but for what cannot be seen', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }), (name) => {
      const records = madeLog({
        flows: 3,
        tiers: HONEST.map((one) => ({ ...one, name: name + one.name })),
        application: name,
      });
      const page = pageOf(records, { application: name });
      expect(textOf(all(page, 'h1')[0]!).replace(/\\u[0-9a-f]{4}/g, '')).toBe(
        name
          .replace(/[\p{Cc}\p{Cs}\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu, '')
          .replace(/\\u[0-9a-f]{4}/g, ''),
      );
    }),
    { numRuns: 50 },
  );
});

test('times too short for any clock do not make shares of nothing', () => {
  const out = [{ id: '1', to: 'cheap' }];
  const one = (tier: string, decision: 'accepted' | 'escalated', modelMs: number) => {
    const figures = { modelMs, score: 0, threshold: 0, latencyMs: 0, at: 0, bytes: { declared: 0, fetched: 0 } };
    return verdictRecord({ application: 'made', flow: 'a', tier, decision, out, output: 'x', ...figures });
  };
  pageOf([one('dear', 'accepted', 8.9e-18), one('dear', 'escalated', -5e-324), one('cheap', 'accepted', 5e-324)], {
    labels: new Map([['a', 'x']]),
  });
});

test('records with figures as no cascade would write them', () => {
  const odd = fc.double({ noNaN: true, noDefaultInfinity: true });
  const some = fc.record({
    score: odd,
    threshold: odd,
    latencyMs: odd,
    modelMs: odd,
    at: odd,
    flow: fc.constantFrom('a', 'b', 'c'),
    tier: fc.constantFrom('cheap', 'dear'),
    decision: fc.constantFrom('accepted', 'escalated', 'audited', 'parked', 'failed', 'delivered'),
    out: fc.constantFrom([{ id: '1', to: 'cheap' }], [{ id: '2', to: 'dear' }], []),
    output: fc.constantFrom('x', { label: 'x' }, { label: null }, null, [1], {}),
    bytes: fc.record({ declared: fc.nat(), fetched: fc.nat() }),
  });
  fc.assert(
    fc.property(fc.array(some, { maxLength: 30 }), (made) => {
      pageOf(
        made.map((one) => verdictRecord({ application: 'made', ...(one as Partial<DecisionRecord>) })),
        { labels: new Map([['a', 'x']]) },
      );
    }),
    { numRuns: 150 },
  );
});
