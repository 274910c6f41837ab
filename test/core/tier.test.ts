import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { defineDestination, defineTier, stream, tier } from '../../lib/index.ts';

const A = z.object({ a: z.string() });
const define = (options: object) =>
  defineTier({ name: 'a', input: A, output: A, predict: () => ({ a: '' }), ...options } as never);
const invalid = (what: string | RegExp, code = 'option-invalid') =>
  expect.objectContaining({ code, message: expect.stringMatching(what) });

describe('tier options', () => {
  test.each([
    [{ timeuot: '3s' }, 'timeout'],
    [{ satisfied: { scor: () => 1, atLeast: 1 } }, 'score'],
    [{ gates: { escalat: (x: unknown) => x } }, 'escalate'],
    [{ batch: { sise: 3 } }, 'size'],
    [{ pace: { minInterval: '1s', onThrotle: 'drop' } }, 'onThrottle'],
    [{ retry: { attempts: 3 } }, 'maxAttempts'],
    [{ objects: { photo: { maxByte: 3 } } }, 'maxBytes'],
    [{ produces: { box: { maxByte: 3 } } }, 'maxBytes'],
    [{ produces: { box: { contentTyp: 'a/b' } } }, 'contentType'],
    [{ input: tier('b'), join: { data: stream('s', A), maxTimeDif: '1s' } }, 'maxTimeDiff'],
  ])('an unknown key is refused with the nearest known one: %j', (options, nearest) => {
    expect(() => define(options)).toThrow(
      invalid(new RegExp(`tier "a"[\\s\\S]*Did you mean "${nearest}"`), 'option-unknown'),
    );
  });

  test.each([[{ task: () => 1 }], [{ minInterval: '1s' }], [{ acknowledge: true }]])(
    'a key that is like none is refused without a guess: %j',
    (options) => {
      expect(() => define(options)).toThrow(invalid(/\n {2}→ Known options: name, input, /, 'option-unknown'));
    },
  );

  test.each([
    [{ ttl: '0s' }, 'join.ttl is "0s" and must be more than 0'],
    [{ maxTimeDiff: 0 }, 'join.maxTimeDiff of tier "a" is 0, which is not a duration'],
    [{ maxTimeDiff: '' }, 'join.maxTimeDiff of tier "a" is "", which is not a duration'],
  ])('a join that could not be meant: %j', (join, problem) => {
    expect(() => define({ input: tier('b'), join: { data: stream('s', A), ...join } })).toThrow(invalid(problem));
  });

  test.each<[object, string]>([
    [{ predict: undefined }, 'neither predict nor predictBatch'],
    [{ predict: 5 }, 'predict is 5'],
    [{ predictBatch: () => [] }, 'predictBatch is a function and must be left out'],
    [{ load: 'model' }, 'load is "model"'],
    [{ fairBy: 'tenant' }, 'fairBy is "tenant"'],
    [{ input: 5 }, 'input is 5'],
    [{ input: undefined }, 'input is undefined'],
    [{ predict: undefined, predictBatch: 5 }, 'predictBatch is 5'],
    [{ output: undefined }, 'output is undefined'],
    [{ input: tier('b'), objects: { photo: {} } }, 'objects is'],
    [{ satisfied: { score: 0.9, atLeast: 1 } }, 'satisfied.score is 0.9'],
    [{ satisfied: { score: () => 1 } }, 'satisfied.atLeast is undefined'],
    [{ satisfied: { score: () => 1, atLeast: Number.NaN } }, 'satisfied.atLeast is NaN'],
    [{ gates: { data: true } }, 'gates of tier "a": data is true'],
    [{ exhausted: 'drop' }, 'exhausted is "drop"'],
    [{ delivery: 'exactly-once' }, 'delivery is "exactly-once"'],
    [{ audit: 1.01 }, 'audit is 1.01'],
    [{ audit: -0.1 }, 'audit is -0.1'],
    [{ workers: 1.5 }, 'workers is 1.5'],
    [{ memory: 64 }, 'memory is 64'],
    [{ maxConcurrency: 0 }, 'maxConcurrency is 0'],
    [{ version: 7 }, 'version is 7'],
    [{ version: '' }, 'version is ""'],
    [{ timeout: '3' }, 'timeout of tier "a" is "3"'],
    [{ timeout: '15m' }, 'timeout is "15m"'],
    [{ timeout: '0ms' }, 'timeout is "0ms"'],
    [{ batch: { size: 0 } }, 'batch.size is 0'],
    [{ batch: { size: 10, window: '6m' } }, 'batch.window is "6m"'],
    [{ pace: { minInterval: '1s', onThrottle: 'newest' } }, 'pace.onThrottle is "newest"'],
    [{ pace: { minInterval: 'soon' } }, 'pace.minInterval of tier "a" is "soon"'],
    [{ retry: { maxAttempts: 0 } }, 'retry.maxAttempts is 0'],
    [{ retry: { backoff: 1 } }, 'retry.backoff of tier "a" is 1'],
    [{ objects: { photo: { deleteAfter: 'read' } } }, 'deleteAfter is "read"'],
    [{ objects: { photo: { maxBytes: -1 } } }, 'maxBytes is -1'],
    [{ input: tier('b'), join: { data: stream('s', A), signals: 'last' } }, 'join.signals is "last"'],
    [{ input: tier('b'), join: { data: stream('s', A), ttl: '1 hour' } }, 'join.ttl of tier "a" is "1 hour"'],
  ])('an invalid value is refused by name: %j', (options, what) => {
    expect(() => define(options)).toThrow(invalid(what.replaceAll('.', '\\.')));
  });

  test('a join needs a signal to wait for, and a stream to join with', () => {
    expect(() => define({ join: { data: stream('s', A) } })).toThrow(
      invalid('no signal can ever arrive', 'graph-join-without-stream'),
    );
    expect(() => define({ input: tier('b'), join: {} })).toThrow(
      invalid('without a second stream', 'graph-join-without-stream'),
    );
  });

  test('names that queues could not have are refused', () => {
    for (const make of [
      () => define({ name: 'Big' }),
      () => tier('x y'),
      () => stream('a.b', A),
      () => stream('dlq', A),
      () => defineDestination({ name: '', handler: () => undefined }),
    ])
      expect(make).toThrow(expect.objectContaining({ code: 'name-invalid' }));
  });

  test('what is left out has the defaults that the documentation names', () => {
    expect(define({})).toMatchObject({
      timing: { timeoutMs: 30_000, batchSize: 10, windowMs: 0, maxAttempts: 5, backoffMs: 1_000 },
    });
    expect(define({ input: tier('b'), join: { data: stream('s', A) } })).toMatchObject({
      joins: { ttlMs: 3_600_000, signals: 'first', maxTimeDiffMs: Number.POSITIVE_INFINITY },
    });
  });
});

describe('destination options', () => {
  const destination = (options: object) =>
    defineDestination({ name: 'd', handler: () => undefined, ...options } as never);
  test.each<[object, string, string?]>([
    [{ handler: undefined }, 'handler is undefined'],
    [{ batch: { size: 0 } }, 'batch.size is 0'],
    [{ retry: { maxAttempts: 1_000 } }, 'retry.maxAttempts is 1000'],
    [{ timeout: 'long' }, 'timeout of destination "d" is "long"'],
    [{ batch: { window: '1s' } }, 'Known options: size', 'option-unknown'],
    [{ handle: () => undefined }, 'Did you mean "handler"', 'option-unknown'],
  ])('%j', (options, what, code) => {
    expect(() => destination(options)).toThrow(invalid(what.replaceAll('.', '\\.'), code));
  });
});
