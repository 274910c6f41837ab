import { describe, expect, test } from 'vitest';
import type { Graph } from '../../lib/core/plan.ts';
import { checkup } from '../../lib/runtime/checkup/checkup.ts';
import type { CloudFacts, QueueFacts } from '../../lib/runtime/checkup/facts.ts';
import type { FindingCode } from '../../lib/runtime/checkup/finding.ts';
import { graphOf } from '../aws-handler/harness.ts';
import { carrying, cheap } from '../support/tiers.ts';

const graph = graphOf([cheap(), carrying()]);
const DAY_MS = 86_400_000;
const EMPTY = { ready: 0, delayed: 0, inFlight: 0 };

/** A cloud in which all is as the tier files say. */
function healthy(of: Graph = graph): CloudFacts {
  const versions = Object.fromEntries(of.tiers.map(({ tier, version }) => [tier.name, version]));
  return { queues: of.queues.map((spec) => ({ ...spec, depth: EMPTY })), expires: true, versions, running: undefined };
}

const withQueue = (name: string, change: Partial<QueueFacts>, facts = healthy()): CloudFacts => ({
  ...facts,
  queues: facts.queues.map((queue) => (queue.name === name ? { ...queue, ...change } : queue)),
});
const without = (facts: CloudFacts, isGone: (name: string) => boolean): CloudFacts => ({
  ...facts,
  queues: facts.queues.filter(({ name }) => !isGone(name)),
});
const waiting = { ...EMPTY, ready: 3 };

describe('a checkup', () => {
  test('of a healthy cascade finds nothing', () => {
    expect(checkup({ graph, facts: healthy(), before: undefined, at: '' })).toEqual([]);
  });

  test.each<[FindingCode, string, CloudFacts, CloudFacts?]>([
    ['not-deployed', 'error', without(healthy(), (name) => name === 'dear')],
    ['queue-gone', 'error', withQueue('dear', { depth: undefined })],
    ['unread', 'warning', withQueue('cheap', { depth: waiting }), withQueue('cheap', { depth: waiting })],
    ['not-running', 'warning', { ...withQueue('cheap', { depth: waiting }), running: false }],
    ['visibility-short', 'error', withQueue('cheap', { visibilityMs: 30_000 })],
    ['no-dead-letters', 'error', withoutRedrive('cheap')],
    ['receives-few', 'warning', withQueue('cheap', { maxReceives: 3 })],
    ['dead-letters-expire-first', 'error', withQueue('cheap.dlq', { retentionMs: 345_600_000 })],
    ['time-to-live-off', 'error', { ...healthy(), expires: false }],
    ['dead-letters', 'warning', withQueue('cheap.dlq', { depth: waiting })],
    ['dead-letters-expiring', 'error', withQueue('cheap.dlq', { oldestMs: 12 * DAY_MS })],
    ['old-messages', 'warning', withQueue('dear', { oldestMs: 16 * 60_000 })],
    ['deep-queue', 'note', withQueue('cheap', { depth: { ...EMPTY, ready: 10_000 } })],
    ['version-differs', 'note', { ...healthy(), versions: { cheap: 'another', dear: graph.tiers[1]!.version } }],
  ])('says %s as an %s, where it is and what to do', (code, severity, facts, before) => {
    const found = checkup({ graph, facts, before, at: '' });
    expect(found.map((finding) => finding.code)).toEqual([code]);
    expect(found[0]).toMatchObject({
      severity,
      problem: expect.stringMatching(/\w/),
      fix: expect.stringMatching(/\w/),
    });
  });

  test('takes messages for read that are fewer, or in flight, on the second look', () => {
    const before = withQueue('cheap', { depth: waiting });
    for (const depth of [
      { ...EMPTY, ready: 2 },
      { ...waiting, inFlight: 1 },
    ]) {
      expect(checkup({ graph, facts: withQueue('cheap', { depth }), before, at: '' })).toEqual([]);
    }
  });

  test('lets messages be younger than the alarm, and dead letters that people have days for', () => {
    const facts = withQueue('cheap.dlq', { oldestMs: 10 * DAY_MS }, withQueue('cheap', { oldestMs: 14 * 60_000 }));
    expect(checkup({ graph, facts, before: undefined, at: '' })).toEqual([]);
  });

  test('lets answers wait for a consumer of one’s own', () => {
    const facts = withQueue('answers', { depth: waiting });
    expect(checkup({ graph, facts, before: facts, at: '' })).toEqual([]);
  });

  test('says the worst first', () => {
    const facts = { ...withQueue('cheap.dlq', { depth: waiting }), expires: false };
    expect(checkup({ graph, facts, before: undefined, at: '' }).map(({ severity }) => severity)).toEqual([
      'error',
      'warning',
    ]);
  });
});

describe('removing a tier', () => {
  const retired = graphOf([cheap({ extra: { exhausted: 'accept' } }), carrying({ retired: true })]);
  const alone = graphOf([cheap({ extra: { exhausted: 'accept' } })]);
  const removal = (of: Graph, facts: CloudFacts): readonly (string | undefined)[] =>
    checkup({ graph: of, facts, before: undefined, at: '' })
      .filter(({ tier, code }) => tier === 'dear' && code !== 'dead-letters')
      .flatMap(({ severity, code, problem }) => [severity, code, problem]);

  test.each<[string, CloudFacts, CloudFacts]>([
    ['its queue', withQueue('dear', { depth: { ...EMPTY, inFlight: 1 } }, healthy(retired)), healthy(retired)],
    ['its dead letters', withQueue('dear.dlq', { depth: waiting }, healthy(retired)), healthy(retired)],
  ])('is safe once %s is empty, before and after its file is deleted', (_, busy, done) => {
    expect(removal(retired, busy).slice(0, 2)).toEqual(['warning', 'retired-busy']);
    expect(removal(retired, done).slice(0, 2)).toEqual(['note', 'retired-done']);
    expect(removal(alone, busy).slice(0, 2)).toEqual(['error', 'leftover-busy']);
    expect(removal(alone, done).slice(0, 2)).toEqual(['note', 'leftover-done']);
  });

  test('says how much would be lost', () => {
    const busy = withQueue('dear.dlq', { depth: waiting }, withQueue('dear', { depth: waiting }, healthy(retired)));
    expect(removal(alone, busy)[2]).toContain('would delete 3 waiting messages and 3 dead letters');
  });
});

function withoutRedrive(name: string): CloudFacts {
  const facts = healthy();
  return {
    ...facts,
    queues: facts.queues.map(({ maxReceives, ...queue }) =>
      queue.name === name || maxReceives === undefined ? queue : { ...queue, maxReceives },
    ),
  };
}
