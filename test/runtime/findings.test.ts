import { describe, expect, test } from 'vitest';
import type { Graph } from '../../lib/core/plan.ts';
import { checkup } from '../../lib/runtime/checkup/checkup.ts';
import type { CloudFacts, QueueFacts } from '../../lib/runtime/checkup/facts.ts';
import { messagesIn } from '../../lib/runtime/checkup/finding.ts';
import { graphOf } from '../aws-handler/harness.ts';
import { carrying, cheap } from '../support/tiers.ts';

/* What a checkup says, word for word: `sluice doctor` prints it, and somebody acts on it. */

const graph = graphOf([cheap(), carrying()]);
const EMPTY = { ready: 0, delayed: 0, inFlight: 0 };
const DEPLOY = 'Deploy the tier files as they are: npx cdk deploy';

function healthy(of: Graph = graph): CloudFacts {
  return {
    queues: of.queues.map((spec) => ({ ...spec, depth: EMPTY })),
    expires: true,
    versions: undefined,
    running: undefined,
  };
}
const withQueue = (name: string, change: Partial<QueueFacts>, facts = healthy()): CloudFacts => ({
  ...facts,
  queues: facts.queues.map((queue) => (queue.name === name ? { ...queue, ...change } : queue)),
});
const found = (facts: CloudFacts, before?: CloudFacts, of = graph) =>
  checkup({ graph: of, facts, before, at: ' --application shop' });
const depth = (ready: number, more: object = {}) => ({ depth: { ...EMPTY, ready, ...more } });

describe('a checkup says', () => {
  test('that a queue is not deployed, or gone', () => {
    const place = { severity: 'error', tier: 'dear', queue: 'dear' };
    const facts = healthy();
    expect(found({ ...facts, queues: facts.queues.filter(({ name }) => name !== 'dear') })).toEqual([
      { ...place, code: 'not-deployed', problem: 'queue dear is not deployed', fix: 'Deploy it: npx cdk deploy' },
    ]);
    expect(found(withQueue('dear', { depth: undefined }))).toEqual([
      {
        ...place,
        code: 'queue-gone',
        problem: 'queue dear was deployed and is gone',
        fix: 'Something else deleted it. Deploy it anew: remove the tier, deploy, add it again, deploy.',
      },
    ]);
  });

  test.each([
    [1, '1 message waits'],
    [2, '2 messages wait'],
  ])('that of %i nothing takes any', (ready, waits) => {
    const facts = withQueue('cheap', depth(ready));
    expect(found(facts, facts)).toEqual([
      {
        severity: 'warning',
        code: 'unread',
        tier: 'cheap',
        queue: 'cheap',
        problem: `${waits} in cheap and nothing takes them`,
        fix: 'See that its event source mapping is enabled, and the log of its function.',
      },
    ]);
    expect(found({ ...facts, running: false })).toEqual([
      {
        severity: 'warning',
        code: 'not-running',
        problem: `${waits} and nothing runs`,
        fix: 'Run it: npx sluice dev --application shop',
      },
    ]);
  });

  test('nothing of messages that somebody is at, of those seen once only, and of an empty cascade that stands still', () => {
    const facts = withQueue('cheap', depth(3));
    expect(found(facts)).toEqual([]);
    expect(found(facts, withQueue('cheap', { depth: undefined }))).toEqual([]);
    expect(found(facts, withQueue('cheap', depth(4)))).toEqual([]);
    expect(found(facts, withQueue('cheap', depth(3, { inFlight: 1 })))).toEqual([]);
    expect(found(facts, withQueue('cheap', depth(2))).map(({ code }) => code)).toEqual(['unread']);
    expect(found(withQueue('cheap', depth(0, { delayed: 1 })), withQueue('cheap', depth(0, { delayed: 1 })))).toEqual(
      [],
    );
    expect(found({ ...healthy(), running: false })).toEqual([]);
    expect(found({ ...withQueue('dear.dlq', depth(1)), running: false }).map(({ code }) => code)).toEqual([
      'dead-letters',
    ]);
  });

  test('that all queues together wait where nothing runs', () => {
    const facts = withQueue('dear', depth(2), withQueue('cheap', depth(3)));
    expect(found({ ...facts, running: false })[0]!.problem).toBe('5 messages wait and nothing runs');
  });

  test('that messages come back too soon', () => {
    const { visibilityMs } = graph.tiers[0]!.limits;
    expect(found(withQueue('cheap', { visibilityMs }))).toEqual([]);
    expect(found(withQueue('cheap', { visibilityMs: visibilityMs - 1_000 }))).toEqual([
      {
        severity: 'error',
        code: 'visibility-short',
        tier: 'cheap',
        queue: 'cheap',
        problem: `cheap hides messages for ${visibilityMs / 1_000 - 1} s, and its tier needs ${visibilityMs / 1_000} s`,
        fix: DEPLOY,
      },
    ]);
  });

  test('that messages are given up too soon, or never', () => {
    const asked = graph.queues.find(({ name }) => name === 'cheap')!.maxReceives!;
    const place = { tier: 'cheap', queue: 'cheap', fix: DEPLOY };
    expect(found(withQueue('cheap', { maxReceives: asked }))).toEqual([]);
    expect(found(withQueue('cheap', { maxReceives: asked - 1 }))).toEqual([
      {
        ...place,
        severity: 'warning',
        code: 'receives-few',
        problem: `cheap gives messages up after ${asked - 1} receives; its tier files ask for ${asked}`,
      },
    ]);
    const facts = healthy();
    const queues = facts.queues.map(({ maxReceives, ...queue }) =>
      queue.name === 'cheap' || maxReceives === undefined ? queue : { ...queue, maxReceives },
    );
    expect(found({ ...facts, queues })).toEqual([
      {
        ...place,
        severity: 'error',
        code: 'no-dead-letters',
        problem: 'cheap has no dead-letter queue: a message that kills its function comes back until it is too old',
      },
    ]);
  });

  test('that letters go before the messages they were', () => {
    const { retentionMs } = graph.queues.find(({ name }) => name === 'cheap')!;
    expect(found(withQueue('cheap.dlq', { retentionMs: retentionMs + 1 }))).toEqual([]);
    expect(found(withQueue('cheap.dlq', { retentionMs }))).toEqual([
      {
        severity: 'error',
        code: 'dead-letters-expire-first',
        tier: 'cheap',
        queue: 'cheap',
        problem: 'cheap.dlq keeps its letters no longer than cheap its messages',
        fix: DEPLOY,
      },
    ]);
  });

  test.each([
    [1, '1 dead letter of cheap'],
    [2, '2 dead letters of cheap'],
  ])('that there are %i dead letters', (count, problem) => {
    expect(found(withQueue('cheap.dlq', depth(0, { inFlight: count })))).toEqual([
      {
        severity: 'warning',
        code: 'dead-letters',
        tier: 'cheap',
        queue: 'cheap.dlq',
        problem,
        fix: 'See why: npx sluice dlq ls --tier cheap --application shop; then npx sluice dlq redrive --tier cheap --application shop',
      },
    ]);
  });

  test('that the table keeps everything', () => {
    expect(found({ ...healthy(), expires: undefined })).toEqual([]);
    expect(found({ ...healthy(), expires: false })).toEqual([
      {
        severity: 'error',
        code: 'time-to-live-off',
        problem: 'the flow table keeps everything for ever: it has no time to live',
        fix: 'Turn it on, attribute expiresAt: npx cdk deploy, or aws dynamodb update-time-to-live.',
      },
    ]);
  });

  test('that another version runs', () => {
    const { version, file } = graph.tiers[0]!;
    expect(found({ ...healthy(), versions: { cheap: version } })).toEqual([]);
    expect(found({ ...healthy(), versions: { cheap: 'old' } })).toEqual([
      {
        severity: 'note',
        code: 'version-differs',
        tier: 'cheap',
        problem: `tier cheap is deployed as version old, and ${file} is ${version}`,
        fix: 'Deploy it: npx cdk deploy',
      },
    ]);
  });

  test('errors before warnings before notes', () => {
    const facts = { ...withQueue('cheap.dlq', depth(1)), expires: false, versions: { cheap: 'old' } };
    expect(found(facts).map(({ severity }) => severity)).toEqual(['error', 'warning', 'note']);
  });
});

describe('of a tier on its way out a checkup says', () => {
  const accepting = cheap({ extra: { exhausted: 'accept' } });
  const retired = graphOf([accepting, carrying({ retired: true })]);
  const alone = graphOf([accepting]);
  const of = (of: Graph, facts: CloudFacts) =>
    found(facts, undefined, of).filter(({ tier, code }) => tier === 'dear' && code !== 'dead-letters');

  test('when its file can be deleted', () => {
    expect(of(retired, healthy(retired))).toEqual([
      {
        severity: 'note',
        code: 'retired-done',
        tier: 'dear',
        problem: 'retired tier dear is empty: its file can be deleted',
        fix: 'Counts of SQS lag: look again in a minute, then delete the file and deploy.',
      },
    ]);
    expect(of(retired, withQueue('dear', depth(0, { delayed: 2 }), healthy(retired)))).toEqual([
      {
        severity: 'warning',
        code: 'retired-busy',
        tier: 'dear',
        problem: 'retired tier dear is not done: 2 waiting messages',
        fix: 'Keep its file until they are gone; redrive or purge its dead letters.',
      },
    ]);
  });

  test('when the next deployment loses nothing', () => {
    expect(of(alone, healthy(retired))).toEqual([
      {
        severity: 'note',
        code: 'leftover-done',
        tier: 'dear',
        problem: 'tier dear is still there, has no file and is empty',
        fix: 'The next npx cdk deploy removes it, and nothing is lost.',
      },
    ]);
    expect(of(alone, withQueue('dear.dlq', depth(2), healthy(retired)))).toEqual([
      {
        severity: 'error',
        code: 'leftover-busy',
        tier: 'dear',
        problem: 'tier dear has no file any more, and the next deployment would delete 2 dead letters',
        fix: 'Put its file back with retired: true, deploy, and wait until it is empty.',
      },
    ]);
  });
});

test('messages are counted whatever they are doing, and none where no queue is', () => {
  expect(messagesIn({ name: 'q', depth: { ready: 1, delayed: 2, inFlight: 4 } })).toBe(7);
  expect(messagesIn({ name: 'q', depth: undefined })).toBe(0);
  expect(messagesIn(undefined)).toBe(0);
});
