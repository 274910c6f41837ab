import { describe, expect, test } from 'vitest';
import type { DecisionRecord } from '../../lib/core/decision.ts';
import type { Envelope } from '../../lib/core/envelope.ts';
import { deploymentOf } from '../../lib/testing/application.ts';
import type { FactOf, MessageFacts } from '../../lib/testing/facts.ts';
import { type Broken, LAWS, lawsOf } from '../../lib/testing/laws/all.ts';
import { JOIN_LAWS } from '../../lib/testing/laws/of-joins.ts';
import { runsOf } from '../../lib/testing/runs.ts';
import { createWorld } from '../../lib/testing/world.ts';
import { fiveTiers } from './five-tiers.ts';

const deployment = await deploymentOf({ tiers: fiveTiers });
const { whole: graph } = deployment;

const START = Date.UTC(2026, 0, 1);

/** Facts as a simulation would tell them, by whom. */
type Told = readonly (readonly [by: string, fact: FactOf])[];

/** The laws that a made-up history breaks. */
function brokenBy(told: Told, clockAhead = 0): readonly string[] {
  const broken: Broken[] = [];
  const laws = lawsOf(runsOf(deployment), (one) => broken.push(one));
  const world = createWorld({
    seed: 1,
    start: START,
    queues: graph.queues,
    rates: {},
    faultsMs: 0,
    onFact: (fact) => laws.hear(fact, world),
  });
  world.clockAhead = clockAhead;
  for (const [by, fact] of told) {
    // Laws look facts over afterwards, so each history has its own.
    world.tell(by, { ...fact });
    if (fact.did === 'log') world.records.push(fact.record);
  }
  laws.end(world);
  return [...new Set(broken.map(({ law }) => law))];
}

const message = (id: string, kind: Envelope['kind'], extra: Partial<Envelope> = {}): MessageFacts => {
  const from = { name: kind === 'data' ? 'client' : 'glance', version: '1' };
  return {
    id,
    queueId: `q ${id}`,
    flow: 'f',
    kind,
    envelope: { v: 1, id, flow: 'f', kind, from, ts: 0, sent: 0, hop: 0, ...extra },
  };
};
const signal = (score: number, threshold = 0.5) => ({ output: {}, tier: 'glance', version: '1', score, threshold });
const send = (queue: string, sent: MessageFacts): FactOf => ({ did: 'send', queue, message: sent, visibleAt: 0 });
const receive = (queue: string, got: MessageFacts): FactOf => ({
  did: 'receive',
  queue,
  messages: [{ ...got, receives: 1 }],
});
const log = (
  tier: string,
  decision: DecisionRecord['decision'],
  ids: readonly string[],
  extra: Partial<DecisionRecord> = {},
): FactOf => ({
  did: 'log',
  record: {
    v: 1,
    at: 0,
    application: 'simulated',
    tier,
    version: '1',
    flow: 'f',
    decision,
    in: ids.map((id) => ({ id, kind: 'data' })),
    attempt: 1,
    calls: { queue: 0, table: 0, object: 0 },
    ...extra,
  },
});

const data = message('d', 'data');
const answer = message('a', 'answer', { signal: signal(1) });
const up = message('s', 'signal', { signal: signal(0.1) });
const answered: Told = [
  ['client', send('glance', data)],
  ['glance#1', receive('glance', data)],
  ['glance#1', { did: 'predict', tier: 'glance', flow: 'f' }],
  ['glance#1', { did: 'gate', tier: 'glance', flow: 'f', gate: 'destination', scores: [1] }],
  ['glance#1', send('answers', answer)],
  ['glance#1', log('glance', 'accepted', ['d'], { score: 1, threshold: 0.5, out: [{ id: 'a', to: 'answers' }] })],
  ['event source', { did: 'delete', queue: 'glance', message: data }],
  ['answers#1', receive('answers', answer)],
  ['answers#1', { did: 'answer', id: 'a', flow: 'f', tier: 'glance', version: '1', output: {} }],
  ['answers#1', log('answers', 'delivered', ['a'])],
];
const half = (key: string, set: object): FactOf => ({
  did: 'write',
  applied: true,
  update: { key, set: set as never },
  item: { expiresAt: 2_000_000_000, ...set } as never,
});

const pair = (data: number, sent: number): object => ({ data: { id: 'h', ts: data }, signal: { id: 's', ts: sent } });

/** A signal that fits the data comes while one that does not is in its place; both that were there wait in vain. */
const fits = { id: 't', ts: 19_000 };
const waitingPair = pair(20_000, 0);
const turnedAway: Told = [
  ...answered,
  [
    'look#1',
    {
      did: 'write',
      applied: true,
      update: { key: 'join#look#f', setIfAbsent: { signal: fits } },
      item: { expiresAt: 2_000_000_000, ...waitingPair } as never,
    },
  ],
  ['table', { did: 'expire', key: 'join#look#f', item: { data: { id: 'h', ts: 20_000 } } as never }],
];

test('a flow that is answered breaks no law', () => expect(brokenBy(answered)).toEqual([]));

describe('each law is broken by', () => {
  const cases: Readonly<Record<string, Told>> = {
    'every flow ends once': [['client', send('glance', data)]],
    'one output id': [...answered, ['glance#2', send('answers', message('b', 'answer', { signal: signal(1) }))]],
    'a claimed flow is finished once': [
      ...answered,
      ['read#1', half('once#read#f', { done: 'x' })],
      ['read#2', half('once#read#f', { done: 'x' })],
    ],
    'a satisfied flow goes no further': [
      ...answered,
      ['glance#1', send('look', message('s', 'signal', { signal: signal(0.9) }))],
    ],
    'gates see their own verdict only': [
      ...answered,
      ['glance#1', { did: 'gate', tier: 'glance', flow: 'f', gate: 'escalate', scores: [0.9] }],
    ],
    'no half waits silently': [...answered, ['look#1', half('join#look#f', { data: { id: 'h' } })]],
    'halves that join belong together': [
      ...answered,
      ['look#1', half('join#look#f', { ...pair(0, 20_000), owner: 'x' })],
      ['look#1', log('look', 'dropped', ['h', 's'])],
    ],
    'halves that fit each other join': turnedAway,
    'one at a time works on a claimed flow': [
      ...answered,
      ['read#1', half('once#read#f', { owner: 'x' })],
      ['read#2', half('once#read#f', { owner: 'y' })],
    ],
    'attempts are kept to': [
      ...answered,
      ['glance#1', log('glance', 'failed', ['d'], { code: 'predict-failed', out: [{ id: 'l', to: 'glance.dlq' }] })],
    ],
    'who waits is told': [['client', send('glance', message('d', 'data', { reply: true }))], ...answered],
    'objects outlive their flow': [['study#1', { did: 'remove', key: 'objects/f/scan', found: true }], ...answered],
    'an untouched object is not fetched': [
      ...answered,
      ['look#1', { did: 'get', key: 'objects/f/frame', found: true }],
    ],
    'pace is kept': [
      ...answered,
      ['expert#1', half('pace#expert', { next: START + 300 })],
      ['expert#2', half('pace#expert', { next: START + 400 })],
    ],
    'acknowledged with a decision': answered.filter(
      ([, fact]) => fact.did !== 'log' || fact.record.decision !== 'accepted',
    ),
    'the log tells how a flow ended': answered.filter(
      ([, fact]) => fact.did !== 'log' || fact.record.decision !== 'delivered',
    ),
    'the log tells what was sent': [
      ...answered,
      ['glance#1', log('glance', 'accepted', ['d'], { out: [{ id: 'x', to: 'answers' }] })],
    ],
    'no half waits longer than its ttl': [
      ...answered,
      ['look#1', half('join#look#f', { data: { id: 'd' }, expiresAt: START / 1_000 + 3_602 })],
    ],
    'batches never fail': [...answered, ['look#1', { did: 'fail', error: new Error('thrown') }]],
  };

  test.each(Object.entries(cases))('%s', (law, told) => expect(brokenBy(told)).toContain(law));

  test('nothing is left behind', () => {
    const broken: Broken[] = [];
    const laws = lawsOf(runsOf(deployment), (one) => broken.push(one));
    const world = createWorld({
      seed: 1,
      start: 0,
      queues: graph.queues,
      rates: {},
      faultsMs: 0,
      onFact: () => undefined,
    });
    world.table.update({ key: 'once#read#f', set: { owner: 'x' } });
    world.queues.get('look')!.add({ body: 'left' }, 0);
    laws.end(world);
    expect(broken.map(({ law }) => law)).toEqual(['nothing is left behind', 'nothing is left behind']);
  });

  test('who gives back a claim that another one has', () => {
    const claims = (by: string): Told => [
      ...answered,
      ['read#1', half('once#read#f', { owner: 'x' })],
      [by, { did: 'write', applied: true, update: { key: 'once#read#f', remove: ['owner'] }, item: {} }],
    ];
    expect(brokenBy(claims('read#1'))).toEqual([]);
    expect(brokenBy(claims('read#2'))).toEqual(['one at a time works on a claimed flow']);
  });

  test('a paced tier that drops what should wait', () => {
    const end = log('expert', 'throttled', ['d']);
    expect(brokenBy([...answered, ['expert#1', end]])).toContain('pace is kept');
    expect(brokenBy([...answered, ['expert#1', log('expert', 'throttled', ['d'], { until: START + 1 })]])).toEqual([]);
  });

  test('a message or a half whose body is written over by another one', () => {
    for (const key of ['messages/a/x', 'halves/look/x'])
      expect(brokenBy([...answered, ['look#1', { did: 'put', key, found: true }]])).toEqual([
        'objects outlive their flow',
      ]);
    expect(brokenBy([...answered, ['look#1', { did: 'put', key: 'produced/f/x', found: true }]])).toEqual([]);
  });

  test('there is a case for each', () => {
    const names = [...LAWS, ...JOIN_LAWS].map((make) => make(graph, runsOf(deployment)).name);
    expect(new Set(names)).toEqual(new Set([...Object.keys(cases), 'nothing is left behind']));
  });
});

describe('what the documents allow breaks none', () => {
  test('a half that was turned away, and came again', () => {
    const again = half('join#look#f', { data: { id: 'h', ts: 20_000 }, signal: fits });
    const told = [...turnedAway.slice(0, -1), ['look#1', again] as const, ...turnedAway.slice(-1)];
    expect(brokenBy(turnedAway)).toContain('halves that fit each other join');
    expect(brokenBy(told)).not.toContain('halves that fit each other join');
    expect(brokenBy(turnedAway, 60_000)).not.toContain('halves that fit each other join');
  });

  test('two output ids of two versions', () => {
    const other = message('b', 'answer', { signal: signal(1), from: { name: 'glance', version: '2' } });
    expect(brokenBy([...answered, ['glance#2', send('answers', other)]])).toEqual([]);
  });

  test('an answer and a dead letter of two deliveries of one message', () => {
    const twice: Told = [
      ...answered,
      ['glance#2', receive('glance', data)],
      ['glance#2', log('glance', 'expired', ['d'])],
    ];
    expect(brokenBy(twice)).toEqual([]);
    expect(brokenBy([...answered, ['glance#2', log('glance', 'expired', ['d'])]])).toEqual(['every flow ends once']);
  });

  test('an escalation in shadow of a flow that is answered', () => {
    const shadow = message('s', 'signal', { signal: signal(0.9), audit: true });
    expect(brokenBy([...answered, ['glance#1', send('look', shadow)]])).toEqual([]);
    expect(brokenBy([...answered, ['glance#1', send('look', up)]])).toEqual(['a satisfied flow goes no further']);
  });

  test('an object that is looked for by whoever stood still while others finished the flow', () => {
    const gone: Told = [
      ...answered,
      ['study#1', { did: 'remove', key: 'objects/f/scan', found: true }],
      ['expert#1', { did: 'touch', tier: 'expert', flow: 'f', key: 'objects/f/scan' }],
      ['expert#1', { did: 'get', key: 'objects/f/scan', found: false }],
    ];
    expect(brokenBy(gone)).toEqual(['objects outlive their flow']);
    expect(brokenBy([['world', { did: 'fault', kind: 'stall', place: 'expert' }], ...gone])).toEqual([]);
  });

  test('a claim taken over from whoever stood still past its lease', () => {
    const claims: Told = [
      ...answered,
      ['read#1', half('once#read#f', { owner: 'x' })],
      ['read#2', half('once#read#f', { owner: 'y' })],
    ];
    expect(brokenBy([['world', { did: 'fault', kind: 'stall', place: 'read' }], ...claims])).toEqual([]);
  });

  test('turns that come close where clocks are not right', () => {
    const turns: Told = [
      ...answered,
      ['expert#1', half('pace#expert', { next: START + 300 })],
      ['expert#2', half('pace#expert', { next: START + 400 })],
    ];
    expect(brokenBy(turns, 60_000)).toEqual([]);
  });
});
