import { expect, test } from 'vitest';
import type { DecisionRecord } from '../../lib/core/decision.ts';
import type { AnyTier } from '../../lib/index.ts';
import type { TestCascade } from '../support/cascade.ts';
import { started } from '../support/started.ts';
import { carrying, cheap, joining } from '../support/tiers.ts';

/*
 * Each decision’s record, whole: what the documentation says of the decision log is what programs that read it get, no field
 * less and no field more.
 */

const START = Date.UTC(2026, 0, 1);
const id = expect.any(String);
const modelMs = expect.any(Number);
const calls = (table: number, queue = 0, object = 0) => ({ queue, table, object });
const from = (kind: string, ts = START) => [{ id, kind, ts }];

/** What every record of these tests says; `rest` is what is particular to a decision. */
const whole = (tier: string, decision: string, flow: string, rest: object) => ({
  v: 1,
  at: START,
  application: 'test',
  tier,
  version: 'v1',
  flow,
  decision,
  attempt: 1,
  latencyMs: 0,
  ...rest,
});
const of = (cascade: TestCascade, flow: string | null): readonly DecisionRecord[] =>
  cascade.records.filter((record) => record.flow === flow);

test('escalated and accepted: score, threshold, and each message by the id under which it was sent', async () => {
  const cascade = await started({ tiers: [cheap({ sure: (n) => n }), carrying()] });
  await cascade.send('cheap', { n: 0 }, { flowId: 'f' });
  await cascade.send('cheap', { n: 1 }, { flowId: 'sure' });
  await cascade.drain();
  const [escalated, accepted] = of(cascade, 'f');
  expect(escalated).toEqual(
    whole('cheap', 'escalated', 'f', {
      in: from('data'),
      score: 0,
      threshold: 0.5,
      modelMs,
      calls: calls(0, 1),
      out: [{ id, to: 'dear' }],
    }),
  );
  expect(accepted).toEqual(
    whole('dear', 'accepted', 'f', {
      in: [{ ...escalated!.out![0], to: undefined, kind: 'signal', ts: START }],
      modelMs,
      calls: calls(0, 1),
      out: [{ id: cascade.answers.find((answer) => answer.flowId === 'f')!.id, to: 'answers' }],
    }),
  );
  expect(of(cascade, 'sure')).toEqual([
    whole('cheap', 'accepted', 'sure', {
      in: from('data'),
      score: 1,
      threshold: 0.5,
      modelMs,
      calls: calls(0, 1),
      out: [{ id, to: 'answers' }],
    }),
  ]);
});

test('exhausted: an answer that the last tier was not sure of says so', async () => {
  const cascade = await started({ tiers: [cheap({ extra: { exhausted: 'accept' } })] });
  await cascade.send('cheap', { n: 0 }, { flowId: 'f' });
  await cascade.drain();
  expect(of(cascade, 'f')).toEqual([
    whole('cheap', 'accepted', 'f', {
      in: from('data'),
      score: 0,
      threshold: 0.5,
      exhausted: true,
      modelMs,
      calls: calls(0, 1),
      out: [{ id, to: 'answers' }],
    }),
  ]);
});

test('audited: both outputs of the tier that accepts, and both predictions in the record of the one that audits', async () => {
  const cascade = await started({ tiers: [cheap({ sure: () => 1, extra: { audit: 1 } }), carrying()] });
  await cascade.send('cheap', { n: 1 }, { flowId: 'f' });
  await cascade.drain();
  const [accepted, audited] = of(cascade, 'f');
  expect(accepted).toEqual(
    whole('cheap', 'accepted', 'f', {
      in: from('data'),
      score: 1,
      threshold: 0.5,
      audit: true,
      modelMs,
      calls: calls(0, 2),
      out: [
        { id, to: 'answers' },
        { id, to: 'dear' },
      ],
    }),
  );
  expect(audited).toEqual(
    whole('dear', 'audited', 'f', {
      in: [{ id: accepted!.out![1]!.id, kind: 'signal', ts: START }],
      shadow: true,
      modelMs,
      calls: calls(0),
      signal: { guess: 'cheap 1', sure: 1 },
      output: { guess: 'dear 1 after cheap 1' },
    }),
  );
  expect(accepted!.out![0]!.id).not.toBe(accepted!.out![1]!.id);
});

test('capture: the payloads of a decision, where the tier asks for them, and nowhere else', async () => {
  const cascade = await started({ tiers: [cheap({ extra: { capture: 1 } }), carrying({ capture: 1 })] });
  await cascade.send('cheap', { n: 1 }, { flowId: 'f' });
  await cascade.drain();
  const [escalated, accepted] = of(cascade, 'f');
  const guess = { guess: 'cheap 1', sure: 0 };
  expect(escalated).toMatchObject({ data: { n: 1 }, output: guess });
  expect(escalated).not.toHaveProperty('signal');
  expect(accepted).toMatchObject({ data: { n: 1 }, signal: guess, output: { guess: 'dear 1 after cheap 1' } });

  const silent = await started({ tiers: [cheap({ extra: { capture: 0 } }), carrying()] });
  await silent.send('cheap', { n: 1 }, { flowId: 'f' });
  await silent.drain();
  for (const record of silent.records)
    for (const payload of ['data', 'signal', 'output']) expect(record).not.toHaveProperty(payload);
});

test('parked, accepted and duplicate at a tier that joins', async () => {
  const cascade = await started({ tiers: [cheap(), joining() as AnyTier] });
  await cascade.send('cheap', { n: 0 }, { flowId: 'f' });
  await cascade.deliver('cheap');
  await cascade.deliver('dear');
  await cascade.send('dear.photos', { photo: 'p' }, { flowId: 'f' });
  await cascade.deliver('dear.photos', { times: 2 });
  await cascade.send('dear.photos', { photo: 'p' }, { flowId: 'lone' });
  await cascade.deliver('dear.photos');
  const [escalated, parked, accepted, duplicate] = of(cascade, 'f');
  const signal = { id: escalated!.out![0]!.id, kind: 'signal', ts: START };
  expect(parked).toEqual(whole('dear', 'parked', 'f', { in: [signal], calls: calls(1), reason: 'waits for its data' }));
  expect(accepted).toEqual(
    whole('dear', 'accepted', 'f', {
      in: [...from('data'), signal],
      modelMs,
      calls: calls(3, 1),
      out: [{ id, to: 'answers' }],
    }),
  );
  expect(duplicate).toEqual(
    whole('dear', 'duplicate', 'f', {
      in: from('data'),
      calls: calls(1),
      reason: `the flow is done here already (output ${accepted!.out![0]!.id})`,
    }),
  );
  expect(of(cascade, 'lone')).toEqual([
    whole('dear', 'parked', 'lone', { in: from('data'), calls: calls(1), reason: 'waits for its signal' }),
  ]);
});

test('a second half of another id is a duplicate, and the record says which one counts', async () => {
  const cascade = await started({ tiers: [cheap(), joining() as AnyTier] });
  await cascade.send('dear.photos', { photo: 'first' }, { flowId: 'f' });
  await cascade.deliver('dear.photos');
  const stranger = { v: 1, id: 'x', flow: 'f', kind: 'data', from: { name: 'client', version: '1' }, hop: 0 };
  await cascade.put('dear.photos', JSON.stringify({ ...stranger, ts: START, sent: START, data: { photo: 'second' } }));
  await cascade.drain();
  const [parked, duplicate] = of(cascade, 'f');
  expect(duplicate).toEqual(
    whole('dear', 'duplicate', 'f', {
      in: [{ id: 'x', kind: 'data', ts: START }],
      calls: calls(1),
      reason: `another data of this flow came first (${parked!.in[0]!.id})`,
    }),
  );
});

test('skewed: how far the halves are apart, how far they may be, and which one is given up', async () => {
  const cascade = await started({ tiers: [cheap(), joining({}, { maxTimeDiff: '1s' }) as AnyTier] });
  await cascade.send('dear.photos', { photo: 'p' }, { flowId: 'f', at: new Date(START - 1_001) });
  await cascade.deliver('dear.photos');
  await cascade.send('cheap', { n: 0 }, { flowId: 'f', at: new Date(START) });
  await cascade.deliver('cheap');
  await cascade.deliver('dear');
  const skewed = of(cascade, 'f').at(-1)!;
  expect(skewed).toEqual(
    whole('dear', 'skewed', 'f', {
      in: from('signal'),
      calls: calls(1),
      reason: `data and signal are 1001 ms apart, 1000 are allowed; the older half ${of(cascade, 'f')[0]!.in[0]!.id} is given up`,
    }),
  );
});

test('throttled: until when it waits', async () => {
  const cascade = await started({ tiers: [cheap({ extra: { pace: { minInterval: '1s' } } }), carrying()] });
  await cascade.send('cheap', { n: 1 }, { flowId: 'f1' });
  await cascade.send('cheap', { n: 2 }, { flowId: 'f2' });
  await cascade.deliver('cheap');
  const [waits] = cascade.records.filter((record) => record.decision === 'throttled');
  expect(waits).toEqual(
    whole('cheap', 'throttled', waits!.flow!, {
      in: from('data'),
      calls: calls(3),
      reason: 'waits for its turn',
      until: START + 1_000,
    }),
  );
});

test('dropped, by each gate, says which', async () => {
  const { drop } = await import('../../lib/index.ts');
  const gate = (name: string) => ({ gates: { [name]: () => drop } });
  for (const [name, sure, first, last, tier] of [
    ['data', 0, gate('data'), {}, 'cheap'],
    ['escalate', 0, gate('escalate'), {}, 'cheap'],
    ['destination', 1, gate('destination'), {}, 'cheap'],
    ['signal', 0, {}, gate('signal'), 'dear'],
  ] as const) {
    const cascade = await started({ tiers: [cheap({ sure: () => sure, extra: first }), carrying(last)] });
    await cascade.send('cheap', { n: 1 }, { flowId: 'f' });
    await cascade.drain();
    const decided = name === 'escalate' || name === 'destination';
    expect(of(cascade, 'f').at(-1)).toEqual(
      whole(tier, 'dropped', 'f', {
        in: from(tier === 'dear' ? 'signal' : 'data'),
        calls: calls(0),
        reason: `the ${name} gate dropped it`,
        ...(decided && { score: sure, threshold: 0.5, modelMs }),
      }),
    );
    expect(cascade.answers).toEqual([]);
  }
});

test('expired: the deadline that was missed', async () => {
  const cascade = await started({ tiers: [cheap(), carrying()] });
  await cascade.send('cheap', { n: 1 }, { flowId: 'late', deadline: new Date(START - 1) });
  await cascade.send('cheap', { n: 1 }, { flowId: 'in time', deadline: new Date(START) });
  await cascade.deliver('cheap');
  expect(of(cascade, 'late')).toEqual([
    whole('cheap', 'expired', 'late', {
      in: from('data'),
      calls: calls(0),
      reason: 'its deadline was 2025-12-31T23:59:59.999Z',
    }),
  ]);
  expect(cascade.decisions('in time')).toEqual(['cheap:escalated']);
});

test('retried, then failed: the error, and when it is tried again', async () => {
  const predict = () => {
    throw new Error('no luck');
  };
  const retry = { maxAttempts: 2, backoff: '1s' };
  const cascade = await started({ tiers: [cheap({ extra: { predict, retry } }), carrying()] });
  await cascade.send('cheap', { n: 1 }, { flowId: 'f', reply: true });
  await cascade.drain();
  const [retried, failed] = of(cascade, 'f');
  const reason =
    'predict threw: no luck (application "test", tier "cheap", flow "f")\n' +
    '  → Correct it, then redrive; throw TerminalError where trying again cannot help.';
  expect(retried).toEqual(
    whole('cheap', 'retried', 'f', {
      in: from('data'),
      calls: calls(0),
      reason,
      code: 'predict-failed',
      until: expect.any(Number),
    }),
  );
  expect(retried!.until! - START).toBeGreaterThanOrEqual(500);
  expect(retried!.until! - START).toBeLessThanOrEqual(1_000);
  const [letter] = await cascade.deadLetters();
  expect(failed).toEqual({
    ...whole('cheap', 'failed', 'f', {
      in: from('data'),
      // The dead letter, and the end that the waiting client is told.
      calls: calls(1, 1),
      reason,
      code: 'predict-failed',
      out: [{ id: letter!.id, to: 'cheap.dlq' }],
    }),
    attempt: 2,
    at: failed!.at,
    latencyMs: failed!.at - START,
  });
  expect(failed!.at).toBeGreaterThanOrEqual(retried!.until!);
  expect(letter).toEqual({
    v: 1,
    id,
    application: 'test',
    tier: 'cheap',
    version: 'v1',
    flow: 'f',
    queue: 'cheap',
    code: 'predict-failed',
    reason,
    attempt: 2,
    at: failed!.at,
    body: expect.stringContaining('"flow":"f"'),
  });
});

test('a message that cannot be read is of no flow, and goes by the id of its queue', async () => {
  const cascade = await started({ tiers: [cheap(), carrying()] });
  await cascade.put('cheap', 'not JSON');
  await cascade.deliver('cheap');
  const [failed] = of(cascade, null);
  expect(failed).toMatchObject({
    decision: 'failed',
    flow: null,
    in: [{ id, kind: 'data' }],
    code: 'envelope-not-json',
  });
  expect(failed!.in[0]).not.toHaveProperty('ts');
  expect(await cascade.deadLetters()).toMatchObject([{ flow: null, body: 'not JSON' }]);
});

test('a message that is refused is of the flow that it names, where that can be an id', async () => {
  const cascade = await started({ tiers: [cheap(), carrying()] });
  const broken = { v: 1, flow: 'f', id: 'm', kind: 'data' };
  await cascade.put('cheap', JSON.stringify(broken));
  await cascade.put('cheap', JSON.stringify({ ...broken, flow: 'f'.repeat(129) }));
  await cascade.deliver('cheap');
  expect(of(cascade, 'f')).toMatchObject([
    { decision: 'failed', in: [{ id, kind: 'data' }], code: 'envelope-invalid' },
  ]);
  expect(of(cascade, null)).toMatchObject([{ decision: 'failed', code: 'flow-id-invalid' }]);
});

test('bytes: declared by the objects that came along, fetched by who read them', async () => {
  const objects = { photo: {} };
  const predict = async ({ objects: { photo } }: { objects: Record<string, { bytes(): Promise<Uint8Array> }> }) => {
    await photo!.bytes();
    return { guess: '', sure: 0 };
  };
  const cascade = await started({ tiers: [cheap({ extra: { objects, predict } }), carrying()] });
  await cascade.send('cheap', { n: 1 }, { flowId: 'f', objects: { photo: Buffer.from('seven b') } });
  await cascade.drain();
  const [read, unread] = of(cascade, 'f');
  expect(read).toMatchObject({ bytes: { declared: 7, fetched: 7 }, calls: calls(0, 1, 1) });
  expect(unread).toMatchObject({ bytes: { declared: 7, fetched: 0 }, calls: calls(0, 1, 0) });
});
