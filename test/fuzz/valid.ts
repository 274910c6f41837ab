import type { Draws } from '../../lib/testing/random.ts';
import type { FuzzCloud } from './cloud.ts';

/** Ids that are awkward for something on their way: paths, keys, terminals, limits. */
const AWKWARD = ['f1', 'f2', 'f3', 'æøå 日本 👩‍🚀', '../..', '__proto__', 'a#b', '\n', 'x'.repeat(128)];
const BYTES = new TextEncoder().encode('some bytes');

/** A message as sluice itself would have sent it to a queue of this kind. */
export function validMessage(draws: Draws, cloud: FuzzCloud, kind: string, queue: string): Record<string, unknown> {
  // Few enough that halves meet, messages repeat, and what one leaves behind is found by another.
  const flow = draws.next() < 0.2 ? draws.pick(AWKWARD) : `f${Math.floor(draws.between(0, 300))}`;
  const now = cloud.clock.now();
  const objects = (name: string, prefix: string): object => ({
    [name]: cloud.store(`${prefix}${encodeURIComponent(flow)}/${name}`, BYTES),
  });
  const data = queue === 'second.pages' ? { page: draws.pick([1, 'p', null, [], {}]) } : { n: draws.next(), text: 't' };
  const signal = {
    output: { n: draws.next(), rest: draws.pick([1, 'x', null, { deep: [1] }]) },
    ...{ tier: 'first', version: '1', score: draws.next(), threshold: 0.5 },
    ...(draws.next() < 0.5 && { objects: objects('mask', 'produced/') }),
  };
  return {
    ...{ v: 1, id: `m${Math.floor(draws.between(0, 1_000))}`, flow, kind },
    ...{ from: { name: 'client', version: '1' }, ts: now - Math.floor(draws.between(0, 20_000)), sent: now, hop: 0 },
    ...(queue === 'first' && { data, objects: objects('photo', 'objects/') }),
    ...(queue === 'second.pages' && { data, objects: objects('scan', 'objects/') }),
    ...(queue === 'third' && { data, objects: {} }),
    ...(kind !== 'data' && { signal }),
    ...(draws.next() < 0.3 && { reply: true }),
    ...(draws.next() < 0.1 && { audit: true }),
    ...(draws.next() < 0.1 && { deadline: now + draws.between(-1_000, 1_000) }),
    ...(draws.next() < 0.2 && { fair: draws.pick(['shop', '', 'x'.repeat(200)]) }),
    ...(draws.next() < 0.1 && { trace: { traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01` } }),
  };
}
