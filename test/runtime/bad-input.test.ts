import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { DeadLetter } from '../../lib/core/dead-letter.ts';
import type { AnyTier } from '../../lib/index.ts';
import { connect, defineTier, RetryableError, TerminalError, tier } from '../../lib/index.ts';
import { loadApplication, openCloud, startCascade } from '../../lib/local/index.ts';
import type { TestCascade } from '../support/cascade.ts';
import { faults, type Part } from '../support/faults.ts';
import { started } from '../support/started.ts';
import { carrying, cheap, Guess, Item, joining } from '../support/tiers.ts';

const flows = (cascade: TestCascade): readonly string[] => cascade.answers.map((a) => a.flowId).sort();
const unsure = (): number => 0;
const sure = (): number => 1;

/** A data envelope as the client would write it, but for what is wrong with it. */
const raw = (wrong: Record<string, unknown>): string =>
  JSON.stringify({
    v: 1,
    id: 'm1',
    flow: 'bad',
    kind: 'data',
    from: { name: 'client', version: '1' },
    ts: 0,
    sent: 0,
    hop: 0,
    data: { n: 1 },
    ...wrong,
  });

/** A tier with a predict of its own, sure of everything. */
const solo = (predict: (context: { data: { n: number } }) => unknown, extra: object = {}) =>
  defineTier({
    name: 'solo',
    input: Item,
    output: z.any(),
    predict: predict as () => unknown,
    retry: { maxAttempts: 3 },
    ...extra,
  }) as AnyTier;

/** Sends the bad one between two good ones, and sees that only the bad one fails, with all that mending it needs. */
async function onlyBadFails(
  cascade: TestCascade,
  entry: string,
  sendBad: () => Promise<unknown>,
  expected: { readonly code: string; readonly flow: string | null; readonly tier?: string; readonly attempt?: number },
): Promise<DeadLetter> {
  const before = cascade.answers.length;
  await cascade.send(entry, { n: 2 }, { flowId: 'good 1' });
  await sendBad();
  await cascade.send(entry, { n: 3 }, { flowId: 'good 2' });
  await cascade.drain();
  expect(
    cascade.answers
      .slice(before)
      .map((a) => a.flowId)
      .sort(),
  ).toEqual(['good 1', 'good 2']);
  const letters = await cascade.deadLetters();
  expect(letters).toHaveLength(1);
  const { tier: where = entry, code, flow, attempt = 1 } = expected;
  expect(letters[0]).toMatchObject({ code, flow, tier: where, attempt });
  expect(letters[0]!.reason).toContain(`tier "${where}"`);
  expect(letters[0]!.reason).toContain('→');
  if (flow !== null) expect(letters[0]!.reason).toContain(JSON.stringify(flow));
  const failed = cascade.records.filter((r) => r.decision === 'failed');
  expect(failed).toHaveLength(1);
  expect(failed[0]).toMatchObject({ code, out: [{ id: letters[0]!.id, to: `${where}.dlq` }] });
  return letters[0]!;
}

describe('messages that cannot be read go to the dead-letter queue at once, as they came', () => {
  const long = 'x'.repeat(10_240);
  test.each<[string, string, string, string | null]>([
    ['not JSON', '{"v":1,', 'envelope-not-json', null],
    ['an empty body', '', 'envelope-not-json', null],
    ['a list', '[1]', 'envelope-invalid', null],
    ['null', 'null', 'envelope-invalid', null],
    ['no version', '{}', 'envelope-invalid', null],
    ['a newer version', raw({ v: 2 }), 'envelope-version', 'bad'],
    ['no kind', raw({ kind: undefined }), 'envelope-invalid', 'bad'],
    [
      'a kind of another queue',
      raw({ kind: 'answer', signal: { tier: 't', version: 'v' } }),
      'envelope-invalid',
      'bad',
    ],
    ['no id', raw({ id: undefined }), 'envelope-invalid', 'bad'],
    ['no sender', raw({ from: undefined }), 'envelope-invalid', 'bad'],
    ['no event time', raw({ ts: null }), 'envelope-invalid', 'bad'],
    ['a deadline that is no time', raw({ deadline: 'soon' }), 'envelope-invalid', 'bad'],
    ['a deadline beyond all time', raw({ deadline: -1e300 }), 'envelope-invalid', 'bad'],
    ['an object that is no reference', raw({ objects: { photo: 'here' } }), 'envelope-invalid', 'bad'],
    ['an offloaded body that is no reference', raw({ offloaded: { key: 'x' } }), 'envelope-invalid', 'bad'],
    ['no flow id', raw({ flow: undefined }), 'flow-id-invalid', null],
    ['an empty flow id', raw({ flow: '' }), 'flow-id-invalid', null],
    ['a flow id that is no string', raw({ flow: 5 }), 'flow-id-invalid', null],
    ['data of another shape', raw({ data: { n: 'one' } }), 'data-invalid', 'bad'],
    ['no data', raw({ data: undefined }), 'data-invalid', 'bad'],
  ])('%s', async (_, body, code, flow) => {
    const cascade = await started({ tiers: [cheap({ sure }), carrying()] });
    const letter = await onlyBadFails(cascade, 'cheap', () => cascade.put('cheap', body), { code, flow });
    expect(letter.body).toBe(body);
  });

  test.each([
    ['a flow id of 10 kB', long],
    ['a flow id with a lone surrogate', 'a\ud800b'],
  ])('%s', async (_, flow) => {
    const cascade = await started({ tiers: [cheap({ sure }), carrying()] });
    await cascade.put('cheap', raw({ flow }));
    await cascade.send('cheap', { n: 1 }, { flowId: 'good' });
    await cascade.drain();
    expect(flows(cascade)).toEqual(['good']);
    const [letter] = await cascade.deadLetters();
    expect(letter).toMatchObject({ code: 'flow-id-invalid', body: raw({ flow }), attempt: 1 });
  });

  test('a signal of another shape, where the tier says what it needs', async () => {
    const dear = carrying({ signal: Guess });
    const cascade = await started({ tiers: [cheap({ sure: unsure }), dear as AnyTier] });
    const signal = { output: { guess: 5 }, tier: 'cheap', version: 'v0' };
    await cascade.put('dear', raw({ kind: 'signal', signal }));
    await cascade.send('cheap', { n: 1 }, { flowId: 'good' });
    await cascade.drain();
    expect(flows(cascade)).toEqual(['good']);
    const [letter] = await cascade.deadLetters();
    expect(letter).toMatchObject({ code: 'signal-invalid', flow: 'bad', tier: 'dear', attempt: 1 });
    expect(letter!.reason).toContain('tier "cheap"');
  });

  test('a signal that does not say who predicted it', async () => {
    const cascade = await started({ tiers: [cheap(), carrying()] });
    await cascade.put('dear', raw({ kind: 'signal', signal: {} }));
    await cascade.drain();
    expect(await cascade.deadLetters()).toMatchObject([{ code: 'envelope-invalid', flow: 'bad' }]);
  });

  test('a letter larger than a message is kept whole', async () => {
    const cascade = await started({ tiers: [cheap({ sure }), carrying()] });
    const body = `${'"'.repeat(100_000)}`;
    await cascade.put('cheap', body);
    await cascade.drain();
    expect(await cascade.deadLetters()).toMatchObject([{ code: 'envelope-not-json', body }]);
  });
});

describe('the client refuses what could not be read', () => {
  test.each([
    ['empty', ''],
    ['10 kB long', 'x'.repeat(10_240)],
    ['a lone surrogate', 'a\udfff'],
    ['a number', 5],
    ['null-prototype', Object.create(null)],
  ])('a flow id that is %s', async (_, flowId) => {
    const cascade = await started({ tiers: [cheap({ sure }), carrying()] });
    const client = connect('cheap' as never, { cloud: cascade.cloud }) as never as {
      sendBatch(items: readonly object[]): Promise<readonly { error?: Error }[]>;
    };
    const sent = await client.sendBatch([
      { data: { n: 1 }, flowId: 'good 1' },
      { data: { n: 1 }, flowId },
      { data: { n: 1 }, flowId: 'good 2' },
    ]);
    expect(sent.map((s) => s.error && 'code' in s.error && s.error.code)).toEqual([
      undefined,
      'flow-id-invalid',
      undefined,
    ]);
    await cascade.drain();
    expect(flows(cascade)).toEqual(['good 1', 'good 2']);
  });

  test.each<[string, unknown, object, string]>([
    ['data that is a circle', circle(), {}, 'data-invalid'],
    ['data with a bigint', { n: 1n }, {}, 'data-invalid'],
    ['data of 65 MB', { toJSON: () => 'x'.repeat(65 * 2 ** 20) }, {}, 'message-too-large'],
    ['data of 1 GB', { toJSON: () => 'x'.repeat(2 ** 30) }, {}, 'message-too-large'],
    ['an object that is no bytes', { n: 1 }, { objects: { photo: 'text' } }, 'data-invalid'],
    ['an unknown option', { n: 1 }, { flowID: 'f' }, 'option-unknown'],
    ['a delay SQS does not have', { n: 1 }, { delay: '1h' }, 'option-invalid'],
    ['an event time that is none', { n: 1 }, { at: new Date('never') }, 'option-invalid'],
    ['a deadline that is none', { n: 1 }, { deadline: new Date('never') }, 'option-invalid'],
  ])('%s', async (_, data, options, code) => {
    const cascade = await started({ tiers: [cheap({ sure }), carrying()] });
    const error = await cascade.send('cheap', data, { flowId: 'f', ...options }).catch((e) => e);
    expect(error).toMatchObject({ code, place: { flow: 'f' } });
    expect(cascade.calls.queue).toBe(0);
  });

  function circle(): unknown {
    const made: Record<string, unknown> = { n: 1 };
    made.itself = made;
    return made;
  }
});

describe('the client says what it could not send', () => {
  test.each<[Part, string]>([
    ['send', 'queue-failed'],
    ['put', 'object-failed'],
  ])('%s is away', async (part, code) => {
    const fault = faults();
    const first = cheap({ sure, extra: { objects: { photo: {} } } });
    const cascade = await started({ tiers: [first, carrying()], wrap: fault.wrap });
    const send = () => cascade.send('cheap', { n: 1 }, { flowId: 'f', objects: { photo: new Uint8Array(3) } });
    fault.down(part);
    await expect(send()).rejects.toMatchObject({ code, place: { flow: 'f' }, fix: expect.any(String) });
    fault.down();
    await send();
    await cascade.drain();
    expect(flows(cascade)).toEqual(['f']);
  });
});

describe('large bodies', () => {
  const Text = z.object({ text: z.string() });
  const mb = { text: 'x'.repeat(2 ** 20) };
  const first = () =>
    defineTier({
      name: 'cheap',
      input: Text,
      output: Guess,
      predict: () => ({ guess: 'y'.repeat(2 ** 20), sure: 0 }),
      satisfied: { score: ({ output }) => output.sure, atLeast: 1 },
    });

  test('1 MB of data and 1 MB of signal are carried to the next tier and answered', async () => {
    const dear = defineTier({
      name: 'dear',
      input: tier<{ default: ReturnType<typeof first> }>('cheap'),
      output: z.object({ text: z.string() }),
      predict: ({ data, signal }) => ({ text: data.text + signal.guess }),
    });
    const cascade = await started({ tiers: [first(), dear] });
    await cascade.send('cheap', mb, { flowId: 'f' });
    await cascade.drain();
    expect((cascade.answers[0]!.output as { text: string }).text).toHaveLength(2 ** 21);
  });

  test('1 MB on each stream of a join is parked and answered, whichever comes first', async () => {
    for (const photosFirst of [true, false]) {
      const dear = joining({ predict: ({ data }: { data: { photo: string } }) => ({ guess: data.photo }) });
      const cascade = await started({ tiers: [first(), dear as never as AnyTier] });
      await cascade.send('cheap', mb, { flowId: 'f' });
      await cascade.send('dear.photos', { photo: 'z'.repeat(2 ** 20) }, { flowId: 'f' });
      if (photosFirst) await cascade.deliver('dear.photos');
      await cascade.deliver('cheap');
      await cascade.drain();
      expect((cascade.answers[0]!.output as { guess: string }).guess).toHaveLength(2 ** 20);
    }
  });

  test('a prediction beyond all limits is a dead letter at once', async () => {
    const cascade = await started({
      tiers: [solo(({ data }) => (data.n === 1 ? 'x'.repeat(65 * 2 ** 20) : data.n))],
    });
    await onlyBadFails(cascade, 'solo', () => cascade.send('solo', { n: 1 }, { flowId: 'bad' }), {
      code: 'message-too-large',
      flow: 'bad',
    });
  });
});

describe('objects', () => {
  const reader = (spec: object = {}) =>
    defineTier({
      name: 'reader',
      input: Item,
      objects: { photo: spec },
      output: z.number(),
      predict: async ({ objects }) => (await objects.photo.bytes()).length,
      retry: { maxAttempts: 2 },
    });
  const photo = new Uint8Array([1, 2, 3]);

  test('200 MB travel as a reference and arrive whole', async () => {
    const cascade = await started({ tiers: [reader()] });
    await cascade.send('reader', { n: 1 }, { objects: { photo: new Uint8Array(200 * 2 ** 20) } });
    await cascade.drain();
    expect(cascade.answers.map((a) => a.output)).toEqual([200 * 2 ** 20]);
  }, 30_000);

  test('above maxBytes it is refused before it is fetched', async () => {
    const cascade = await started({ tiers: [reader({ maxBytes: 1_000 })] });
    await cascade.send('reader', { n: 1 }, { flowId: 'bad', objects: { photo: new Uint8Array(1_001) } });
    await cascade.send('reader', { n: 1 }, { flowId: 'good', objects: { photo: new Uint8Array(1_000) } });
    await cascade.drain();
    expect(flows(cascade)).toEqual(['good']);
    expect(cascade.calls.object).toBe(3);
    expect(await cascade.deadLetters()).toMatchObject([{ code: 'object-too-large', flow: 'bad', attempt: 1 }]);
  });

  test.each<[string, object, string, number]>([
    ['of a missing object', { key: 'objects/nowhere' }, 'object-missing', 2],
    ['to another’s bucket', { bucket: 'not-ours' }, 'object-foreign', 1],
    ['with another hash', { sha256: '0'.repeat(64) }, 'object-corrupt', 1],
    ['with another size', { size: 4 }, 'object-corrupt', 1],
  ])('a reference %s', async (_, wrong, code, attempt) => {
    const cascade = await started({ tiers: [reader()] });
    const good = await cascade.cloud.objects.put('objects/photo', photo);
    const objects = { photo: { ...good, ...wrong } };
    await cascade.put('reader', raw({ objects }));
    await cascade.send('reader', { n: 1 }, { flowId: 'good', objects: { photo } });
    await cascade.drain();
    expect(flows(cascade)).toEqual(['good']);
    const [letter] = await cascade.deadLetters();
    expect(letter).toMatchObject({ code, flow: 'bad', tier: 'reader', attempt });
    expect(letter!.reason).toMatch(/flow "bad"[\s\S]*→/);
  });

  test('declared and not sent', async () => {
    const cascade = await started({ tiers: [reader()] });
    await cascade.put('reader', raw({}));
    await cascade.drain();
    const [letter] = await cascade.deadLetters();
    expect(letter).toMatchObject({ code: 'data-invalid', flow: 'bad', attempt: 1 });
    expect(letter!.reason).toContain('"photo" is declared and was not sent');
  });

  test('sent and not declared', async () => {
    const cascade = await started({ tiers: [reader()] });
    await cascade.send('reader', { n: 1 }, { flowId: 'bad', objects: { photo, phto: photo } });
    await cascade.drain();
    const [letter] = await cascade.deadLetters();
    expect(letter).toMatchObject({ code: 'object-undeclared', flow: 'bad', attempt: 1 });
    expect(letter!.reason).toContain('photo');
  });

  test('only the tier that declares an object says when it is deleted, not who sends it', async () => {
    const cascade = await started({ tiers: [reader()] });
    const reference = await cascade.cloud.objects.put('objects/photo', photo);
    await cascade.put('reader', raw({ objects: { photo: { ...reference, deleteAfter: 'accepted' } } }));
    await cascade.drain();
    expect(flows(cascade)).toEqual(['bad']);
    expect(await cascade.cloud.objects.get(reference)).toEqual(photo);
  });
});

describe('tasks', () => {
  test('a prediction that does not fit its schema', async () => {
    const cascade = await started({
      tiers: [solo(({ data }) => (data.n === 1 ? 'one' : data.n), { output: z.number() })],
    });
    const letter = await onlyBadFails(cascade, 'solo', () => cascade.send('solo', { n: 1 }, { flowId: 'bad' }), {
      code: 'prediction-invalid',
      flow: 'bad',
      attempt: 3,
    });
    expect(letter.reason).toContain('expected number');
  });

  test('undefined is a prediction where the schema allows it, and an error where not', async () => {
    const lax = await started({ tiers: [solo(() => undefined)] });
    await lax.send('solo', { n: 1 }, { flowId: 'f' });
    await lax.drain();
    expect(lax.answers.map((a) => a.output)).toEqual([undefined]);
    const strict = await started({
      tiers: [solo(({ data }) => (data.n === 1 ? undefined : 1), { output: z.number() })],
    });
    await onlyBadFails(strict, 'solo', () => strict.send('solo', { n: 1 }, { flowId: 'bad' }), {
      code: 'prediction-invalid',
      flow: 'bad',
      attempt: 3,
    });
  });

  test.each<[string, unknown, string]>([
    ['a bigint', 1n, 'is a bigint'],
    ['a Map', { boxes: new Map([['a', 1]]) }, 'has a Map at "boxes"'],
    ['a number that is none', { best: { score: Number.NaN } }, 'has NaN at "best.score"'],
    ['a Date', { seen: [{ at: new Date(0) }] }, 'has a Date at "seen.0.at"'],
  ])('a prediction that JSON would change: %s', async (_, bad, problem) => {
    const cascade = await started({ tiers: [solo(({ data }) => (data.n === 1 ? bad : data.n))] });
    const letter = await onlyBadFails(cascade, 'solo', () => cascade.send('solo', { n: 1 }, { flowId: 'bad' }), {
      code: 'prediction-invalid',
      flow: 'bad',
      tier: 'solo',
      attempt: 3,
    });
    expect(letter.reason).toContain(`the prediction does not survive JSON: it ${problem}`);
    expect(letter.reason).toContain('\n  → Return plain data.');
  });

  test.each(['destination', 'escalate'])('what the %s gate lets through, and JSON would change', async (name) => {
    const gates = { [name]: (guess: { guess: string }) => (guess.guess === 'cheap 1' ? new Set(['x']) : guess) };
    const tiers = [cheap({ sure: name === 'destination' ? sure : unsure, extra: { gates } }), carrying()];
    const cascade = await started({ tiers });
    const letter = await onlyBadFails(cascade, 'cheap', () => cascade.send('cheap', { n: 1 }, { flowId: 'bad' }), {
      code: 'prediction-invalid',
      flow: 'bad',
      tier: 'cheap',
      attempt: 5,
    });
    expect(letter.reason).toContain(`the prediction past its gate does not survive JSON: it is a Set`);
  });

  test('a prediction that only leaves something undefined is as JSON has it', async () => {
    const cascade = await started({ tiers: [solo(() => ({ label: 'cat', why: undefined }))] });
    await cascade.send('solo', { n: 1 }, { flowId: 'f' });
    await cascade.drain();
    expect(cascade.answers.map((a) => a.output)).toEqual([{ label: 'cat' }]);
  });

  test.each<[string, () => never, string, number, string]>([
    ['an Error', () => fails(new Error('no luck')), 'predict-failed', 3, 'no luck'],
    ['a string', () => fails('no luck'), 'predict-failed', 3, 'no luck'],
    ['undefined', () => fails(undefined), 'predict-failed', 3, 'undefined'],
    ['a TerminalError', () => fails(new TerminalError('never', { fix: 'Send a photo.' })), 'terminal', 1, 'never'],
    ['a RetryableError', () => fails(new RetryableError('busy', { fix: 'Wait.' })), 'retryable', 3, 'busy'],
  ])('a task that throws %s', async (_, thrower, code, attempt, message) => {
    for (const sync of [true, false]) {
      const cascade = await started({
        tiers: [
          solo(({ data }) => {
            if (data.n !== 1) return data.n;
            return sync ? thrower() : Promise.reject(caught(thrower));
          }),
        ],
      });
      const letter = await onlyBadFails(cascade, 'solo', () => cascade.send('solo', { n: 1 }, { flowId: 'bad' }), {
        code,
        flow: 'bad',
        attempt,
      });
      expect(letter.reason).toContain(message);
      expect(cascade.records.filter((r) => r.decision === 'retried')).toHaveLength(attempt - 1);
    }
  });

  function fails(thrown: unknown): never {
    throw thrown;
  }
  function caught(thrower: () => never): unknown {
    try {
      return thrower();
    } catch (thrown) {
      return thrown;
    }
  }

  test('RetryableError({ afterMs }) comes back after exactly that', async () => {
    let tries = 0;
    const cascade = await started({
      tiers: [solo(() => (++tries === 1 ? fails(new RetryableError('busy', { afterMs: 12_345 })) : 'done'))],
    });
    await cascade.send('solo', { n: 1 }, { flowId: 'f' });
    await cascade.deliver('solo');
    cascade.clock.advance(12_344);
    expect(await cascade.deliver('solo')).toBe(0);
    cascade.clock.advance(1);
    expect(await cascade.deliver('solo')).toBe(1);
    expect(tries).toBe(2);
  });

  test.each([Number.NaN, -5, Number.POSITIVE_INFINITY])(
    'RetryableError({ afterMs: %s }) backs off',
    async (afterMs) => {
      let tries = 0;
      const cascade = await started({
        tiers: [solo(() => (++tries === 1 ? fails(new RetryableError('busy', { afterMs })) : 'done'))],
      });
      await cascade.send('solo', { n: 1 }, { flowId: 'f' });
      await cascade.deliver('solo');
      expect(await cascade.deliver('solo')).toBe(0);
      cascade.clock.advance(1_000);
      expect(await cascade.deliver('solo')).toBe(1);
    },
  );

  test('a task that hangs past its timeout is given up; its batch is not', async () => {
    let aborted = false;
    const hangs = solo(
      ((context: { data: { n: number }; abort: AbortSignal }) => {
        if (context.data.n !== 1) return context.data.n;
        context.abort.addEventListener('abort', () => (aborted = true));
        return new Promise(() => undefined);
      }) as never,
      { timeout: '30ms', retry: { maxAttempts: 2 } },
    );
    const cascade = await started({ tiers: [hangs] });
    await onlyBadFails(cascade, 'solo', () => cascade.send('solo', { n: 1 }, { flowId: 'bad' }), {
      code: 'predict-timeout',
      flow: 'bad',
      attempt: 2,
    });
    expect(aborted).toBe(true);
  });

  test.each<[string, (contexts: readonly { data: { n: number } }[]) => unknown, string]>([
    [
      'throws for one record',
      (contexts) => {
        if (contexts.some(({ data }) => data.n === 1)) throw new Error('cannot read 1');
        return contexts.map(({ data }) => data.n);
      },
      'predict-failed',
    ],
    [
      'returns too few',
      (contexts) => contexts.filter(({ data }) => data.n !== 1).map(({ data }) => data.n),
      'prediction-invalid',
    ],
    ['returns no list', (contexts) => (contexts.some(({ data }) => data.n === 1) ? 'all' : [1]), 'prediction-invalid'],
  ])('predictBatch that %s: the others are answered', async (_, predictBatch, code) => {
    const together = solo(() => undefined, { predict: undefined, predictBatch, retry: { maxAttempts: 2 } });
    const cascade = await started({ tiers: [together] });
    expect(await sendAmong(cascade, () => cascade.send('solo', { n: 1 }, { flowId: 'bad' }))).toMatchObject({
      code,
      flow: 'bad',
      attempt: 2,
    });
  });

  async function sendAmong(cascade: TestCascade, sendBad: () => Promise<unknown>): Promise<DeadLetter> {
    await cascade.send('solo', { n: 2 }, { flowId: 'good 1' });
    await sendBad();
    await cascade.send('solo', { n: 3 }, { flowId: 'good 2' });
    await cascade.drain();
    expect(flows(cascade)).toEqual(['good 1', 'good 2']);
    const [letter] = await cascade.deadLetters();
    return letter!;
  }

  test('load that throws twice and then works costs nothing but time', async () => {
    let loads = 0;
    const cascade = await started({
      tiers: [
        solo(({ data }) => data.n, {
          load: () => {
            loads += 1;
            if (loads <= 2) throw new Error('the model server is away');
            return {};
          },
        }),
      ],
    });
    for (let n = 0; n < 5; n += 1) await cascade.send('solo', { n });
    await cascade.drain();
    expect(cascade.answers).toHaveLength(5);
    expect(loads).toBe(3);
    expect(await cascade.deadLetters()).toEqual([]);
    expect(new Set(cascade.records.filter((r) => r.decision === 'retried').map((r) => r.code))).toEqual(
      new Set(['load-failed']),
    );
  });
});

describe('gates, scores and fair groups', () => {
  test.each(['data', 'signal', 'destination', 'escalate'] as const)('a %s gate that throws', async (name) => {
    for (const sync of [true, false]) {
      const gate = async (value: { n?: number; guess?: string }) => {
        if (value.n === 1 || value.guess === 'cheap 1') throw new Error('odd one');
        return value;
      };
      const syncGate = (value: { n?: number; guess?: string }) => {
        if (value.n === 1 || value.guess === 'cheap 1') throw new Error('odd one');
        return value;
      };
      const gates = { gates: { [name]: sync ? syncGate : gate }, retry: { maxAttempts: 2 } };
      const at = name === 'signal' ? 'dear' : 'cheap';
      const cascade = await started({
        tiers: [
          cheap({ sure: name === 'destination' ? sure : unsure, ...(at === 'cheap' && { extra: gates }) }),
          carrying(at === 'dear' ? gates : {}) as AnyTier,
        ],
      });
      const letter = await onlyBadFailsAt(cascade, at, 'gate-failed');
      expect(letter.reason).toContain(`the ${name} gate threw: odd one`);
    }
  });

  async function onlyBadFailsAt(cascade: TestCascade, where: string, code: string): Promise<DeadLetter> {
    await cascade.send('cheap', { n: 2 }, { flowId: 'good 1' });
    await cascade.send('cheap', { n: 1 }, { flowId: 'bad' });
    await cascade.send('cheap', { n: 3 }, { flowId: 'good 2' });
    await cascade.drain();
    expect(flows(cascade)).toEqual(['good 1', 'good 2']);
    const letters = await cascade.deadLetters();
    expect(letters).toMatchObject([{ code, flow: 'bad', tier: where, attempt: 2 }]);
    expect(letters[0]!.reason).toContain(`tier "${where}"`);
    return letters[0]!;
  }

  test.each<[string, (output: { guess: string }) => unknown]>([
    ['is NaN', ({ guess }) => (guess === 'cheap 1' ? Number.NaN : 1)],
    ['is no number', ({ guess }) => (guess === 'cheap 1' ? '0.9' : 1)],
    [
      'throws',
      ({ guess }) => {
        if (guess === 'cheap 1') throw new Error('no score');
        return 1;
      },
    ],
  ])('a score that %s', async (_, score) => {
    const satisfied = { score: ({ output }: { output: { guess: string } }) => score(output), atLeast: 0.5 };
    const cascade = await started({
      tiers: [cheap({ extra: { satisfied, retry: { maxAttempts: 2 } } }), carrying()],
    });
    const letter = await onlyBadFailsAt(cascade, 'cheap', 'score-invalid');
    expect(letter.reason).toContain('→');
  });

  test.each<[string, (n: number) => unknown]>([
    [
      'throws',
      (n) => {
        if (n === 1) throw new Error('whose?');
        return 'a';
      },
    ],
    ['returns no text', (n) => (n === 1 ? 7 : 'a')],
  ])('fairBy that %s', async (_, fairBy) => {
    const extra = { fairBy: ({ data }: { data: { n: number } }) => fairBy(data.n), retry: { maxAttempts: 2 } };
    const cascade = await started({ tiers: [cheap({ sure: unsure, extra }), carrying()] });
    const letter = await onlyBadFailsAt(cascade, 'cheap', 'option-invalid');
    expect(letter.reason).toMatch(/fairBy[\s\S]*→/);
  });
});

describe('faults of the cloud are never the flow’s', () => {
  const modes: readonly (readonly [string, AnyTier])[] = [
    ['carry', carrying()],
    ['once', carrying({ delivery: 'once' }) as AnyTier],
    ['join', joining() as AnyTier],
  ];
  const parts: readonly (readonly Part[])[] = [['send'], ['table'], ['log'], ['send', 'table', 'log', 'hide', 'put']];
  const cases = modes.flatMap(([mode, last]) => parts.map((down) => [mode, down.join(', '), last, down] as const));

  test.each(cases)('%s: %s down for a while', async (mode, _, last, down) => {
    const fault = faults();
    const cascade = await started({ tiers: [cheap({ sure: (n) => n % 2 }), last], wrap: fault.wrap });
    for (let n = 0; n < 4; n += 1) {
      await cascade.send('cheap', { n }, { flowId: `f${n}`, reply: true });
      if (mode === 'join') await cascade.send('dear.photos', { photo: 'p' }, { flowId: `f${n}` });
    }
    const queues = cascade.graph.tiers.flatMap((t) => t.reads.map((r) => r.queue));
    for (const queue of queues) {
      fault.down(...down);
      for (let round = 0; round < 10; round += 1) {
        await cascade.deliver(queue);
        cascade.clock.advance(60_000);
      }
      fault.down();
      await cascade.deliver(queue);
      cascade.clock.advance(900_000);
      await cascade.deliver(queue);
    }
    await cascade.drain();
    expect([...new Set(flows(cascade))]).toEqual(['f0', 'f1', 'f2', 'f3']);
    expect(await cascade.deadLetters()).toEqual([]);
  });

  test.each([
    ['an object', { photo: new Uint8Array(9) }, { n: 1 }],
    ['an offloaded body', undefined, { n: 1, text: 'x'.repeat(100_000) }],
  ])('the object store is away while a tier reads %s', async (_, objects, data) => {
    const fault = faults();
    const reader = defineTier({
      name: 'reader',
      input: z.object({ n: z.number(), text: z.string().optional() }),
      ...(objects && { objects: { photo: {} } }),
      output: z.number(),
      predict: async (context) => {
        const photo = (context.objects as Record<string, { bytes(): Promise<Uint8Array> }>).photo;
        return photo ? (await photo.bytes()).length : (context.data.text?.length ?? 0);
      },
    });
    const cascade = await started({ tiers: [reader as AnyTier], wrap: fault.wrap });
    await cascade.send('reader', data, { flowId: 'f', ...(objects && { objects }) });
    fault.down('get');
    for (let round = 0; round < 10; round += 1) {
      await cascade.deliver('reader');
      cascade.clock.advance(900_000);
    }
    expect(await cascade.deadLetters()).toEqual([]);
    expect(cascade.records.every((r) => r.code === 'object-failed')).toBe(true);
    fault.down();
    await cascade.drain();
    expect(cascade.answers).toHaveLength(1);
  });

  test('a parked half that cannot be fetched for a while outlives its ttl', async () => {
    const fault = faults();
    const dear = joining({}, { ttl: '1m' });
    const cascade = await started({ tiers: [cheap(), dear as AnyTier], wrap: fault.wrap });
    await cascade.send('dear.photos', { photo: 'x'.repeat(100_000) }, { flowId: 'f' });
    await cascade.drain();
    await cascade.send('cheap', { n: 1 }, { flowId: 'f' });
    await cascade.deliver('cheap');
    fault.down('get');
    for (let round = 0; round < 60; round += 1) {
      await cascade.deliver('dear');
      cascade.clock.advance(20_000);
      await cascade.sweep();
    }
    fault.down();
    await cascade.drain();
    expect(flows(cascade)).toEqual(['f']);
  });

  test('a quick back-off does not wear out the queue’s own patience while the cloud is away', async () => {
    const fault = faults();
    const cascade = await started({
      tiers: [solo(({ data }) => data.n, { retry: { maxAttempts: 1, backoff: '0ms' } })],
      wrap: fault.wrap,
    });
    await cascade.send('solo', { n: 1 }, { flowId: 'f' });
    fault.down('send');
    for (let ms = 0; ms < 30_000; ms += 100) {
      await cascade.deliver('solo');
      cascade.clock.advance(100);
    }
    fault.down();
    await cascade.drain();
    expect(flows(cascade)).toEqual(['f']);
  });
});

describe('clock jumps lose nothing', () => {
  const hour = 3_600_000;

  test.each([
    ['forward', hour],
    ['back', -hour],
  ])('%s between the halves of a join', async (_, jump) => {
    for (const photosFirst of [true, false]) {
      const cascade = await started({ tiers: [cheap(), joining({}, { ttl: '2h' })] });
      await cascade.send('cheap', { n: 1 }, { flowId: 'f' });
      await cascade.send('dear.photos', { photo: 'p' }, { flowId: 'f' });
      if (photosFirst) {
        await cascade.deliver('dear.photos');
      } else {
        await cascade.deliver('cheap');
        await cascade.deliver('dear');
      }
      cascade.clock.advance(jump);
      await cascade.sweep();
      await cascade.drain();
      expect(flows(cascade)).toEqual(['f']);
    }
  });

  test('forward past the ttl: each half is decided on, none is lost without a word', async () => {
    for (const swept of [true, false]) {
      const cascade = await started({ tiers: [cheap(), joining({}, { ttl: '30m' })] });
      await cascade.send('cheap', { n: 1 }, { flowId: 'f' });
      await cascade.send('dear.photos', { photo: 'p' }, { flowId: 'f' });
      await cascade.deliver('dear.photos');
      cascade.clock.advance(hour);
      if (swept) await cascade.sweep();
      await cascade.drain();
      expect(cascade.decisions('f').filter((d) => d === 'dear:expired')).toHaveLength(1);
      cascade.clock.advance(hour);
      await cascade.sweep();
      expect(cascade.decisions('f').filter((d) => d === 'dear:expired')).toHaveLength(2);
    }
  });

  test.each([
    ['forward', hour],
    ['back', -hour],
  ])('%s while a claim is held by a process that died', async (_, jump) => {
    for (const last of [carrying({ delivery: 'once' }) as AnyTier, joining() as AnyTier]) {
      const fault = faults();
      let tries = 0;
      const predict = () => {
        if (++tries > 1) return { guess: 'x' };
        fault.down('table', 'send', 'log', 'hide');
        throw new Error('died here');
      };
      const dying = { ...last, predict } as AnyTier;
      const cascade = await started({ tiers: [cheap(), dying], wrap: fault.wrap });
      await cascade.send('cheap', { n: 1 }, { flowId: 'f' });
      await cascade.deliver('cheap');
      if (cascade.graph.tiers[1]!.mode === 'join') {
        await cascade.send('dear.photos', { photo: 'p' }, { flowId: 'f' });
        await cascade.deliver('dear.photos');
      }
      await cascade.deliver('dear');
      fault.down();
      cascade.clock.advance(jump);
      await cascade.drain();
      expect(tries).toBe(2);
      expect(flows(cascade)).toEqual(['f']);
      expect(await cascade.deadLetters()).toEqual([]);
    }
  });

  test.each([
    ['forward', hour],
    ['back', -hour],
  ])('%s while a paced tier has a line', async (_, jump) => {
    const cascade = await started({ tiers: [solo(({ data }) => data.n, { pace: { minInterval: '200ms' } })] });
    for (let n = 0; n < 5; n += 1) await cascade.send('solo', { n });
    await cascade.deliver('solo');
    cascade.clock.advance(jump);
    for (let n = 5; n < 10; n += 1) await cascade.send('solo', { n });
    await cascade.drain();
    expect(new Set(cascade.answers.map((a) => a.output)).size).toBe(10);
    expect(await cascade.deadLetters()).toEqual([]);
  });
});

describe('in worker threads', () => {
  async function run(
    entry: string,
    hows: readonly string[],
  ): Promise<{ answered: string[]; letters: readonly DeadLetter[] }> {
    const application = await loadApplication(join(import.meta.dirname, 'fixtures', 'rough'));
    const cloud = await openCloud({ dir: ':memory:' });
    const answered: string[] = [];
    const cascade = await startCascade({ application, cloud, onAnswer: (a) => void answered.push(String(a.output)) });
    const client = connect(entry as never, { cloud }) as never as {
      sendBatch(items: readonly object[]): Promise<void>;
    };
    // One message warms the worker up: a new one gets time to load before its timeout counts.
    await client.sendBatch([{ data: { how: 'warm' } }]);
    await cascade.settled();
    await client.sendBatch(hows.map((how) => ({ data: { how }, flowId: how })));
    await cascade.settled();
    const messages = await cloud.queue(`${entry}.dlq`).receive({ max: 10, visibilityMs: 0, waitMs: 0 });
    await cascade.stop();
    await cloud.close();
    return { answered: answered.slice(1).sort(), letters: messages.map((m) => JSON.parse(m.body) as DeadLetter) };
  }

  test.concurrent.each([
    ['a task that loops for ever is ended with its worker', 'hangs', 'hang', 'predict-timeout', 1],
    ['a task that ends its worker', 'dies', 'die', 'worker-died', 2],
    ['a batch that falls with its worker because of one record', 'together', 'die', 'worker-died', 2],
    ['a batch that throws because of one record', 'together', 'throw', 'predict-failed', 2],
    ['a prediction that cannot leave its worker', 'clones', 'function', 'predict-failed', 2],
  ])('%s', async (_, entry, bad, code, attempt) => {
    const { answered, letters } = await run(entry, ['a', 'b', bad, 'c', 'd']);
    expect(answered).toEqual(['a', 'b', 'c', 'd']);
    expect(letters).toMatchObject([{ code, flow: bad, tier: entry, attempt }]);
    expect(letters[0]!.reason).toContain(`tier ${JSON.stringify(entry)}`);
  });
});
