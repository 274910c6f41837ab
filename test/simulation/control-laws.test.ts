import { describe, expect, test } from 'vitest';
import { afterChange } from '../../lib/core/control/item.ts';
import type { ControlMessage } from '../../lib/core/control/message.ts';
import type { Envelope, Signal } from '../../lib/core/envelope.ts';
import { deploymentOf } from '../../lib/testing/application.ts';
import { type Deployment, underOtherVersions } from '../../lib/testing/deployment.ts';
import type { FactOf, MessageFacts } from '../../lib/testing/facts.ts';
import { type Broken, lawsOf } from '../../lib/testing/laws/all.ts';
import { CONTROL_LAWS } from '../../lib/testing/laws/of-controls.ts';
import { runsOf } from '../../lib/testing/runs.ts';
import { createWorld } from '../../lib/testing/world.ts';
import { heaters } from './controlled.ts';

const deployment = await deploymentOf(heaters);
const { whole: graph } = deployment;
const names = CONTROL_LAWS.map((make) => make(graph, runsOf(deployment)).name);

/** A fact at a time, ms. */
type Told = readonly (readonly [at: number, by: string, fact: FactOf])[];

/** The laws of controls that a made-up history breaks. */
function brokenBy(told: Told, of: Deployment = deployment): readonly string[] {
  const broken: Broken[] = [];
  const laws = lawsOf(runsOf(of), (one) => broken.push(one));
  const world = createWorld({
    seed: 1,
    start: 0,
    queues: graph.queues,
    rates: {},
    faultsMs: 0,
    onFact: (fact) => laws.hear(fact, world),
  });
  for (const [at, by, fact] of told) {
    world.schedule.pass(at);
    if (fact.did === 'write') world.table.update(fact.update);
    world.tell(by, { ...fact });
  }
  laws.end(world);
  return [...new Set(broken.map(({ law }) => law))].filter((law) => names.includes(law));
}

const setting = (version: number): ControlMessage => ({
  name: 'setting',
  version,
  value: { sensor: 'us', desired: version },
});
const message = (id: string, kind: Envelope['kind'], extra: Partial<Envelope> = {}): MessageFacts => {
  const from = { name: kind === 'data' || kind === 'control' ? 'client' : 'heater', version: '1' };
  const flow = kind === 'control' ? 'control#setting' : 'f';
  return {
    id,
    queueId: `q ${id}`,
    flow,
    kind,
    envelope: { v: 1, id, flow, kind, from, ts: 0, sent: 0, hop: 0, ...extra },
  };
};
const send = (queue: string, sent: MessageFacts): FactOf => ({ did: 'send', queue, message: sent, visibleAt: 0 });
const sends = (version: number): FactOf =>
  send('controls', message(`m${version}`, 'control', { control: setting(version) }));
const log = (tier: string, decision: 'applied' | 'accepted' | 'dropped', id: string): FactOf => ({
  did: 'log',
  record: {
    v: 1,
    at: 0,
    application: 'simulated',
    tier,
    version: '1',
    flow: tier === 'controls' ? 'control#setting' : 'f',
    decision,
    in: [{ id, kind: 'data' }],
    attempt: 1,
    calls: { queue: 0, table: 0, object: 0 },
  },
});
const writes = (key: string, set: object): FactOf => ({
  did: 'write',
  applied: true,
  update: { key, set: set as never },
  item: set as never,
});
const applies = (version: number, key = 'us', more: { readonly deleted?: true } = {}): FactOf => {
  const { value } = setting(version);
  const change = { version, at: 0, id: `m${version}`, ...(more.deleted ? more : { value: value as never }) };
  return writes(`control#setting#${key}`, afterChange(undefined, change, 4));
};
const finds = (version: number, since: number): FactOf => ({
  did: 'find',
  control: 'setting',
  asked: 'us',
  key: 'us',
  version,
  since,
});
const predicts = (version: number): FactOf => ({
  did: 'predict',
  tier: 'heater',
  flow: 'f',
  state: { key: 'us', version },
});
const isTold = (version: number, begun: number): FactOf => ({
  did: 'told',
  tier: 'heater',
  flow: 'f',
  control: 'setting',
  asked: 'us',
  version,
  begun,
});
const signal = (extra: Partial<Signal> = {}): Signal => ({
  output: 'On',
  tier: 'heater',
  version: '1',
  controls: { setting: 1 },
  ...extra,
});
const answer = (extra: Partial<Signal> = {}): FactOf =>
  send('answers', message('a', 'answer', { signal: signal(extra) }));
const counts = (version: number): FactOf => writes('state#heater#us', { version, value: {} });

const applied: Told = [
  [0, 'client', sends(1)],
  [10, 'controls#1', applies(1)],
  [20, 'controls#1', log('controls', 'applied', 'm1')],
];
const answered: Told = [
  ...applied,
  [100, 'heater#1', { did: 'receive', queue: 'heater', messages: [{ ...message('d', 'data'), receives: 1 }] }],
  [100, 'heater#1', predicts(0)],
  [110, 'heater#1', finds(1, 100)],
  [110, 'heater#1', isTold(1, 100)],
  [120, 'heater#1', counts(1)],
  [130, 'heater#1', answer()],
];

/** The same heater, where it works data again. */
const again = underOtherVersions({
  ...graph,
  tiers: graph.tiers.map((plan) => ({ ...plan, tier: { ...plan.tier, reevaluateOnControl: true } })),
});
const decides = (id: string, version: number): FactOf => {
  const { record } = log('heater', 'accepted', id) as FactOf & { did: 'log' };
  const asked = { id: 'asked', kind: 'control' };
  return { did: 'log', record: { ...record, in: [...record.in, asked], controls: { setting: version } } };
};
const keeps = (id: string, ts: number): FactOf =>
  writes('state#heater#us', {
    version: 1,
    value: {},
    newest: { ts, body: JSON.stringify(message(id, 'data').envelope) },
  });
const changed: Told = [
  ...applied,
  [30, 'heater#1', predicts(0)],
  [40, 'heater#1', keeps('d', 7)],
  [50, 'heater#1', decides('d', 1)],
  [60, 'client', sends(2)],
  [70, 'controls#1', applies(2)],
  [80, 'controls#1', log('controls', 'applied', 'm2')],
];
const FRESH = 'controls are no staler than they may be';
const NEWEST = 'the newest data of a key is decided with its newest control';

test('a control that is set, and read, breaks no law', () => expect(brokenBy(answered)).toEqual([]));

describe('each law is broken by', () => {
  const cases: Readonly<Record<string, Told>> = {
    'the version of a control never goes back': [...answered, [9_000, 'controls#1', applies(1)]],
    'controls are no staler than they may be': [
      ...answered,
      [1_000, 'client', sends(2)],
      [1_000, 'controls#1', applies(2)],
      [1_000, 'controls#1', log('controls', 'applied', 'm2')],
      [7_000, 'heater#1', finds(1, 6_500)],
    ],
    'the highest version of a control counts': [
      [0, 'client', sends(2)],
      [0, 'controls#1', log('controls', 'applied', 'm2')],
      ...applied,
    ],
    'a control emits nothing': [...answered, [200, 'controls#1', answer()]],
    'an output names the controls it was made with': [
      ...answered,
      [200, 'heater#1', answer({ controls: { setting: 2 } })],
    ],
    'without its control data does what it must': [
      [0, 'heater#1', predicts(0)],
      [0, 'heater#1', { did: 'miss', tier: 'heater', flow: 'f', policy: 'drop' }],
      [0, 'heater#1', answer()],
    ],
    [NEWEST]: [...answered, [200, 'heater#1', keeps('d', 7)], [210, 'heater#1', keeps('e', 6)]],
    'a state counts each input once': [...answered, [200, 'heater#2', predicts(1)], [200, 'heater#2', counts(2)]],
  };
  test.each(Object.entries(cases))('%s', (law, told) => expect(brokenBy(told)).toContain(law));
  test('there is a case for each', () => expect(new Set(names)).toEqual(new Set(Object.keys(cases))));
});

test('where data is worked again, its newest is decided with what counts in the end, or its end comes after that', () => {
  expect(brokenBy(changed, again)).toEqual([NEWEST]);
  expect(brokenBy([...changed, [90, 'heater#1', decides('d', 2)]], again)).toEqual([]);
  expect(brokenBy([...changed, [90, 'heater#1', decides('other', 2)]], again)).toEqual([NEWEST]);
  expect(brokenBy(changed)).not.toContain(NEWEST);
});

test('where a wildcard counts for it, with the version of that, and after what was nearer had gone', () => {
  const isBroken = (told: Told): boolean => brokenBy(told, again).includes(NEWEST);
  const decided: Told = [...changed, [90, 'heater#1', decides('d', 2)]];
  const wildcard: Told = [...decided, [95, 'controls#1', applies(7, '*')]];
  expect(isBroken(wildcard)).toBe(false);
  const deleted: Told = [...wildcard, [100, 'controls#1', applies(3, 'us', { deleted: true })]];
  expect(isBroken(deleted)).toBe(true);
  expect(isBroken([...deleted, [110, 'heater#1', decides('d', 2)]])).toBe(true);
  const settled: Told = [...deleted, [110, 'heater#1', decides('d', 7)]];
  expect(isBroken(settled)).toBe(false);
  const nothing: Told = [...settled, [120, 'controls#1', applies(8, '*', { deleted: true })]];
  expect(isBroken(nothing)).toBe(true);
  expect(isBroken([...nothing, [130, 'heater#1', decides('d', 0)]])).toBe(false);
});

describe('what the documents allow breaks none', () => {
  const second: Told = [
    [1_000, 'client', sends(2)],
    [1_000, 'controls#1', applies(2)],
    [1_000, 'controls#1', log('controls', 'applied', 'm2')],
  ];
  test('an instance that does not see yet what was set within the staleness', () => {
    expect(brokenBy([...answered, ...second, [5_900, 'heater#1', finds(1, 5_900)]])).toEqual([]);
  });
  test('an instance that takes what it found for fresh, by its own clock', () => {
    const jumps = (at: number, aheadMs: number): Told[number] => [at, 'heater#1', { did: 'clock', aheadMs }];
    const stale = [FRESH];
    // Set back by a second, it has known the value for one second less; set back further, it was read in its future.
    const late = (by: string): Told => [...answered, ...second, jumps(2_000, -1_000), [6_500, by, finds(1, 6_500)]];
    expect(brokenBy(late('heater#1'))).toEqual([]);
    expect(brokenBy(late('heater#2'))).toEqual(stale);
    expect(brokenBy([...answered, ...second, jumps(2_000, -1_000), [7_100, 'heater#1', finds(1, 7_100)]])).toEqual(
      stale,
    );
    expect(brokenBy([...answered, ...second, jumps(2_000, -60_000), [2_500, 'heater#1', finds(1, 2_500)]])).toEqual(
      stale,
    );
    // And a clock that is put right again has what it knew before.
    const right: Told = [jumps(2_000, -60_000), jumps(3_000, 0), [3_500, 'heater#1', finds(1, 3_500)]];
    expect(brokenBy([...answered, ...second, ...right])).toEqual([]);
  });
  test('another instance that sees it earlier', () => {
    const earlier: Told = [
      [2_000, 'heater#2', finds(2, 2_000)],
      [3_000, 'heater#1', finds(1, 3_000)],
    ];
    expect(brokenBy([...answered, ...second, ...earlier])).toEqual([]);
  });
  test('an input that comes again and is answered with what is kept', () => {
    expect(brokenBy([...answered, ...second, [9_000, 'heater#2', answer()]])).toEqual([]);
    expect(brokenBy([...answered, [9_000, 'heater#2', answer({ output: 'Off' })]])).toEqual([
      'a state counts each input once',
    ]);
  });
});
