import { describe, expect, test } from 'vitest';
import type { Envelope } from '../../lib/core/envelope.ts';
import { sha256 } from '../../lib/core/identity.ts';
import type { AnyTier } from '../../lib/index.ts';
import { RetryableError, TerminalError } from '../../lib/index.ts';
import { visitDeadLetters } from '../../lib/runtime/dead-letters.ts';
import { dataOf } from '../support/by-hand.ts';
import type { TestCascade } from '../support/cascade.ts';
import { started } from '../support/started.ts';
import { carrying, cheap, joining } from '../support/tiers.ts';

/* Why a flow was given up, word for word: it is all that whoever looks after the dead letters has to go by. */

const WHERE = '(application "test", tier "cheap", flow "f")';
const START = Date.UTC(2026, 0, 1);
const data = dataOf({ id: 'i' });
const object = { bucket: 'b', key: 'k', size: 3, sha256: 'x' };

/** The one dead letter after this was put on a queue and tried once. */
async function letterOf(tiers: readonly AnyTier[], body: unknown = data, queue = 'cheap') {
  const cascade = await started({ tiers });
  await cascade.put(queue, JSON.stringify(body));
  await cascade.drain();
  const letters = await cascade.deadLetters();
  expect(letters).toHaveLength(1);
  return { ...letters[0]!, tries: cascade.records.filter(({ decision }) => decision === 'retried').length + 1 };
}
const tiers = (extra: object = {}): readonly AnyTier[] => [cheap({ extra }), carrying()];

describe('a message is given up at once where it', () => {
  test.each<[string, object, Envelope, string, string]>([
    [
      'does not fit the schema',
      {},
      { ...data, data: { n: 'one' } },
      'data-invalid',
      `the data does not fit the schema: n: Invalid input: expected number, received string ${WHERE}\n` +
        '  → Correct the sender or the schema, then redrive.',
    ],
    [
      'brings an object that is not declared',
      {},
      { ...data, objects: { o: object } },
      'object-undeclared',
      `the object "o" was sent and is not declared ${WHERE}\n` +
        '  → Declare it under objects, or leave it out. Declared here: none.',
    ],
    [
      'brings an object under a wrong name',
      { objects: { photo: {}, mask: {} } },
      { ...data, objects: { o: object } },
      'object-undeclared',
      `the object "o" was sent and is not declared ${WHERE}\n` +
        '  → Declare it under objects, or leave it out. Declared here: photo, mask.',
    ],
    [
      'brings no object where one is declared',
      { objects: { photo: {} } },
      data,
      'data-invalid',
      `the object "photo" is declared and was not sent ${WHERE}\n  → Send it: send(data, { objects: { photo: bytes } }).`,
    ],
    [
      'brings an object that is too large',
      { objects: { photo: { maxBytes: 2 } } },
      { ...data, objects: { photo: object } },
      'object-too-large',
      `the object "photo" has 3 bytes; 2 are allowed ${WHERE}\n  → Send a smaller object or raise maxBytes.`,
    ],
    [
      'is of another kind than its queue takes',
      {},
      { ...data, kind: 'signal', signal: { output: 1, tier: 't', version: '1' } },
      'envelope-invalid',
      `queue cheap takes data messages, and this one is signal ${WHERE}\n` +
        '  → Send data with connect(…).send; signals and answers come from tiers only.',
    ],
    [
      'has a task that says so',
      {
        predict: () => {
          throw new TerminalError('cannot read it', { fix: 'Send another.' });
        },
      },
      data,
      'terminal',
      `cannot read it ${WHERE}\n  → Send another.`,
    ],
    [
      'is not sure enough for the last tier',
      { exhausted: 'deadLetter' },
      data,
      'exhausted',
      `the last tier is not sure enough: score 0 < 0.5 ${WHERE}\n` +
        "  → Add a tier after it, lower its threshold, or set exhausted: 'accept'.",
    ],
  ])('%s', async (_, extra, body, code, reason) => {
    const last = 'exhausted' in extra;
    const letter = await letterOf(last ? [cheap({ extra })] : tiers(extra), body);
    expect(letter).toMatchObject({ code, reason, tries: 1, queue: 'cheap', flow: 'f', body: JSON.stringify(body) });
  });

  test('brings a signal that its tier did not expect', async () => {
    const signal = { output: { guess: 7 }, tier: 'cheap', version: 'v1' };
    const body = { ...data, kind: 'signal', from: { name: 'cheap', version: 'v1' }, signal };
    const { Guess } = await import('../support/tiers.ts');
    const letter = await letterOf(
      [cheap(), carrying({ signal: Guess.pick({ guess: true }) }) as AnyTier],
      body,
      'dear',
    );
    expect(letter).toMatchObject({ code: 'signal-invalid', tries: 1 });
    expect(letter.reason).toMatch(/^the signal of tier "cheap" does not fit the schema: guess: .*tier "dear"/);
  });

  test('is a message in the object store that names another there', async () => {
    const cascade = await started({ tiers: tiers() });
    const put = async (text: string) =>
      cascade.cloud.objects.put(`messages/${sha256(Buffer.from(text))}`, Buffer.from(text));
    const inner = await put(JSON.stringify(data));
    const offloaded = (reference: unknown) => JSON.stringify({ v: 1, flow: 'f', offloaded: reference });
    await cascade.put('cheap', offloaded(await put(offloaded(inner))));
    await cascade.drain();
    const [letter] = await cascade.deadLetters();
    expect(letter).toMatchObject({ code: 'envelope-invalid', flow: 'f' });
    expect(letter!.reason).toContain('queue cheap takes data messages, and this one is twice offloaded');

    await cascade.put('cheap', offloaded(inner));
    await cascade.drain();
    const [escalated] = cascade.records.filter(({ decision }) => decision === 'escalated');
    expect(escalated).toMatchObject({ flow: 'f', calls: { object: 1 } });
    const wrong = await put(JSON.stringify({ ...data, ts: 'today' }));
    await cascade.put('cheap', offloaded(wrong));
    await cascade.drain();
    const reasons = (await cascade.deadLetters()).map(({ reason }) => reason);
    expect(reasons).toContainEqual(
      expect.stringContaining('has no event time (application "test", tier "cheap", queue "cheap", flow "f")'),
    );
  });
});

describe('a message is tried as often as its tier says where', () => {
  const retry = { maxAttempts: 3, backoff: '1s' };
  const fix = '\n  → Correct it, then redrive; throw TerminalError where trying again cannot help.';

  test.each<[string, object, string, string]>([
    [
      'the prediction does not fit',
      { predict: () => ({ guess: 1, sure: 0 }) },
      'prediction-invalid',
      `the prediction does not fit the output schema: guess: Invalid input: expected string, received number ${WHERE}\n` +
        '  → Return from predict what output declares.',
    ],
    [
      'the score is no number',
      { satisfied: { score: () => Number.NaN, atLeast: 0 } },
      'score-invalid',
      `satisfied.score returned NaN, which is not a number ${WHERE}\n` +
        '  → Make the score a number for every prediction its schema allows.',
    ],
    [
      'the score is a text',
      { satisfied: { score: () => '1', atLeast: 0 } },
      'score-invalid',
      `satisfied.score returned 1, which is not a number ${WHERE}\n` +
        '  → Make the score a number for every prediction its schema allows.',
    ],
    [
      'the score throws',
      {
        satisfied: {
          score: () => {
            throw new Error('no such field');
          },
          atLeast: 0,
        },
      },
      'score-invalid',
      `satisfied.score threw: no such field ${WHERE}\n` +
        '  → Make the score a number for every prediction its schema allows.',
    ],
    [
      'fairBy is no text',
      { fairBy: () => 7 },
      'option-invalid',
      `fairBy returned number ${WHERE}\n  → Return a text for all data that the schema allows.`,
    ],
    [
      'fairBy throws',
      {
        fairBy: () => {
          throw new Error('no shop');
        },
      },
      'option-invalid',
      `fairBy threw: no shop ${WHERE}\n  → Return a text for all data that the schema allows.`,
    ],
    [
      'a gate throws',
      {
        gates: {
          data: () => {
            throw new Error('no door');
          },
        },
      },
      'gate-failed',
      `the data gate threw: no door (application "test", tier "cheap", flow "f")${fix}`,
    ],
    [
      'the task throws a text',
      {
        predict: () => {
          throw 'no luck';
        },
      },
      'predict-failed',
      `predict threw: no luck ${WHERE}${fix}`,
    ],
  ])('%s', async (_, extra, code, reason) => {
    const letter = await letterOf(tiers({ retry, ...extra }));
    expect(letter).toMatchObject({ code, reason, attempt: 3, tries: 3 });
  });

  test('a long reason is cut, and stays text', async () => {
    const predict = () => {
      throw new TerminalError(`${'x'.repeat(1_999)}😀 and more`);
    };
    const { reason } = await letterOf(tiers({ predict }));
    expect(reason).toHaveLength(2_001);
    expect(reason.endsWith('x\uFFFD…')).toBe(true);
    const whole = () => {
      throw new TerminalError('x'.repeat(2_000 - ` ${WHERE}`.length));
    };
    expect((await letterOf(tiers({ predict: whole }))).reason).toBe(
      `${'x'.repeat(2_000 - ` ${WHERE}`.length)} ${WHERE}`,
    );
  });
});

describe('a task that asks for a wait', () => {
  const untilOf = async (afterMs: number | undefined) => {
    const predict = () => {
      throw new RetryableError('busy', afterMs === undefined ? {} : { afterMs });
    };
    const cascade = await started({ tiers: tiers({ predict, retry: { maxAttempts: 2, backoff: '8s' } }) });
    await cascade.send('cheap', { n: 1 }, { flowId: 'f' });
    await cascade.deliver('cheap');
    const [retried] = cascade.records;
    expect(retried).toMatchObject({ decision: 'retried', code: 'retryable', reason: `busy ${WHERE}` });
    return { cascade, waits: retried!.until! - START };
  };

  test('gets it, to the millisecond', async () => {
    const { cascade, waits } = await untilOf(60_000);
    expect(waits).toBe(60_000);
    cascade.clock.advance(59_999);
    expect(await cascade.deliver('cheap')).toBe(0);
    cascade.clock.advance(1);
    expect(await cascade.deliver('cheap')).toBe(1);
    expect(cascade.decisions('f')).toEqual(['cheap:retried', 'cheap:failed']);
    expect((await untilOf(0)).waits).toBe(0);
  });

  test.each([[undefined], [-1], [Number.NaN], [Number.POSITIVE_INFINITY]])(
    'gets the back-off of its tier where it asks for %s',
    async (afterMs) => {
      const { waits } = await untilOf(afterMs);
      expect(waits).toBeGreaterThanOrEqual(4_000);
      expect(waits).toBeLessThanOrEqual(8_000);
    },
  );
});

describe('what a message says of its flow is passed on', () => {
  const bodies = async (cascade: TestCascade, queue: string): Promise<readonly Record<string, unknown>[]> => {
    const messages = await cascade.cloud.queue(queue).receive({ max: 10, visibilityMs: 0, waitMs: 0 });
    return messages.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
  };
  const trace = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };

  test('by a tier that carries, hop after hop, and nothing that it does not say', async () => {
    const cascade = await started({ tiers: tiers() });
    const { hop: _, ...unhopped } = data;
    await cascade.put('cheap', JSON.stringify({ ...unhopped, ts: 7 }));
    await cascade.deliver('cheap');
    const [signal] = await bodies(cascade, 'dear');
    expect(signal).toEqual({
      v: 1,
      id: expect.any(String),
      flow: 'f',
      kind: 'signal',
      from: { name: 'cheap', version: 'v1' },
      ts: 7,
      sent: START,
      hop: 1,
      signal: { output: { guess: 'cheap 1', sure: 0 }, tier: 'cheap', version: 'v1', score: 0, threshold: 0.5 },
      data: { n: 1 },
      objects: {},
    });
    await cascade.deliver('dear');
    const [answer] = await bodies(cascade, 'answers');
    expect(answer).toEqual({
      v: 1,
      id: expect.any(String),
      flow: 'f',
      kind: 'answer',
      from: { name: 'dear', version: 'v1' },
      ts: 7,
      sent: START,
      hop: 2,
      signal: { output: { guess: 'dear 1 after cheap 1' }, tier: 'dear', version: 'v1' },
    });
  });

  test.each([
    ['carry', carrying() as AnyTier],
    ['join', joining() as AnyTier],
  ])('%s: deadline, reply, tenant and trace', async (mode, last) => {
    const cascade = await started({ tiers: [cheap(), last] });
    const said = { deadline: START + 60_000, reply: true, fair: 'shop', trace };
    await cascade.put('cheap', JSON.stringify({ ...data, ...said }));
    await cascade.deliver('cheap');
    const [signal] = await bodies(cascade, 'dear');
    expect(signal).toMatchObject(said);
    expect('data' in signal!).toBe(mode === 'carry');
    if (mode === 'join') await cascade.send('dear.photos', { photo: 'p' }, { flowId: 'f' });
    for (const queue of ['dear', 'dear.photos']) if (mode === 'join' || queue === 'dear') await cascade.deliver(queue);
    const [answer] = await bodies(cascade, 'answers');
    expect(answer).toMatchObject({ ...said, hop: 2 });
  });

  test('join: what the data says fills the gaps of what the flow says, whichever comes last', async () => {
    for (const order of [
      ['dear', 'dear.photos'],
      ['dear.photos', 'dear'],
    ]) {
      const cascade = await started({ tiers: [cheap(), joining() as AnyTier] });
      await cascade.put('cheap', JSON.stringify({ ...data, ts: 3, fair: 'of the flow' }));
      await cascade.deliver('cheap');
      const photo = { ...data, id: 'p', ts: 4, hop: 5, data: { photo: 'p' }, fair: 'of the data', trace };
      await cascade.put('dear.photos', JSON.stringify({ ...photo, deadline: START + 60_000 }));
      for (const queue of order) await cascade.deliver(queue!);
      const [answer] = await bodies(cascade, 'answers');
      expect(answer).toMatchObject({ ts: 3, hop: 2, fair: 'of the flow', deadline: START + 60_000, trace });
    }
  });

  test('what an object is: what the sender says, else what the tier declares; when it is deleted, the tier alone', async () => {
    const cascade = await started({
      tiers: tiers({ objects: { a: { contentType: 'of/tier' }, b: { contentType: 'of/tier' }, c: {}, d: {} } }),
    });
    const objects = {
      a: { ...object, contentType: 'of/sender' },
      b: object,
      c: { ...object, contentType: 'of/sender', deleteAfter: 'accepted' },
      d: object,
    };
    await cascade.put('cheap', JSON.stringify({ ...data, objects }));
    await cascade.deliver('cheap');
    const [signal] = await bodies(cascade, 'dear');
    expect(signal!.objects).toEqual({
      a: { ...object, contentType: 'of/sender' },
      b: { ...object, contentType: 'of/tier' },
      c: { ...object, contentType: 'of/sender' },
      d: object,
    });
  });
});

test('letters are shown one by one to who looks at them', async () => {
  const cascade = await started({ tiers: tiers() });
  await cascade.put('cheap', 'not JSON');
  await cascade.drain();
  const seen: string[] = [];
  const source = {
    application: 'test',
    tier: 'cheap',
    deadLetters: 'cheap.dlq',
    queues: [{ queue: 'cheap', kind: 'data' }],
  };
  await visitDeadLetters(cascade.cloud, [source as never], {}, ({ code }) => seen.push(code));
  expect(seen).toEqual(['envelope-not-json']);
});
