import { expect, test } from 'vitest';
import * as z from 'zod';
import { buildGraph } from '../../lib/core/graph.ts';
import { control, defineControl, defineTier, stream, tier } from '../../lib/index.ts';

/* What a tier cannot do with controls, said where the graph is built, with the file and the way out. */

const A = z.object({ a: z.string() });
const limit = defineControl({ name: 'limit', schema: z.number(), beforeControl: 'drop' });
const controls = { most: control('limit') };
const state = { schema: z.number(), initial: 0, keyBy: () => 'k' };
const unsure = { satisfied: { score: () => 0, atLeast: 1 } };
const define = (name: string, extra: object = {}) =>
  defineTier({ name, input: A, output: A, predict: () => ({ a: '' }), ...extra } as never);
const graph = (...definitions: readonly unknown[]) =>
  buildGraph(
    'app',
    [...definitions, limit].map((definition) => ({
      file: `${(definition as { name: string }).name}.ts`,
      version: '1',
      definition: definition as never,
    })),
  );
const keyOf = () => 'k';
const again = { reevaluateOnControl: true };
const CARRY = 'let the escalation carry the data.';

test.each<[string, object, string]>([
  [
    'a key that is no function',
    { controls, decideWith: { most: 'k' } },
    'decideWith of tier "b" in b.ts: most is "k" and must be a function',
  ],
  [
    'a control it does not name',
    { controls, decideWith: { least: keyOf } },
    'tier "b" in b.ts decides with "least", which is not among its controls\n  → Name it: controls: { least: … }.',
  ],
  [
    'a control where it names none',
    { decideWith: { most: keyOf } },
    'tier "b" in b.ts decides with "most", which is not among its controls\n  → Name it: controls: { most: … }.',
  ],
  [
    'controls and a join',
    { controls, decideWith: { most: keyOf }, join: { data: stream('s', A) } },
    `tier "b" in b.ts decides with controls and joins\n  → A signal comes without the data that the key is made of: ${CARRY}`,
  ],
  [
    'a flag that is none',
    { controls, state, reevaluateOnControl: 'yes' },
    'tier "b" in b.ts: reevaluateOnControl is "yes" and must be true, or left out',
  ],
  [
    'no control to work again for',
    { state, ...again },
    'tier "b" in b.ts works data again when a control is applied and reads none\n  → Name it under controls.',
  ],
  [
    'nothing to keep it with',
    { controls, ...again },
    'tier "b" in b.ts works data again when a control is applied and has no state to keep it with\n' +
      "  → Give it one whose keys are the control's: state: { schema, initial, keyBy }.",
  ],
  [
    'halves',
    { controls, state, ...again, join: { data: stream('s', A) } },
    `tier "b" in b.ts works data again when a control is applied and joins\n  → Halves are kept until they have met only: ${CARRY}`,
  ],
  [
    'once',
    { controls, state, ...again, delivery: 'once' },
    'tier "b" in b.ts works data again when a control is applied, and works a flow once\n' +
      '  → Leave delivery out: with state, an input counts once anyway.',
  ],
])('refused: %s', (_, extra, message) => {
  expect(() => graph(define('a', unsure), define('b', { input: tier('a'), ...extra }))).toThrow(
    expect.objectContaining({ code: 'option-invalid', message }),
  );
});

test('refused: data whose object is gone by then, wherever in the cascade it was declared', () => {
  const objects = { photo: {}, mask: { deleteAfter: 'accepted' } };
  const refusal = (name: string) =>
    `tier "${name}" in ${name}.ts works data again when a control is applied, and its object "mask" is deleted after the answer\n` +
    '  → Leave deleteAfter out.';
  const working = { controls, state, ...again };
  expect(() => graph(define('a', { objects, ...working }))).toThrow(refusal('a'));
  const last = define('b', { input: tier('a'), ...working });
  expect(() => graph(define('a', { objects, ...unsure }), last)).toThrow(refusal('b'));
  expect(() => graph(define('a', { objects: { photo: {} }, ...unsure }), last)).not.toThrow();
});

test('taken: both at once, at a tier that is carried its data', () => {
  const extra = { input: tier('a'), controls, state, ...again, decideWith: { most: keyOf } };
  const { tiers, controls: plan } = graph(define('a', unsure), define('b', extra));
  expect(tiers[1]!.steps).toBeDefined();
  expect(tiers[0]!.steps).toBeUndefined();
  expect(plan!.again).toEqual({ limit: [{ queue: 'b', kind: 'signal', tier: 'b' }] });
});
