import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { readDeadLetter } from '../../lib/core/dead-letter.ts';
import { buildGraph } from '../../lib/core/graph.ts';
import { describeGraph, entriesOf } from '../../lib/core/graph-describe.ts';
import { printGraph } from '../../lib/core/graph-print.ts';
import { halvesOf, sentWith } from '../../lib/core/object-keys.ts';
import { limitsFor, maxReceives, timingOf, waitsHidden } from '../../lib/core/plan.ts';
import { applyUpdate } from '../../lib/core/table-update.ts';
import { control, defineControl, defineDestination, defineTier, stream, tier } from '../../lib/index.ts';

/* What follows from a tier file: queues, times and limits that every cloud makes from it. */

const A = z.object({ a: z.string() });
const unsure = { satisfied: { score: () => 0, atLeast: 0.5 } };
const define = (name: string, after?: string, extra: object = {}) =>
  defineTier({ name, input: after ? tier(after) : A, output: A, predict: () => ({ a: '' }), ...extra } as never);
const graph = (...definitions: readonly unknown[]) =>
  buildGraph(
    'app',
    definitions.map((definition) => ({
      file: `functions/app/${(definition as { name: string }).name}.ts`,
      version: 'v1',
      definition: definition as never,
    })),
  );
const DAY_MS = 86_400_000;

describe('times that follow from a timeout', () => {
  test('one invocation lasts the task and five seconds; the claim outlives it; the message stays hidden six times as long', () => {
    expect(limitsFor({ timeoutMs: 30_000, windowMs: 0 })).toEqual({
      functionMs: 35_000,
      leaseMs: 36_000,
      visibilityMs: 210_000,
    });
    expect(limitsFor({ timeoutMs: 10_000, windowMs: 7 }, 2)).toEqual({
      functionMs: 25_000,
      leaseMs: 26_000,
      visibilityMs: 150_007,
    });
  });

  test('a batch that is predicted together has time to be tried one by one', () => {
    const timeout = { timeout: '10s' };
    expect(graph(define('a', undefined, timeout)).tiers[0]!.limits.functionMs).toBe(15_000);
    const together = { ...timeout, predict: undefined, predictBatch: () => [] };
    expect(graph(define('a', undefined, together)).tiers[0]!.limits.functionMs).toBe(25_000);
  });

  test.each([
    [{ maxAttempts: 5, batchSize: 10 }, 20],
    [{ maxAttempts: 5, batchSize: 11 }, 40],
    [{ maxAttempts: 5, batchSize: 20 }, 40],
    [{ maxAttempts: 100, batchSize: 50 }, 1_000],
    [{ maxAttempts: 1, batchSize: 1, pace: {} }, 1_000],
  ])('of %j a queue gives a message up after %i receives', (timing, receives) => {
    expect(maxReceives(timing)).toBe(receives);
  });
});

describe('the queues of an application', () => {
  const hidden = { visibilityMs: 210_000, retentionMs: 4 * DAY_MS, maxReceives: 20 };
  const letters = { visibilityMs: 30_000, retentionMs: 14 * DAY_MS };

  test('are those its functions read, each function’s dead letters, and the answers', () => {
    const { queues } = graph(
      define('a', undefined, unsure),
      define('b', 'a', { join: { data: stream('photos', A) } }),
      defineDestination({ name: 'archive', handler: () => undefined }),
    );
    expect(queues).toEqual([
      { name: 'a', ...hidden, deadLetters: 'a.dlq' },
      { name: 'a.dlq', ...letters },
      { name: 'b', ...hidden, deadLetters: 'b.dlq' },
      { name: 'b.photos', ...hidden, deadLetters: 'b.dlq' },
      { name: 'b.dlq', ...letters },
      { name: 'answers', ...hidden, deadLetters: 'answers.dlq' },
      { name: 'answers.dlq', ...letters },
    ]);
  });

  test('hold the answers for a consumer of one’s own where no file defines a destination', () => {
    expect(graph(define('a')).queues.slice(2)).toEqual([
      { name: 'answers', visibilityMs: 30_000, retentionMs: 4 * DAY_MS, maxReceives: 20, deadLetters: 'answers.dlq' },
      { name: 'answers.dlq', ...letters },
    ]);
  });

  test('receive more often what waits its turn, or waits for a control', () => {
    const limit = (beforeControl: 'buffer' | 'drop') =>
      defineControl({ name: 'limit', schema: z.number(), beforeControl });
    const reads = { controls: { limit: control('limit') } };
    const receives = (...definitions: readonly unknown[]) => graph(...definitions).queues[0]!.maxReceives;
    expect(receives(define('a', undefined, reads), limit('buffer'))).toBe(1_000);
    expect(receives(define('a', undefined, reads), limit('drop'))).toBe(20);
    expect(receives(define('a', undefined, { pace: { minInterval: '1s' } }))).toBe(1_000);
    const built = graph(
      define('a', undefined, reads),
      limit('buffer'),
      defineDestination({ name: 'd', handler: () => {} }),
    );
    expect([waitsHidden(built.tiers[0]!), waitsHidden(built.destination!), waitsHidden(built.controls!)]).toEqual([
      true,
      false,
      false,
    ]);
    expect(built.queues.find(({ name }) => name === 'controls')).toEqual({
      name: 'controls',
      ...hidden,
      deadLetters: 'controls.dlq',
    });
    expect(timingOf(built.tiers[0]!)).toBe(built.tiers[0]!.tier.timing);
    expect(timingOf(built.destination!)).toBe(built.destination!.destination.timing);
    expect(timingOf(built.controls!)).toBe(built.controls!.timing);
  });
});

describe('a plan', () => {
  const built = graph(
    define('a', undefined, { ...unsure, version: '7' }),
    define('b', 'a', { ...unsure, join: { data: stream('photos', A) } }),
    define('c', 'b'),
    defineDestination({ name: 'archive', of: [tier('c')] as never, handler: () => undefined, timeout: '1s' }),
  );

  test('says where a tier is, what it reads, and where it sends', () => {
    expect(built.tiers).toMatchObject([
      {
        application: 'app',
        version: '7',
        file: 'functions/app/a.ts',
        mode: 'entry',
        reads: [{ queue: 'a', kind: 'data' }],
        deadLetters: 'a.dlq',
        answers: 'answers',
        next: { name: 'b', queue: 'b', joins: true },
      },
      {
        version: 'v1',
        mode: 'join',
        reads: [
          { queue: 'b', kind: 'signal' },
          { queue: 'b.photos', kind: 'data' },
        ],
        next: { name: 'c', queue: 'c', joins: false },
      },
      { mode: 'carry', reads: [{ queue: 'c', kind: 'signal' }], next: undefined },
    ]);
    for (const plan of built.tiers) {
      expect(plan).not.toHaveProperty('controls');
      expect(plan).not.toHaveProperty('steps');
    }
    expect(built.destination).toMatchObject({
      application: 'app',
      version: 'v1',
      file: 'functions/app/archive.ts',
      reads: [{ queue: 'answers', kind: 'answer' }],
      deadLetters: 'answers.dlq',
      limits: limitsFor({ timeoutMs: 1_000, windowMs: 0 }),
    });
    expect(built).not.toHaveProperty('controls');
  });

  test('names the queues that clients send data to', () => {
    expect(built.tiers.map(entriesOf)).toEqual([['a'], ['b.photos'], []]);
  });

  test('is data that says what is left out, too', () => {
    expect(describeGraph(graph(define('a')))).toEqual({
      application: 'app',
      tiers: [
        {
          name: 'a',
          file: 'functions/app/a.ts',
          version: 'v1',
          mode: 'entry',
          reads: ['a'],
          entries: ['a'],
          next: null,
          threshold: null,
          exhausted: null,
          join: null,
          batch: 10,
          workers: 0,
          audit: 0,
          delivery: 'at-least-once',
          retired: false,
          deadLetters: 'a.dlq',
          answers: 'answers',
        },
      ],
      destination: null,
      queues: ['a', 'a.dlq', 'answers', 'answers.dlq'],
    });
  });

  test.each([
    [{ batch: { size: 1 } }, ''],
    [{ batch: { size: 2 } }, 'batch 2'],
    [{ batch: { size: 1 }, workers: 1 }, '1 worker'],
    [{ batch: { size: 1 }, workers: 2 }, '2 workers'],
    [{ batch: { size: 1 }, pace: { minInterval: '90s' } }, 'at most one in 90s'],
    [{ batch: { size: 1 }, pace: { minInterval: '2m' } }, 'at most one in 2m'],
    [{ batch: { size: 1 }, pace: { minInterval: '36h' } }, 'at most one in 36h'],
    [{ batch: { size: 1 }, pace: { minInterval: '2d' } }, 'at most one in 2d'],
    [{ batch: { size: 1 }, pace: { minInterval: '1500ms' } }, 'at most one in 1500ms'],
    [{ batch: { size: 1 }, delivery: 'once' }, 'once'],
    [{ batch: { size: 3 }, workers: 2, delivery: 'once' }, 'batch 3, 2 workers, once'],
  ])('draws the notes of %j', (extra, notes) => {
    const line = printGraph(graph(define('a', undefined, extra)))
      .split('\n')
      .find((text) => text.includes('λ a'))!;
    expect(line.trim()).toBe(`λ a ── always ──▶ [answers]${notes && `   ${notes}`}`);
  });
});

describe('a dead letter', () => {
  const at = { id: 'm', application: 'app', tier: 't', queue: 'q', sentAt: 5, receives: 7 };
  const letter = {
    v: 1,
    id: 'l',
    application: 'app',
    tier: 't',
    version: 'v',
    flow: 'f',
    queue: 'q',
    code: 'terminal',
    reason: 'r',
    attempt: 1,
    at: 2,
    body: '{}',
  };
  const moved = (body: string, flow: string | null) => ({
    v: 1,
    id: 'm',
    application: 'app',
    tier: 't',
    version: '',
    flow,
    queue: 'q',
    code: 'receives-exhausted',
    reason: 'received too often without being finished: the function crashed, ran out of time or memory on it',
    attempt: 7,
    at: 5,
    body,
  });

  test('is read as it was written, of a flow or of none', () => {
    expect(readDeadLetter(JSON.stringify(letter), at)).toEqual(letter);
    expect(readDeadLetter(JSON.stringify({ ...letter, flow: null }), at)).toEqual({ ...letter, flow: null });
  });

  test.each<[string, object]>([
    ['another version', { v: 2 }],
    ['another tier', { tier: 'u' }],
    ['no id', { id: 7 }],
    ['no application', { application: undefined }],
    ['no version', { version: undefined }],
    ['no queue', { queue: null }],
    ['no code', { code: 7 }],
    ['no reason', { reason: undefined }],
    ['no body', { body: {} }],
    ['a flow that is no text', { flow: 7 }],
    ['no attempts', { attempt: -1 }],
    ['no time', { at: 'today' }],
  ])('of %s is what the queue itself moved here', (_, change) => {
    const body = JSON.stringify({ ...letter, ...change });
    expect(readDeadLetter(body, at)).toEqual(moved(body, 'flow' in change ? null : 'f'));
  });

  test.each([
    ['not JSON', null],
    ['null', null],
    ['7', null],
    ['{"flow":""}', null],
    ['{"flow":7}', null],
    ['{"flow":"g"}', 'g'],
  ])('that is no letter names its flow where it can be read: %s', (body, flow) => {
    expect(readDeadLetter(body, at)).toEqual(moved(body, flow));
  });
});

test('objects of a flow lie where no other flow’s do', () => {
  expect(sentWith('a/b ü')).toBe('objects/a%2Fb%20%C3%BC/');
  expect(halvesOf('dear')).toBe('halves/dear/');
});

describe('a table update', () => {
  test('sets, sets what is absent, adds and removes, in this order', () => {
    expect(
      applyUpdate(
        { a: 1, b: 2, c: 3 },
        { key: 'k', set: { a: 10 }, setIfAbsent: { b: 20, d: 40 }, add: { c: 1, e: 5 }, remove: ['a'] },
      ),
    ).toEqual({ b: 2, c: 4, d: 40, e: 5 });
    expect(applyUpdate(undefined, { key: 'k' })).toEqual({});
  });

  test.each<[string, unknown, '=' | '<' | '<=' | '>' | '>=', string | number, boolean]>([
    ['equal', 1, '=', 1, true],
    ['not equal', 1, '=', 2, false],
    ['below', 1, '<', 2, true],
    ['not below', 2, '<', 2, false],
    ['at most', 2, '<=', 2, true],
    ['more', 3, '<=', 2, false],
    ['above', 3, '>', 2, true],
    ['not above', 2, '>', 2, false],
    ['at least', 2, '>=', 2, true],
    ['less', 1, '>=', 2, false],
    ['a text', 'b', '>', 'a', true],
    ['of another type', '1', '=', 1, false],
    ['absent', undefined, '=', 1, false],
  ])('holds where the attribute is %s, and else changes nothing', (_, value, is, than, holds) => {
    const item = value === undefined ? {} : { a: value };
    const update = { key: 'k', set: { b: 1 }, when: [{ attribute: 'a', is, value: than }] } as const;
    expect(applyUpdate(item as never, update)).toEqual(holds ? { ...item, b: 1 } : undefined);
    const either = { any: [{ attribute: 'a', is: 'absent' }, update.when[0]!] } as const;
    expect(applyUpdate(item as never, { ...update, when: [either] }) !== undefined).toBe(holds || value === undefined);
  });

  test('needs all conditions, each on the item as it was', () => {
    const present = { attribute: 'a', is: 'present' } as const;
    const absent = { attribute: 'b', is: 'absent' } as const;
    const update = { key: 'k', set: { b: 1 }, when: [present, absent] };
    expect(applyUpdate({ a: 1 }, update)).toEqual({ a: 1, b: 1 });
    expect(applyUpdate({ a: 1, b: 2 }, update)).toBeUndefined();
    expect(applyUpdate({}, update)).toBeUndefined();
  });
});
