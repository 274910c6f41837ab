import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { defineDestination, defineTier, stream, tier } from '../../lib/index.ts';

/* Each option takes what its documentation says up to the bound, and beyond it says what it takes instead. */

const A = z.object({ a: z.string() });
const define = (options: object) =>
  defineTier({ name: 'a', input: A, output: A, predict: () => ({ a: '' }), ...options } as never);
const satisfied = (atLeast: unknown) => ({ satisfied: { score: () => 1, atLeast } });
const joined = (join: object) => ({ input: tier('b'), join: { data: stream('s', A), ...join } });

describe('a tier', () => {
  test.each<[string, readonly object[], readonly object[], string]>([
    ['workers', [{ workers: 0 }, { workers: 64 }], [{ workers: -1 }, { workers: 65 }], 'a whole number from 0 to 64'],
    ['memory', [{ memory: 128 }, { memory: 10_240 }], [{ memory: 127 }, { memory: 10_241 }], 'MiB from 128 to 10,240'],
    [
      'maxConcurrency',
      [{ maxConcurrency: 1 }, { maxConcurrency: 1_000 }],
      [{ maxConcurrency: 0 }, { maxConcurrency: 1_001 }],
      'a whole number from 1 to 1,000',
    ],
    ['audit', [{ audit: 0 }, { audit: 1 }], [{ audit: -0.01 }, { audit: 1.01 }], 'a share from 0 to 1'],
    [
      'capture',
      [{ capture: 0 }, { capture: 1 }],
      [{ capture: -0.01 }, { capture: 1.01 }, { capture: Number.NaN }],
      'a share from 0 to 1',
    ],
    [
      'batch.size',
      [{ batch: { size: 1 } }, { batch: { size: 10_000 } }],
      [{ batch: { size: 0 } }, { batch: { size: 10_001 } }],
      'a whole number from 1 to 10,000',
    ],
    [
      'batch.window',
      [{ batch: { size: 1, window: '5m' } }],
      [{ batch: { size: 1, window: '300001ms' } }],
      'at most 5m',
    ],
    [
      'retry.maxAttempts',
      [{ retry: { maxAttempts: 1 } }, { retry: { maxAttempts: 100 } }],
      [{ retry: { maxAttempts: 0 } }, { retry: { maxAttempts: 101 } }],
      'a whole number from 1 to 100',
    ],
    [
      'timeout',
      [{ timeout: '1ms' }, { timeout: '890s' }],
      [{ timeout: '0s' }, { timeout: '890001ms' }],
      'more than 0 and at most 890s (a Lambda ends at 15m)',
    ],
    ['version', [{ version: '7' }], [{ version: 7 }, { version: '' }], 'a text'],
    ['retired', [{ retired: true }, { retired: false }], [{ retired: 'yes' }], 'true, or left out'],
    [
      'exhausted',
      [{ exhausted: 'accept' }, { exhausted: 'deadLetter' }],
      [{ exhausted: 'drop' }],
      "'accept' or 'deadLetter'",
    ],
    [
      'delivery',
      [{ delivery: 'once' }, { delivery: 'at-least-once' }],
      [{ delivery: 'exactly-once' }],
      "'at-least-once' or 'once'",
    ],
    [
      'pace.onThrottle',
      ['queue', 'latest', 'drop'].map((onThrottle) => ({ pace: { minInterval: '1s', onThrottle } })),
      [{ pace: { minInterval: '1s', onThrottle: 'newest' } }],
      "'queue', 'latest' or 'drop'",
    ],
    [
      'join.signals',
      [joined({ signals: 'first' }), joined({ signals: 'latest' })],
      [joined({ signals: 'last' })],
      "'first' or 'latest'",
    ],
    ['satisfied.atLeast', [satisfied(-1)], [satisfied('1'), satisfied(Number.POSITIVE_INFINITY)], 'a finite number'],
    ['satisfied.score', [satisfied(0)], [{ satisfied: { score: 1, atLeast: 1 } }], 'a function'],
    ['predictBatch', [], [{ predictBatch: () => [] }], 'left out where predict is given'],
    ['input', [], [{ input: null }, { input: {} }, { input: 'schema' }], 'a schema or tier(…)'],
    ['output', [], [{ output: null }, { output: {} }], 'a schema (zod, valibot, arktype, …)'],
    [
      'objects',
      [{ objects: {} }],
      [{ input: tier('b'), objects: {} }],
      'left out: only the first tier or a stream declares them',
    ],
  ])('%s', (option, taken, refused, takes) => {
    for (const options of taken) expect(define(options)).toMatchObject({ kind: 'tier', name: 'a' });
    for (const options of refused) {
      expect(() => define(options)).toThrow(
        expect.objectContaining({
          code: 'option-invalid',
          problem: expect.stringContaining(`tier "a": ${option} is `),
          message: expect.stringMatching(new RegExp(`and must be ${literally(takes)}$`)),
          details: { option },
        }),
      );
    }
  });

  test.each(['predict', 'load', 'accept', 'fairBy'])('%s is a function', (option) => {
    expect(() => define({ [option]: 'text' })).toThrow(`tier "a": ${option} is "text" and must be a function`);
  });

  test.each(['data', 'signal', 'destination', 'escalate'])('the %s gate is a function', (gate) => {
    expect(define({ gates: { [gate]: (value: unknown) => value } })).toMatchObject({ name: 'a' });
    expect(() => define({ gates: { [gate]: true } })).toThrow(`gates of tier "a": ${gate} is true and must be`);
  });

  test('may be predicted by the batch alone', () => {
    expect(define({ predict: undefined, predictBatch: () => [] })).toHaveProperty('predictBatch');
    expect(() => define({ predict: undefined })).toThrow(/neither predict nor predictBatch[\s\S]*→ Give it a predict/);
  });

  test('has objects with a size and an end', () => {
    expect(define({ objects: { photo: { maxBytes: 0, deleteAfter: 'accepted', contentType: 'a/b' } } })).toMatchObject({
      objects: { photo: { maxBytes: 0 } },
    });
    for (const [spec, problem] of [
      [{ maxBytes: -1 }, 'maxBytes is -1 and must be a number of bytes'],
      [{ deleteAfter: 'read' }, `deleteAfter is "read" and must be 'accepted'`],
    ] as const)
      expect(() => define({ objects: { photo: spec } })).toThrow(`object "photo" of tier "a": ${problem}`);
    expect(() => define({ produces: { mask: { deleteAfter: 'accepted' } } })).toThrow(
      expect.objectContaining({ code: 'option-unknown', details: { key: 'deleteAfter', known: expect.any(Array) } }),
    );
  });

  test('has times in milliseconds', () => {
    const timed = {
      timeout: '2s',
      batch: { size: 3, window: '1m' },
      retry: { maxAttempts: 4, backoff: '5s' },
      pace: { minInterval: '6s' },
    };
    expect(define(timed)).toMatchObject({
      timing: {
        timeoutMs: 2_000,
        batchSize: 3,
        windowMs: 60_000,
        maxAttempts: 4,
        backoffMs: 5_000,
        pace: { intervalMs: 6_000, onThrottle: 'queue' },
      },
    });
    expect(define(joined({ maxTimeDiff: '7s', ttl: '8s', signals: 'latest' }))).toMatchObject({
      joins: { maxTimeDiffMs: 7_000, ttlMs: 8_000, signals: 'latest', stream: { name: 's' } },
    });
    expect(define({})).not.toHaveProperty('timing.pace');
    expect(define({})).not.toHaveProperty('joins');
  });

  test.each([
    ['timeout', { timeout: 'x' }],
    ['batch.window', { batch: { size: 1, window: 'x' } }],
    ['retry.backoff', { retry: { backoff: 'x' } }],
    ['pace.minInterval', { pace: { minInterval: 'x' } }],
    ['join.ttl', joined({ ttl: 'x' })],
    ['join.maxTimeDiff', joined({ maxTimeDiff: 'x' })],
  ])('%s that is no duration is shown how one is written', (option, options) => {
    expect(() => define(options)).toThrow(
      `${option} of tier "a" is "x", which is not a duration\n  → Write a number and a unit, such as '200ms', '10s', '5m', '1h' or '7d'.`,
    );
  });
});

describe('a join', () => {
  test('without a signal or a stream says how to get one', () => {
    expect(() => define({ join: { data: stream('s', A) } })).toThrow(
      /so no signal can ever arrive[\s\S]*→ Set input to/,
    );
    for (const data of [undefined, {}, { kind: 'tier' }])
      expect(() => define(joined({ data }))).toThrow(/joins without a second stream[\s\S]*→ Give join\.data a stream/);
  });
});

describe('a stream', () => {
  test('is a name, a schema and the objects it declares', () => {
    expect(stream('s', A)).toEqual({ kind: 'stream', name: 's', schema: A, objects: {} });
    expect(stream('s', A, { objects: { photo: {} } }).objects).toEqual({ photo: {} });
  });

  test('is not named as a dead-letter queue, nor given what it does not know', () => {
    expect(() => stream('dlq', A)).toThrow(/a stream is named "dlq"[\s\S]*→ Choose another name\./);
    expect(() => stream('Big', A)).toThrow(
      /^A stream is named "Big", which cannot be a name\n {2}→ Use 1 to 40 lower-case letters/,
    );
    expect(() => stream('s', A, { object: {} } as never)).toThrow('stream "s" has no option "object"');
    expect(() => stream('s', A, { objects: { photo: { maxBytes: -1 } } })).toThrow('object "photo" of stream "s"');
  });
});

describe('a destination', () => {
  const destination = (options: object) =>
    defineDestination({ name: 'd', handler: () => undefined, ...options } as never);

  test.each<[string, readonly object[], readonly object[], string]>([
    [
      'batch.size',
      [{ batch: { size: 1 } }, { batch: { size: 10_000 } }],
      [{ batch: { size: 0 } }, { batch: { size: 10_001 } }],
      'a whole number from 1 to 10,000',
    ],
    [
      'retry.maxAttempts',
      [{ retry: { maxAttempts: 1 } }, { retry: { maxAttempts: 100 } }],
      [{ retry: { maxAttempts: 0 } }, { retry: { maxAttempts: 101 } }],
      'a whole number from 1 to 100',
    ],
    ['handler', [], [{ handler: 'text' }], 'a function'],
  ])('%s', (option, taken, refused, takes) => {
    for (const options of taken) expect(destination(options)).toMatchObject({ kind: 'destination', name: 'd' });
    for (const options of refused) {
      expect(() => destination(options)).toThrow(
        expect.objectContaining({
          message: expect.stringMatching(new RegExp(`^destination "d": ${option} is .* must be ${literally(takes)}$`)),
        }),
      );
    }
  });

  test('has the defaults that the documentation names, and times in milliseconds', () => {
    const handler = () => undefined;
    expect(defineDestination({ name: 'd', handler })).toEqual({
      kind: 'destination',
      name: 'd',
      of: [],
      handler,
      timing: { timeoutMs: 30_000, batchSize: 10, windowMs: 0, maxAttempts: 5, backoffMs: 1_000 },
    });
    expect(
      destination({ timeout: '2s', batch: { size: 3 }, retry: { maxAttempts: 4, backoff: '5s' }, of: [tier('a')] }),
    ).toMatchObject({
      of: ['a'],
      timing: { timeoutMs: 2_000, batchSize: 3, windowMs: 0, maxAttempts: 4, backoffMs: 5_000 },
    });
  });

  test('says which of its options is unknown or no duration', () => {
    expect(() => destination({ retry: { backof: '1s' } })).toThrow('retry of destination "d" has no option "backof"');
    expect(() => destination({ batch: { sise: 1 } })).toThrow('batch of destination "d" has no option "sise"');
    expect(() => destination({ retry: { backoff: 'x' } })).toThrow('retry.backoff of destination "d" is "x"');
    expect(() => defineDestination({ name: 'Big', handler: () => undefined })).toThrow('A destination is named "Big"');
  });
});

test('a referenced tier and a tier have names that queues can have', () => {
  expect(() => tier('x y')).toThrow('A referenced tier is named "x y"');
  expect(() => define({ name: 'x y' })).toThrow('A tier is named "x y"');
  expect(tier('small')).toEqual({ kind: 'tier-ref', name: 'small' });
});

/** A text as a regular expression that matches it alone. */
function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
