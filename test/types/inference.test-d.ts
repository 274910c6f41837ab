import { defineDestination, defineTier, stream, tier } from 'sluice';
import * as z from 'zod';
import type { TypesOf } from '../../lib/core/tier-types.ts';
import type deep from './app/deep.ts';
import type small from './app/small.ts';

type Eq<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const holds = <T extends true>(): T | undefined => undefined;

type Deep = TypesOf<typeof deep>;
type Small = TypesOf<typeof small>;

// Data and objects are carried over two files; the signal is the output of the tier before.
holds<Eq<Deep['name'], 'deep'>>();
holds<Eq<Deep['data'], { camera: string }>>();
holds<Eq<Deep['objects'], 'photo'>>();
holds<Eq<Deep['signal'], { label: string; confidence: number; margin: number }>>();
holds<Eq<Deep['signalObjects'], 'heatmap'>>();
holds<Eq<Deep['output'], { label: string; confidence: number }>>();
holds<Eq<Deep['entry'], never>>();
holds<Eq<Small['entry'], 'small.photos'>>();
holds<Eq<Small['signal'], { label: string; confidence: number }>>();
holds<Eq<Small['produces'], 'heatmap'>>();

// The destination narrows by tier.
defineDestination({
  name: 'archive',
  of: [tier<typeof import('./app/thumb.ts')>('thumb'), tier<typeof import('./app/small.ts')>('small')],
  handler: (answer) => {
    if (answer.tier === 'small') answer.output.margin.toFixed();
    // @ts-expect-error thumb's output has no margin
    else answer.output.margin.toFixed();
  },
});

const A = z.object({ a: z.string() });
const thumb = tier<typeof import('./app/thumb.ts')>('thumb');
const photos = stream('photos', A);

// @ts-expect-error a misspelt tier name does not compile
tier<typeof import('./app/thumb.ts')>('thum');
// @ts-expect-error signal has no such field
defineTier({ name: 'x', input: thumb, output: A, predict: ({ signal }) => ({ a: signal.nope }) });
// @ts-expect-error thumb has no objects
defineTier({ name: 'x', input: thumb, output: A, predict: async ({ objects }) => ({ a: await objects.photo.text() }) });
// @ts-expect-error it predicts nothing
defineTier({ name: 'x', input: thumb, output: A });
// @ts-expect-error the prediction does not fit the output schema
defineTier({ name: 'x', input: thumb, output: A, predict: () => ({ a: 1 }) });
// @ts-expect-error an unknown option
defineTier({ name: 'x', input: thumb, output: A, predict: () => ({ a: '' }), timeOut: '3s' });
// @ts-expect-error a duration needs a unit
defineTier({ name: 'x', input: thumb, output: A, predict: () => ({ a: '' }), timeout: '3' });
// @ts-expect-error the first tier has no signal
defineTier({ name: 'x', input: A, output: A, predict: ({ signal }) => ({ a: signal.a }) });
defineTier({
  name: 'x',
  input: thumb,
  // @ts-expect-error the pinned signal asks for what thumb never puts out
  signal: z.object({ margin: z.number() }),
  output: A,
  predict: () => ({ a: '' }),
});
defineTier({
  name: 'x',
  input: A,
  output: A,
  // @ts-expect-error an object that is not declared cannot be produced
  predict: ({ produce }) => ({ a: String(produce.mask(new Uint8Array())) }),
});
defineTier({
  name: 'x',
  input: A,
  output: A,
  predict: () => ({ a: '' }),
  // @ts-expect-error the score reads a field the output does not have
  satisfied: { score: ({ output }) => output.b, atLeast: 1 },
});
// @ts-expect-error a gate must return the value or drop
defineTier({ name: 'x', input: A, output: A, predict: () => ({ a: '' }), gates: { data: () => 3 } });
// @ts-expect-error an unknown option
defineDestination({ name: 'archive', handler: () => {}, memory: 128 });
// @ts-expect-error a join needs a stream of its own
defineTier({ name: 'x', input: thumb, output: A, join: { ttl: '1h' }, predict: () => ({ a: '' }) });
defineTier({
  name: 'x',
  input: thumb,
  output: A,
  // @ts-expect-error an unknown option of a join
  join: { data: photos, maxTimeDif: '10s' },
  predict: ({ data }) => ({ a: data.a }),
});
// @ts-expect-error a policy that does not exist
defineTier({ name: 'x', input: thumb, output: A, join: { data: photos, signals: 'last' }, predict: () => ({ a: '' }) });
defineTier({
  name: 'x',
  input: A,
  output: A,
  // @ts-expect-error a pace that does not exist
  pace: { minInterval: '1s', onThrottle: 'wait' },
  predict: () => ({ a: '' }),
});
// @ts-expect-error a stream option that does not exist
stream('photos', A, { object: {} });

// predictBatch infers like predict does.
defineTier({
  name: 'x',
  input: thumb,
  output: A,
  load: () => 3,
  predictBatch: (contexts) => contexts.map(({ signal, model }) => ({ a: signal.label + model.toFixed() })),
});
