import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { sha256 } from '../../lib/core/identity.ts';
import type { TierDefinition } from '../../lib/core/tier-definition.ts';
import { defineTier, SluiceError, TerminalError } from '../../lib/index.ts';
import type { Clock } from '../../lib/ports/clock.ts';
import type { ObjectStore } from '../../lib/ports/object-store.ts';
import type { PredictRequest } from '../../lib/ports/predictor.ts';
import { createPredictor } from '../../lib/runtime/predictor.ts';
import { stopwatch } from '../../lib/runtime/stopwatch.ts';
import { withTimeout } from '../../lib/runtime/timeout.ts';
import { turns } from '../../lib/runtime/turns.ts';

/* What a task is given, what is taken from it, and what is said where it fails: by its own thread or a worker’s. */

const BYTES = Buffer.from('a payload');
const photo = (key: string) => ({ bucket: 'own', key, size: BYTES.byteLength, sha256: sha256(BYTES) });
const puts: { key: string; contentType: string | undefined }[] = [];
const store = {
  bucket: 'own',
  get: async () => BYTES,
  put: async (key: string, bytes: Uint8Array, options: { contentType?: string } = {}) => {
    if (key.endsWith('/refused')) throw new Error('no room');
    puts.push({ key, contentType: options.contentType });
    return { bucket: 'own', key, size: bytes.byteLength, sha256: sha256(bytes) };
  },
} as unknown as ObjectStore;
/** A clock on which nothing lasts, but for tasks that never end. */
const clock: Clock = {
  now: () => 0,
  sleep: (_, abort) => new Promise((done) => (abort?.aborted ? done() : setTimeout(done, 20))),
};

const asked = (n: number, more: Partial<PredictRequest> = {}): PredictRequest => ({
  flowId: `f${n}`,
  attempt: 1,
  data: n,
  signal: undefined,
  objects: {},
  signalObjects: {},
  producePrefix: `produced/f${n}`,
  ...more,
});
const predictorOf = (options: object, more: object = {}) => {
  const tier = defineTier({ name: 't', input: z.number(), output: z.any(), timeout: '10ms', ...options } as never);
  return createPredictor({ tier: tier as unknown as TierDefinition, version: 'v1', objects: store, clock, ...more });
};
const FIX = '\n  → Correct it, then redrive; throw TerminalError where trying again cannot help.';

describe('a task', () => {
  test('is given all that is known of its flow, and its output is taken as it is', async () => {
    const seen: Record<string, unknown>[] = [];
    const predictor = predictorOf({
      load: ({ version }: { version: string }) => ({ loaded: version }),
      predict: (context: Record<string, unknown>) => {
        seen.push({ ...context });
        return { n: context.data };
      },
    });
    const results = await predictor.predict([asked(1, { attempt: 3, signal: { guess: 'g' } }), asked(2)]);
    expect(seen).toMatchObject([
      { data: 1, flowId: 'f1', attempt: 3, signal: { guess: 'g' }, model: { loaded: 'v1' }, state: undefined },
      { data: 2, flowId: 'f2', attempt: 1, signal: undefined },
    ]);
    expect(seen[0]!.abort).toBeInstanceOf(AbortSignal);
    expect(results).toEqual(
      [1, 2].map((n) => ({
        output: { n },
        ms: expect.any(Number),
        produced: {},
        fetched: { bytes: 0, calls: 0 },
      })),
    );
    await predictor.close();
  });

  test('loads its model once for all batches, and again only where it could not', async () => {
    let loads = 0;
    const predictor = predictorOf({
      load: async () => {
        loads += 1;
        if (loads === 1) throw new Error('no file');
        return loads;
      },
      predict: ({ model }: { model: number }) => model,
    });
    const [first, second] = await predictor.predict([asked(1), asked(2)]);
    for (const result of [first, second]) {
      expect(result).toEqual({
        error: expect.objectContaining({ code: 'load-failed', message: `load threw: no file (tier "t")${FIX}` }),
        fetched: { bytes: 0, calls: 0 },
      });
    }
    const both = await Promise.all([predictor.predict([asked(1)]), predictor.predict([asked(2)])]);
    expect(both.flat().map((result) => 'output' in result && result.output)).toEqual([2, 2]);
    expect(loads).toBe(2);
  });

  test('that loads for ever is given up', async () => {
    const predictor = predictorOf({ load: () => new Promise(() => undefined), predict: () => 1 });
    const [result] = await predictor.predict([asked(1)]);
    expect(result).toMatchObject({
      error: {
        code: 'load-failed',
        message:
          'load took longer than 5010 ms (tier "t")\n' +
          '  → Raise timeout, or load less: a smaller model, or files that are there already.',
      },
    });
  });

  test.each([
    [
      'throws',
      () => {
        throw new Error('no luck');
      },
    ],
    ['rejects', () => Promise.reject(new Error('no luck'))],
  ])('that %s fails alone, with its flow and cause', async (_, fail) => {
    const predictor = predictorOf({ predict: ({ data }: { data: number }) => (data === 2 ? fail() : data) });
    const [one, two, three] = await predictor.predict([asked(1), asked(2), asked(3)]);
    expect([one, three]).toMatchObject([{ output: 1 }, { output: 3 }]);
    expect(two).toMatchObject({
      error: {
        code: 'predict-failed',
        message: `predict threw: no luck (tier "t", flow "f2")${FIX}`,
        cause: { message: 'no luck' },
      },
      fetched: { bytes: 0, calls: 0 },
    });
  });

  test('keeps an error of its own', async () => {
    const error = new TerminalError('cannot read it');
    const predictor = predictorOf({
      predict: () => {
        throw error;
      },
    });
    expect(await predictor.predict([asked(1)])).toMatchObject([{ error }]);
  });

  test('that never ends is given up, and told so', async () => {
    let aborted = 0;
    const predictor = predictorOf({
      predict: ({ abort }: { abort: AbortSignal }) => {
        abort.addEventListener('abort', () => {
          aborted += 1;
        });
        return new Promise(() => undefined);
      },
    });
    expect(await predictor.predict([asked(1)])).toMatchObject([
      {
        error: {
          code: 'predict-timeout',
          message:
            'predict took longer than 10 ms (tier "t")\n  → Raise timeout, or stop work when context.abort fires.',
        },
      },
    ]);
    expect(aborted).toBe(1);
  });

  test('reads objects of its data and of its signal, each from where such objects lie, and pays for what it reads', async () => {
    const predict = async ({ objects, signalObjects }: Record<string, Record<string, { text(): Promise<string> }>>) =>
      `${await objects!.a!.text()}, ${await signalObjects!.b!.text()}`;
    const predictor = predictorOf({ predict });
    const [both, swapped] = await predictor.predict([
      asked(1, { objects: { a: photo('objects/x/a') }, signalObjects: { b: photo('produced/x/b') } }),
      asked(2, { objects: { a: photo('produced/x/a') }, signalObjects: { b: photo('objects/x/b') } }),
    ]);
    expect(both).toMatchObject({ output: 'a payload, a payload', fetched: { bytes: 18, calls: 2 } });
    expect(swapped).toMatchObject({ error: { code: 'object-foreign' } });
  });

  test('puts out objects under its own prefix, no larger than its tier says', async () => {
    const produces = { mask: { contentType: 'image/png', maxBytes: 3 }, refused: {}, plain: {} };
    const predict = async ({
      produce,
      data,
    }: {
      produce: Record<string, (b: Uint8Array) => Promise<void>>;
      data: number;
    }) => {
      expect(Object.keys(produce)).toEqual(['mask', 'refused', 'plain']);
      if (data === 1) await produce.mask!(Buffer.from('123'));
      if (data === 2) await produce.mask!(Buffer.from('1234'));
      if (data === 3) await produce.refused!(Buffer.from('1'));
      if (data === 4) await produce.plain!(Buffer.from('12'));
      return data;
    };
    const [small, large, refused, plain] = await predictorOf({ produces, predict }).predict(
      [1, 2, 3, 4].map((n) => asked(n)),
    );
    expect(small).toMatchObject({
      output: 1,
      produced: { mask: { key: 'produced/f1/mask', size: 3 } },
      fetched: { bytes: 0, calls: 1 },
    });
    expect(large).toMatchObject({
      error: {
        code: 'object-too-large',
        message:
          'the produced object "mask" has 4 bytes; 3 are allowed (tier "t", flow "f2")\n' +
          '  → Produce a smaller object or raise maxBytes.',
      },
      fetched: { calls: 0 },
    });
    expect(refused).toMatchObject({
      error: { code: 'object-failed', problem: 'storing the produced object "refused" failed: no room' },
    });
    expect(plain).toMatchObject({ produced: { plain: { key: 'produced/f4/plain' } } });
    expect(puts).toEqual([
      { key: 'produced/f1/mask', contentType: 'image/png' },
      { key: 'produced/f4/plain', contentType: undefined },
    ]);
  });

  test('is given its state, and what it sets goes with its prediction', async () => {
    const predict = ({ state, data }: { state: { value: number; set(next: number): void }; data: number }) => {
      if (data === 1) state.set(state.value + 1);
      return state.value;
    };
    const state = { key: 'k', value: 7, version: 2 };
    const [set, left] = await predictorOf({ predict }).predict([asked(1, { state }), asked(2, { state })]);
    expect(set).toMatchObject({ output: 7, state: { value: 8 } });
    expect(left).not.toHaveProperty('state');
  });
});

describe('a batch', () => {
  const together = (predictBatch: (contexts: readonly { data: number }[]) => unknown) =>
    predictorOf({ predictBatch, predict: undefined });

  test('is predicted in one call, one output each, its time shared', async () => {
    let calls = 0;
    let ms = 0;
    let cpu = 0;
    const predictor = predictorOf(
      {
        predictBatch: (contexts: readonly { data: number }[]) => {
          calls += 1;
          ms += 8;
          cpu += 6;
          return contexts.map(({ data }) => data * 2);
        },
      },
      { clock: { ...clock, now: () => ms }, cpuMs: () => cpu },
    );
    const results = await predictor.predict([asked(1), asked(2)]);
    expect(results).toMatchObject([
      { output: 2, ms: 4, cpuMs: 3 },
      { output: 4, ms: 4, cpuMs: 3 },
    ]);
    expect(calls).toBe(1);
  });

  test('of which one record is bad is tried one by one, and that one fails alone', async () => {
    const sizes: number[] = [];
    const results = await together((contexts) => {
      sizes.push(contexts.length);
      if (contexts.some(({ data }) => data === 2)) throw new Error('no luck');
      return contexts.map(({ data }) => data);
    }).predict([asked(1), asked(2), asked(3)]);
    expect(sizes).toEqual([3, 1, 1, 1]);
    expect(results).toMatchObject([{ output: 1 }, { error: { code: 'predict-failed' } }, { output: 3 }]);
  });

  test.each<[string, (n: number) => unknown, string]>([
    ['too few predictions', (n) => new Array(n - 1).fill(0), '0 predictions'],
    ['too many', (n) => new Array(n + 1).fill(0), '2 predictions'],
    ['no list', () => 'text', 'string'],
  ])('that returns %s is refused record by record', async (_, make, got) => {
    const results = await together(({ length }) => make(length)).predict([asked(1), asked(2)]);
    for (const result of results) {
      expect(result).toMatchObject({
        error: {
          code: 'prediction-invalid',
          message: `predictBatch returned ${got} for 1 contexts (tier "t")\n  → Return one prediction per context, in order.`,
        },
      });
    }
  });

  test('that answers later is waited for, each record with its whole time once it is tried alone', async () => {
    const results = await together(async (contexts) => {
      if (contexts.length > 1) return new Promise(() => undefined);
      return contexts.map(({ data }) => data);
    }).predict([asked(1), asked(2)]);
    expect(results).toMatchObject([{ output: 1 }, { output: 2 }]);
  });
});

test('a stopwatch counts wall time, and CPU time from one reading to the next', () => {
  let wall = 100;
  let cpu = 10;
  expect(stopwatch(undefined, () => wall)()()).toEqual({ ms: 0 });
  const watch = stopwatch(
    () => cpu,
    () => wall,
  );
  const first = watch();
  wall += 5;
  cpu += 3;
  expect(first()).toEqual({ ms: 5, cpuMs: 3 });
  // What passes between two tasks belongs to the second: the clock moves in ticks.
  cpu += 2;
  const second = watch();
  wall += 1;
  cpu += 1;
  expect(second()).toEqual({ ms: 1, cpuMs: 3 });
});

describe('a time limit', () => {
  const late = () => new SluiceError('predict-timeout', 'late');
  test('lets pass what settles in time, and wakes nobody up afterwards', async () => {
    let woken: AbortSignal | undefined;
    const watching: Clock = {
      now: () => 0,
      sleep: (ms, abort) => {
        expect(ms).toBe(7);
        woken = abort;
        return new Promise((done) => abort!.addEventListener('abort', () => done()));
      },
    };
    expect(await withTimeout(watching, Promise.resolve('value'), 7, late)).toBe('value');
    expect(woken!.aborted).toBe(true);
    await expect(withTimeout(watching, Promise.reject(new Error('no')), 7, late)).rejects.toThrow('no');
  });

  test('rejects what does not, with the error it is given', async () => {
    await expect(withTimeout(clock, new Promise(() => undefined), 1, late)).rejects.toMatchObject({
      code: 'predict-timeout',
    });
  });
});

test('turns: a key is one’s own until one leaves, and others’ keys stay theirs', () => {
  const { take, leave } = turns<string>();
  expect([take('a', 'one'), take('a', 'one'), take('a', 'two'), take('b', 'two'), take('c', 'one')]).toEqual([
    true,
    true,
    false,
    true,
    true,
  ]);
  leave('one');
  leave('nobody');
  expect([take('a', 'two'), take('c', 'three'), take('b', 'three')]).toEqual([true, true, false]);
});
