import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { buildGraph, type DefinitionFile } from '../../lib/core/graph.ts';
import { defineDestination, defineTier, stream, tier } from '../../lib/index.ts';

const A = z.object({ a: z.string() });
const threshold = { satisfied: { score: () => 1, atLeast: 1 } };
const define = (name: string, after?: string, extra: object = {}) =>
  defineTier({ name, input: after ? tier(after) : A, output: A, predict: () => ({ a: '' }), ...extra } as never);
const file = (definition: unknown, path?: string): DefinitionFile => ({
  file: path ?? `functions/app/${(definition as { name: string }).name}.ts`,
  version: 'v1',
  definition: definition as DefinitionFile['definition'],
});
const graph = (...definitions: readonly unknown[]) =>
  buildGraph(
    'app',
    definitions.map((d) => file(d)),
  );
const destination = (name: string, of: readonly string[] = []) =>
  defineDestination({ name, of: of.map((t) => tier(t)) as never, handler: () => undefined });

describe('faults of a graph name the files and the fix', () => {
  test.each<[string, () => unknown, string, readonly RegExp[]]>([
    ['no tier', () => graph(), 'graph-empty', [/application "app"/, /sluice new tier/]],
    [
      'two tiers of one name',
      () => buildGraph('app', [file(define('a'), 'one.ts'), file(define('a'), 'two.ts')]),
      'graph-duplicate-name',
      [/one\.ts and two\.ts/, /Rename the one in two\.ts/],
    ],
    [
      'a tier named as the answers queue',
      () => graph(define('answers')),
      'graph-duplicate-name',
      [/answers\.ts/, /Choose/],
    ],
    [
      'a tier named as the destination',
      () => graph(define('a'), destination('a')),
      'graph-duplicate-name',
      [/a\.ts and functions\/app\/a\.ts/, /Rename/],
    ],
    [
      'an unknown tier before',
      () => graph(define('thumb', undefined, threshold), define('deep', 'thum')),
      'graph-unknown-upstream',
      [/deep\.ts/, /"thum"/, /Did you mean "thumb"\?/],
    ],
    [
      'two tiers after one',
      () => graph(define('a', undefined, threshold), define('b', 'a'), define('c', 'a')),
      'graph-two-successors',
      [/b\.ts and functions\/app\/c\.ts/, /let functions\/app\/b\.ts take its input from tier\('c'\)/],
    ],
    [
      'a circle',
      () => graph(define('a', 'c', threshold), define('b', 'a', threshold), define('c', 'b', threshold)),
      'graph-cycle',
      [/a → b → c → a/, /a\.ts/, /begins with data/],
    ],
    ['a circle of one', () => graph(define('a', 'a', threshold)), 'graph-cycle', [/a → a/]],
    [
      'a last tier with a threshold',
      () => graph(define('a', undefined, threshold)),
      'graph-nowhere-to-escalate',
      [/a\.ts/, /exhausted: 'accept' or exhausted: 'deadLetter'/],
    ],
    [
      'a tier that never escalates before another',
      () => graph(define('a'), define('b', 'a')),
      'graph-nowhere-to-escalate',
      [/a\.ts/, /b\.ts would never run/, /satisfied:/],
    ],
    [
      'a signal that the tier before does not put out',
      () => graph(define('a', undefined, threshold), define('b', 'a', { signal: z.object({ a: z.number() }) })),
      'graph-schema-mismatch',
      [/b\.ts/, /a\.ts/, /a is string, and number is declared/, /Change signal in functions\/app\/b\.ts/],
    ],
    [
      'two destinations',
      () => graph(define('a'), destination('d'), destination('e')),
      'graph-destination',
      [/d\.ts and functions\/app\/e\.ts/, /call the other/],
    ],
    [
      'a destination of an unknown tier',
      () => graph(define('thumb'), destination('d', ['tumb'])),
      'graph-destination',
      [/d\.ts/, /"tumb"/, /Did you mean "thumb"\?/],
    ],
  ])('%s', (_, build, code, says) => {
    expect(build).toThrow(expect.objectContaining({ code }));
    for (const pattern of says) expect(build).toThrow(pattern);
    expect(build).toThrow(/→/);
  });
});

describe('receives before a queue gives a message up', () => {
  const receives = (extra: object) => graph(define('a', undefined, extra)).queues[0]!.maxReceives;

  test.each([
    [{}, 20],
    [{ retry: { maxAttempts: 1 } }, 12],
    [{ batch: { size: 11 } }, 40],
    [{ batch: { size: 10_000 } }, 1_000],
    [{ pace: { minInterval: '1s' } }, 1_000],
  ])('of %j are %i: what is handed back or waits its turn is received more often', (extra, expected) => {
    expect(receives(extra)).toBe(expected);
  });
});

describe('a retired tier', () => {
  const accepting = { ...threshold, exhausted: 'accept' };
  const retired = graph(define('a', undefined, accepting), define('b', 'a', { retired: true }));

  test('gets nothing from the tier before, and keeps its queues', () => {
    expect(retired.tiers.map(({ tier: { name }, next }) => [name, next?.name])).toEqual([
      ['a', undefined],
      ['b', undefined],
    ]);
    expect(retired.tiers[1]).toMatchObject({ mode: 'carry', reads: [{ queue: 'b', kind: 'signal' }] });
    expect(retired.queues.map(({ name }) => name)).toContain('b.dlq');
  });

  test('makes room for another after the same tier', () => {
    const { tiers } = graph(define('a', undefined, threshold), define('b', 'a', { retired: true }), define('c', 'a'));
    expect(tiers.map(({ tier: { name }, next }) => [name, next?.name])).toEqual([
      ['a', 'c'],
      ['c', undefined],
      ['b', undefined],
    ]);
  });

  test('goes on escalating to the tier after it', () => {
    const { tiers } = graph(
      define('a', undefined, accepting),
      define('b', 'a', { ...threshold, retired: true }),
      define('c', 'b'),
    );
    expect(tiers.map(({ tier: { name }, next }) => [name, next?.name])).toEqual([
      ['a', undefined],
      ['b', 'c'],
      ['c', undefined],
    ]);
  });

  test('leaves the tier before it to say where its flows go', () => {
    expect(() => graph(define('a', undefined, threshold), define('b', 'a', { retired: true }))).toThrow(
      /a\.ts has a threshold and no tier after it: functions\/app\/b\.ts is retired/,
    );
  });
});

describe('graphs', () => {
  test('law: whatever order the files come in, each tier stands after the one before it', () => {
    const chain = ['thumb', 'small', 'medium', 'deep'];
    const files = chain.map((name, i) => file(define(name, chain[i - 1], i < 3 ? threshold : {})));
    const other = [file(define('alone'))];
    fc.assert(
      fc.property(fc.shuffledSubarray([...files, ...other], { minLength: 5 }), (shuffled) => {
        const names = buildGraph('app', shuffled).tiers.map((t) => t.tier.name);
        expect(names.filter((n) => n !== 'alone')).toEqual(chain);
        expect(names).toHaveLength(5);
      }),
    );
  });

  test('adding a file adds its tier, its queues, and an escalation of the tier before; nothing else changes', () => {
    const thumb = define('thumb', undefined, { ...threshold, exhausted: 'accept' });
    const before = graph(thumb);
    expect(before.tiers[0]!.next).toBeUndefined();
    const deep = define('deep', 'thumb', { join: { data: stream('photos', A) } });
    const after = graph(thumb, deep);
    expect(after.tiers[0]!.next).toEqual({ name: 'deep', queue: 'deep', joins: true });
    expect({ ...after.tiers[0], next: undefined }).toEqual(before.tiers[0]);
    const added = after.queues.map((q) => q.name).filter((name) => !before.queues.some((q) => q.name === name));
    expect(added).toEqual(['deep', 'deep.photos', 'deep.dlq']);
  });

  test('times follow from the timeout: a claim outlives its function, and a message stays hidden longer still', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 890 }), fc.integer({ min: 0, max: 300 }), (timeout, window) => {
        const slow = define('a', undefined, { timeout: `${timeout}s`, batch: { size: 10, window: `${window}s` } });
        const { limits } = graph(slow).tiers[0]!;
        expect(limits.functionMs).toBeGreaterThan(timeout * 1_000);
        expect(limits.functionMs).toBeLessThanOrEqual(900_000);
        expect(limits.leaseMs).toBeGreaterThan(limits.functionMs);
        expect(limits.visibilityMs).toBeGreaterThanOrEqual(6 * limits.functionMs + window * 1_000);
        expect(limits.visibilityMs).toBeLessThanOrEqual(43_200_000);
      }),
    );
  });

  test('the version is the tier’s own where it names one, and its file’s otherwise', () => {
    const tiers = graph(define('a', undefined, { version: 'mine' }), define('b')).tiers;
    expect(tiers.map((t) => t.version)).toEqual(['mine', 'v1']);
  });
});
